import type { Address } from "../base/address.ts";
import { unreachable } from "../base/assert.ts";
import { type LinkId, parseRunId, type RunId } from "../base/ids.ts";
import { epoch } from "../base/units.ts";
import { textOf } from "../base/bytes.ts";
import type { Reply } from "../resp/reply.ts";
import type { Effect, LinkCommand } from "../sentinel/effect.ts";
import type { AskAnswer, Input } from "../sentinel/input.ts";
import { isEpoch } from "../wire/epochs.ts";
import { parsePlace } from "../wire/host.ts";
import { HELLO_CHANNEL } from "../wire/hello.ts";
import { parseInfo } from "../wire/info.ts";
import { peerViewIn } from "../wire/peer-view.ts";
import { wordsOfOrder } from "../wire/server-order.ts";
import { classifyPingReply } from "../wire/ping-reply.ts";
import type { End, EndHandler } from "./connection.ts";
import type { HelloTexts } from "./hello-texts.ts";
import type { Message, ServerCommand } from "./message.ts";
import { CONNECTION_REFUSED, CONNECTION_RESET, type Network } from "./network.ts";
import type { Node } from "./node.ts";

type OpenLink = Extract<Effect, { readonly kind: "open-link" }>;

/**
 * A link as the shell has it: one connection for commands and, where the server has only RESP2, a
 * second one for hellos. Replies come in the order of the commands.
 */
export class SentinelLink {
  readonly id: LinkId;
  readonly target: OpenLink;
  /** The name or address that the core connects to: what the target's IP was found for. */
  readonly place: Address;
  readonly #node: Node;
  readonly #network: Network;
  readonly #hellos: HelloTexts;
  readonly #deliver: (input: Input) => void;
  /** What the next replies answer: a command, or the HELLO of a new connection. */
  readonly #waiting: (LinkCommand | "hello-3")[] = [];
  #commands: End;
  #subscription: End | undefined;
  #isReady = false;

  constructor(options: {
    readonly target: OpenLink;
    readonly place: Address;
    readonly node: Node;
    readonly network: Network;
    readonly hellos: HelloTexts;
    readonly deliver: (input: Input) => void;
  }) {
    this.id = options.target.link;
    this.target = options.target;
    this.place = options.place;
    this.#node = options.node;
    this.#network = options.network;
    this.#hellos = options.hellos;
    this.#deliver = options.deliver;
    this.#commands = this.#network.connect(this.#node, this.target.address, {
      opened: () => this.#onOpened(),
      received: (message) => this.#onMessage(message),
      lost: (reason) => this.#onLost(reason),
    });
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  /** Nothing more is heard of it. */
  close(): void {
    this.#isReady = false;
    this.#commands.close();
    this.#subscription?.close();
  }

  openSubscription(): void {
    this.#subscription?.close();
    const lost = (reason: string) => {
      this.#subscription = undefined;
      this.#deliver({ kind: "subscription-lost", link: this.id, reason });
    };
    const handler: EndHandler = {
      opened: () => this.#subscription?.send(serverCommand({ name: "subscribe" })),
      received: (message) => {
        if (message.kind === "reply") {
          this.#deliver({ kind: "subscription-opened", link: this.id });
        } else this.#onMessage(message);
      },
      lost,
    };
    this.#subscription = this.#network.connect(this.#node, this.target.address, handler);
  }

  #onOpened(): void {
    if (this.target.purpose === "sentinel") {
      this.#beReady({ subscribed: false });
      return;
    }
    this.#waiting.push("hello-3");
    this.#commands.send(serverCommand({ name: "hello-3-subscribe" }));
  }

  #beReady({ subscribed }: { readonly subscribed: boolean }): void {
    this.#isReady = true;
    const localHost = this.#node.address.host;
    this.#deliver({ kind: "link-opened", link: this.id, localHost, subscribed });
  }

  #onMessage(message: Message): void {
    if (message.kind === "reply") this.#takeReply(message.reply);
    else if (message.kind === "hello" && message.hello.parsed.kind === "hello") {
      this.#deliver({ kind: "hello-received", link: this.id, hello: message.hello.parsed });
    }
  }

  #takeReply(reply: Reply): void {
    const answered = this.#waiting.shift();
    if (answered === "hello-3") this.#beReady({ subscribed: reply.kind !== "error" });
    else if (answered !== undefined) {
      const input = answerTo(this.id, answered, reply);
      if (input !== undefined) this.#deliver(input);
    }
  }

  #onLost(reason: string): void {
    this.#isReady = false;
    this.#subscription?.close();
    const refused = reason === CONNECTION_REFUSED;
    const turnedAway = refused || reason === CONNECTION_RESET;
    this.#deliver({ kind: "link-lost", link: this.id, reason, refused, turnedAway });
  }

  send(command: LinkCommand): void {
    if (!this.#isReady) return;
    this.#waiting.push(command);
    this.#commands.send(
      this.target.purpose === "sentinel"
        ? { kind: "sentinel-command", args: wordsOf(command) }
        : serverCommand(toServerCommand(command, this.#hellos)),
    );
  }
}

function serverCommand(command: ServerCommand): Message {
  return { kind: "server-command", command };
}

function toServerCommand(command: LinkCommand, hellos: HelloTexts): ServerCommand {
  switch (command.name) {
    case "hello":
      return { name: "publish", hello: hellos.read(command.payload) };
    case "ping":
    case "info":
    case "script-kill":
      return { name: command.name };
    case "reconfigure":
      return { name: "reconfigure", master: command.master };
    case "order":
      return { name: "order", order: command.order };
    case "ask":
    case "peer-info":
    case "vedette":
    case "where-is":
    case "ask-master":
    case "sentinels":
    case "master-fields":
      throw new Error(`a data server is not sent ${command.name}`);
    default:
      return unreachable(command);
  }
}

function wordsOf(command: LinkCommand): readonly [string, ...string[]] {
  switch (command.name) {
    case "ping":
      return ["PING"];
    case "hello":
      return ["PUBLISH", HELLO_CHANNEL, command.payload];
    case "ask": {
      const { host, port } = command.address;
      const words = [host, String(port), String(command.epoch), command.candidate ?? "*"];
      return ["SENTINEL", "is-master-down-by-addr", ...words];
    }
    case "peer-info":
      return ["INFO", "server"];
    case "sentinels":
      return ["SENTINEL", "SENTINELS", command.master];
    case "master-fields":
      return ["SENTINEL", "MASTER", command.master];
    case "vedette":
      return ["SENTINEL", "VEDETTE", command.topic, ...command.words];
    case "where-is":
      return ["SENTINEL", "get-master-addr-by-name", command.master];
    case "ask-master":
      return ["SENTINEL", "MASTER", command.master];
    case "info":
    case "script-kill":
    case "reconfigure":
    case "order":
      throw new Error(`a sentinel is not sent ${command.name}`);
    default:
      return unreachable(command);
  }
}

/** What a reply means to the core; undefined where it does not care. */
function answerTo(link: LinkId, command: LinkCommand, reply: Reply): Input | undefined {
  switch (command.name) {
    case "ping":
      return { kind: "ping-reply", link, reply: classifyPingReply(lineOf(reply)) };
    case "info": {
      const info = reply.kind === "bulk" ? parseInfo(reply.bytes) : undefined;
      return { kind: "info-reply", link, info };
    }
    case "hello":
      return {
        kind: "hello-reply",
        link,
        master: command.master,
        accepted: reply.kind !== "error",
      };
    case "ask": {
      const { master, epoch: asked, candidate } = command;
      const answer = toAskAnswer(reply);
      return { kind: "ask-reply", link, master, asked: { epoch: asked, candidate }, answer };
    }
    case "reconfigure":
      return {
        kind: "reconfigure-reply",
        link,
        refusal: reply.kind === "error" ? reply.text : undefined,
      };
    case "where-is": {
      const { master, round } = command;
      return { kind: "place-reply", link, master, round, place: toPlace(reply) };
    }
    case "order": {
      const refusals = refusalsIn(reply, wordsOfOrder(command.order).length);
      return { kind: "order-reply", link, order: command.order, refusals };
    }
    case "ask-master":
      return {
        kind: "master-reply",
        link,
        master: command.master,
        view: peerViewIn(textsIn(reply)),
      };
    case "script-kill":
      return undefined;
    case "peer-info": {
      const info = reply.kind === "bulk" ? parseInfo(reply.bytes) : undefined;
      return { kind: "peer-info", link, vedetteVersion: info?.vedetteVersion };
    }
    case "sentinels": {
      const { master } = command;
      return { kind: "peer-sentinels", link, master, runIds: runIdsIn(reply) };
    }
    case "master-fields": {
      const { master } = command;
      return { kind: "peer-master", link, master, fields: fieldsIn(reply) };
    }
    case "vedette": {
      const { topic, words } = command;
      return { kind: "vedette-reply", link, topic, words, answer: toWords(reply) };
    }
    default:
      return unreachable(command);
  }
}

function fieldsIn(reply: Reply): ReadonlyMap<string, string> | undefined {
  if (reply.kind !== "map") return undefined;
  return new Map(reply.entries.map(([key, value]) => [bulkText(key), bulkText(value)]));
}

function runIdsIn(reply: Reply): readonly RunId[] | undefined {
  if (reply.kind !== "array") return undefined;
  return reply.items.flatMap((item) => parseRunId(fieldsIn(item)?.get("runid") ?? "") ?? []);
}

function bulkText(reply: Reply): string {
  return reply.kind === "bulk" ? textOf(reply.bytes) : "";
}

function toWords(reply: Reply): readonly string[] | undefined {
  if (reply.kind !== "array") return undefined;
  return reply.items.map((item) => (item.kind === "bulk" ? textOf(item.bytes) : ""));
}

/** An order that is refused as a whole is so in each of its commands. */
function refusalsIn(reply: Reply, commands: number): (string | undefined)[] {
  if (reply.kind === "error") return Array.from({ length: commands }, () => reply.text);
  if (reply.kind !== "array") return [];
  return reply.items.map((item) => (item.kind === "error" ? item.text : undefined));
}

/** Bulk strings of an array, or names and values of a map in turn. */
function textsIn(reply: Reply): string[] {
  const items = reply.kind === "map" ? reply.entries.flat() : "items" in reply ? reply.items : [];
  return items.map((item) => (item.kind === "bulk" ? textOf(item.bytes) : ""));
}

function lineOf(reply: Reply): string | undefined {
  return reply.kind === "simple" || reply.kind === "error" ? reply.text : undefined;
}

function toAskAnswer(reply: Reply): AskAnswer | undefined {
  if (reply.kind !== "array") return undefined;
  const [down, leader, leaderEpoch] = reply.items;
  if (down?.kind !== "integer" || leader?.kind !== "bulk" || leaderEpoch?.kind !== "integer") {
    return undefined;
  }
  const votedEpoch = Number(leaderEpoch.value);
  if (!isEpoch(votedEpoch)) return undefined;
  return {
    down: Number(down.value) === 1,
    leader: parseRunId(textOf(leader.bytes)),
    leaderEpoch: epoch(votedEpoch),
  };
}

function toPlace(reply: Reply): Address | undefined {
  if (reply.kind !== "array") return undefined;
  const [host, port] = reply.items;
  if (host?.kind !== "bulk" || port?.kind !== "bulk") return undefined;
  return parsePlace(textOf(host.bytes), textOf(port.bytes));
}
