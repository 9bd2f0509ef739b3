import { parseRunId } from "../base/ids.ts";
import { textOf } from "../base/bytes.ts";
import { type ClientId, clientId, type MasterName } from "../base/ids.ts";
import { epoch } from "../base/units.ts";
import { bulk, type Reply, simple } from "../resp/reply.ts";
import type { Effect } from "../sentinel/effect.ts";
import type { End, EndHandler } from "./connection.ts";
import type { SentinelNode } from "./sentinel-node.ts";
import type { Watchers } from "./watch.ts";

/** What the shell adds to INFO, as far as a peer reads it. */
const INFO_SERVER = "# Server\r\nvedette_version:0.0.0\r\n\r\n";

type ReplyEffect = Extract<Effect, { readonly kind: "reply" }>;

/** A vote request that has not been answered yet, so that its answer can be read. */
interface VoteRequest {
  readonly request: number;
  readonly master: MasterName;
}

interface Client {
  readonly id: ClientId;
  readonly end: End;
  requests: number;
  readonly voteRequests: VoteRequest[];
}

/** Those who are connected to a sentinel: peers, clients, operators. What the listener is to the shell. */
export class SentinelClients {
  readonly #sentinel: SentinelNode;
  readonly #watchers: Watchers;
  readonly #clients = new Map<ClientId, Client>();
  #lastId = 0;

  constructor(sentinel: SentinelNode, watchers: Watchers) {
    this.#sentinel = sentinel;
    this.#watchers = watchers;
  }

  accept(end: End): EndHandler {
    const client = { id: clientId(++this.#lastId), end, requests: 0, voteRequests: [] };
    this.#clients.set(client.id, client);
    return {
      opened: () => {},
      received: (message) => {
        if (message.kind === "sentinel-command") this.#take(client, message.args);
      },
      lost: () => this.#clients.delete(client.id),
    };
  }

  #take(client: Client, args: readonly [string, ...string[]]): void {
    const request = ++client.requests;
    if (args[0] === "PING") {
      this.#sentinel.replyInOrder(client.id, { request, reply: simple("PONG") });
      return;
    }
    const master = this.#masterOfVoteRequest(args);
    if (master !== undefined) client.voteRequests.push({ request, master });
    const from = { user: "default", address: client.end.peer?.node.name ?? "" };
    this.#sentinel.deliver({ kind: "client-request", client: client.id, request, args, from });
  }

  #masterOfVoteRequest(args: readonly string[]): MasterName | undefined {
    const [, subcommand, host, port, , candidate = "*"] = args;
    if (subcommand !== "is-master-down-by-addr" || candidate === "*") return undefined;
    for (const master of this.#sentinel.state.masters.values()) {
      const { address } = master;
      if (address.host === host && String(address.port) === port) return master.masterName;
    }
    return undefined;
  }

  reply(effect: ReplyEffect): void {
    const client = this.#clients.get(effect.client);
    if (client === undefined) return;
    const reply: Reply =
      effect.reply.kind === "value"
        ? effect.reply.reply
        : bulk(`${INFO_SERVER}${effect.reply.sentinel ?? ""}`);
    for (const answered of this.#watchers.answered) {
      answered(this.#sentinel, client.id, effect.request, reply);
    }
    const [first] = client.voteRequests;
    if (first?.request === effect.request) {
      client.voteRequests.shift();
      this.#tellVote(first.master, reply);
    }
    this.#send(client, reply);
  }

  #tellVote(master: MasterName, reply: Reply): void {
    if (reply.kind !== "array") return;
    const [, leaderItem, epochItem] = reply.items;
    if (leaderItem?.kind !== "bulk" || epochItem?.kind !== "integer") return;
    const leader = parseRunId(textOf(leaderItem.bytes));
    if (leader === undefined) return;
    const leaderEpoch = epoch(Number(epochItem.value));
    for (const told of this.#watchers.told) {
      told(this.#sentinel, { kind: "vote", master, leader, leaderEpoch }, undefined);
    }
  }

  #send(client: Client, reply: Reply): void {
    client.end.send({ kind: "reply", reply });
  }
}
