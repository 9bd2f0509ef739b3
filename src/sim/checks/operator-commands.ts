import { sameAddress } from "../../base/address.ts";
import type { ClientId } from "../../base/ids.ts";
import type { Reply } from "../../resp/reply.ts";
import type { Effect } from "../../sentinel/effect.ts";
import type { SentinelEvent } from "../../sentinel/events.ts";
import type { Input } from "../../sentinel/input.ts";
import type { Master } from "../../sentinel/state.ts";
import type { SentinelNode } from "../sentinel-node.ts";
import type { Watcher } from "../watch.ts";
import { durableEpochs } from "./durable-epochs.ts";
import { mustHold, Violation } from "./violation.ts";

const INVARIANT = "an operator's command is done or reported as not done";

type Request = Extract<Input, { readonly kind: "client-request" }>;

/** What a forced failover ends with, however it goes. */
const ENDS: ReadonlySet<string> = new Set([
  "+switch-master",
  "+failover-end",
  "+config-update-from",
  "-failover-abort-not-elected",
  "-failover-abort-no-good-slave",
  "-failover-abort-slave-timeout",
  "-failover-abort-master-is-back",
  "-vedette-switchover-abort",
  "+reset-master",
  "-monitor",
]);

/**
 * For a command c of an operator to sentinel s:
 *   in the step that takes c, where the answer is one of success:
 *     FAILOVER m: +try-failover of m is published; where it is an error, it is not; a COORDINATED
 *     one is answered in a later step, with success when an election of it runs;
 *     RESET p: no master whose name matches has replicas or peers;
 *     MONITOR m a q: m is watched, at a with quorum q;  REMOVE m: m is not watched;
 *     SET m o v: the option has the value;
 *   when an answer of success leaves, the file says so too, unless a later order is about the same
 *   master: one file carries both, and orders may come and go (3000, 1111, 3000);
 *   a failover that was promised has ended with an event, or its process died, when all is settled.
 */
export class OperatorCommands implements Watcher {
  /** Taken and not answered yet, by client and number of the request. */
  readonly #taken = new Map<SentinelNode, Map<string, Request>>();
  /** The last order about each master, by its name. */
  readonly #latest = new Map<SentinelNode, Map<string, Request>>();
  /** Failovers that were promised and have not ended. */
  readonly #promised = new Map<SentinelNode, Set<string>>();
  doneCount = 0;
  refusedCount = 0;

  crashed(sentinel: SentinelNode): void {
    this.#taken.delete(sentinel);
    this.#latest.delete(sentinel);
    this.#promised.delete(sentinel);
  }

  stepped(sentinel: SentinelNode, input: Input, effects: readonly Effect[]): void {
    if (input.kind !== "client-request" || !isOrder(input.args)) return;
    for (const effect of effects) {
      if (effect.kind !== "reply" || effect.client !== input.client) continue;
      if (effect.request !== input.request || effect.reply.kind !== "value") continue;
      const reason = whyNotDone(sentinel, input.args, { reply: effect.reply.reply, effects });
      mustHold(
        reason === undefined,
        INVARIANT,
        () => `${sentinel.name} ${input.args.join(" ")}: ${reason ?? ""}`,
      );
    }
    const known = this.#taken.get(sentinel) ?? new Map<string, Request>();
    known.set(keyOf(input.client, input.request), input);
    this.#taken.set(sentinel, known);
    const latest = this.#latest.get(sentinel) ?? new Map<string, Request>();
    latest.set(input.args[2] ?? "", input);
    this.#latest.set(sentinel, latest);
  }

  /** An answer leaves. */
  answered(sentinel: SentinelNode, client: ClientId, request: number, reply: Reply): void {
    const taken = this.#taken.get(sentinel);
    const order = taken?.get(keyOf(client, request));
    if (taken === undefined || order === undefined) return;
    taken.delete(keyOf(client, request));
    if (!isSuccess(reply)) {
      this.refusedCount++;
      return;
    }
    this.doneCount++;
    const isLatest = this.#latest.get(sentinel)?.get(order.args[2] ?? "") === order;
    const reason = isLatest ? whyNotInFile(sentinel, order.args) : undefined;
    mustHold(
      reason === undefined,
      INVARIANT,
      () => `${sentinel.name} answers ${order.args.join(" ")}, but ${reason ?? ""}`,
    );
    const [, subcommand = "", name = ""] = order.args;
    if (subcommand.toLowerCase() === "failover" && isRunning(sentinel, name)) {
      const promised = this.#promised.get(sentinel) ?? new Set<string>();
      promised.add(name);
      this.#promised.set(sentinel, promised);
    }
  }

  decided(sentinel: SentinelNode, event: SentinelEvent): void {
    const promised = this.#promised.get(sentinel);
    if (promised === undefined || event.about.master === undefined) return;
    if (ENDS.has(event.name)) promised.delete(event.about.master);
  }

  /** Everything is settled: no promise may be open. @throws {Violation} */
  mustBeFinished(): void {
    for (const [sentinel, masters] of this.#promised) {
      for (const name of masters) {
        throw new Violation(INVARIANT, `${sentinel.name} promised a failover of ${name}`);
      }
    }
  }
}

function keyOf(client: ClientId, request: number): string {
  return `${client} ${request}`;
}

function isOrder([command, subcommand = ""]: readonly string[]): boolean {
  if (command !== "SENTINEL") return false;
  return ["failover", "reset", "monitor", "remove", "set"].includes(subcommand.toLowerCase());
}

function isSuccess(reply: Reply): boolean {
  return reply.kind === "integer" || (reply.kind === "simple" && reply.text === "OK");
}

function masterNamed(sentinel: SentinelNode, name: string): Master | undefined {
  for (const master of sentinel.state.masters.values()) if (master.name === name) return master;
  return undefined;
}

function isRunning(sentinel: SentinelNode, name: string): boolean {
  const master = masterNamed(sentinel, name);
  if (master === undefined || !("failoverEpoch" in master.failover)) return false;
  const { failover } = master;
  return failover.forced || ("switchover" in failover && failover.switchover !== undefined);
}

function whyNotDone(
  sentinel: SentinelNode,
  [, subcommand = "", name = "", ...words]: readonly string[],
  answer: { readonly reply: Reply; readonly effects: readonly Effect[] },
): string | undefined {
  const isDone = isSuccess(answer.reply);
  const master = masterNamed(sentinel, name);
  switch (subcommand.toLowerCase()) {
    case "failover": {
      const isTried = answer.effects.some(
        (effect) =>
          effect.kind === "publish-event" &&
          effect.event.name === "+try-failover" &&
          effect.event.about.master === name,
      );
      return isTried === isDone ? undefined : isDone ? "nothing begins" : "it begins all the same";
    }
    case "reset": {
      const left = [...sentinel.state.masters.values()].find(
        (each) =>
          (name === "*" || each.name === name) && each.replicas.size + each.sentinels.size > 0,
      );
      return left === undefined ? undefined : `${left.name} still has members`;
    }
    case "monitor": {
      if (!isDone) return undefined;
      const [host = "", port = "", quorum = ""] = words;
      const isThere =
        master !== undefined &&
        sameAddress(master.place, { host, port: Number(port) }) &&
        master.settings.quorum === Number(quorum);
      return isThere ? undefined : "it is not watched so";
    }
    case "remove":
      return master === undefined ? undefined : "it is still watched";
    default:
      return isDone && master !== undefined ? whyNotSet(master, words) : undefined;
  }
}

const NUMBERS: ReadonlyMap<string, (master: Master) => number> = new Map([
  ["quorum", ({ settings }: Master) => settings.quorum],
  ["down-after-milliseconds", ({ settings }: Master) => settings.downAfterMs],
  ["failover-timeout", ({ settings }: Master) => settings.failoverTimeoutMs],
  ["parallel-syncs", ({ settings }: Master) => settings.parallelSyncs],
]);

function whyNotSet(master: Master, words: readonly string[]): string | undefined {
  for (let at = 0; at + 1 < words.length; at += 2) {
    const option = words[at] ?? "";
    const value = NUMBERS.get(option)?.(master);
    if (value !== undefined && value !== Number(words[at + 1])) return `${option} is ${value}`;
  }
  return undefined;
}

/** What a later command has changed again is not looked for. */
function whyNotInFile(
  sentinel: SentinelNode,
  [, subcommand = "", name = "", ...words]: readonly string[],
): string | undefined {
  const { text } = sentinel.disk;
  const master = masterNamed(sentinel, name);
  const isInFile = text.includes(`sentinel monitor ${name} `);
  switch (subcommand.toLowerCase()) {
    case "monitor":
      return master !== undefined && !isInFile ? "its file does not have the master" : undefined;
    case "remove":
      return master === undefined && isInFile ? "its file still has the master" : undefined;
    case "failover": {
      const tried = master !== undefined && "failoverEpoch" in master.failover;
      if (!tried || !("failoverEpoch" in master.failover)) return undefined;
      const { failoverEpoch } = master.failover;
      return durableEpochs(text).current < failoverEpoch
        ? `its file has no epoch ${failoverEpoch}`
        : undefined;
    }
    case "set":
      return master === undefined || whyNotSet(master, words) !== undefined
        ? undefined
        : whyNotWritten(text, name, words);
    default:
      return undefined;
  }
}

/** A value that is the default has no line. */
const DEFAULTS: ReadonlyMap<string, number> = new Map([
  ["down-after-milliseconds", 30_000],
  ["failover-timeout", 180_000],
  ["parallel-syncs", 1],
]);

function whyNotWritten(text: string, name: string, words: readonly string[]): string | undefined {
  for (let at = 0; at + 1 < words.length; at += 2) {
    const option = words[at] ?? "";
    if (!DEFAULTS.has(option)) continue;
    const line = `sentinel ${option} ${name} `;
    const start = text.indexOf(line);
    const value =
      start < 0 ? DEFAULTS.get(option) : Number.parseInt(text.slice(start + line.length), 10);
    if (value !== Number(words[at + 1])) return `its file has ${option} ${value ?? ""}`;
  }
  return undefined;
}
