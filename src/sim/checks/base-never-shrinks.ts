import type { Effect } from "../../sentinel/effect.ts";
import type { Input } from "../../sentinel/input.ts";
import type { SentinelNode } from "../sentinel-node.ts";
import type { Watcher } from "../watch.ts";
import { mustHold } from "./violation.ts";

const INVARIANT = "the vote base shrinks by agreement only";

/** A sentinel that was forgotten, and by whom. */
interface Generation {
  /** Who gave its word that it may go. */
  readonly promised: Set<string>;
  isAgreed: boolean;
}

/**
 * For sentinels s and x and a master m that s watches: when s, which counted a base b of sentinels (itself among them),
 * counts x no more,
 *   an operator has told s to RESET or REMOVE m, or another id speaks from the address of x, or
 *   a majority of b, s among them, has given its word for x, or another sentinel to which this applies has told s.
 * A minority, cut off, can so never make itself a majority.
 */
export class BaseNeverShrinks implements Watcher {
  /** Whom each sentinel counts, by master. */
  readonly #counted = new Map<string, ReadonlySet<string>>();
  /** By master and the sentinel that goes. */
  readonly #generations = new Map<string, Generation>();
  forgottenCount = 0;

  crashed(sentinel: SentinelNode): void {
    for (const key of this.#counted.keys()) {
      if (key.startsWith(`${sentinel.name} `)) this.#counted.delete(key);
    }
  }

  stepped(sentinel: SentinelNode, input: Input, effects: readonly Effect[]): void {
    this.#notePromise(sentinel, input, effects);
    const excuse = effects.some(
      (effect) =>
        effect.kind === "publish-event" &&
        (effect.event.name === "+reset-master" ||
          effect.event.name === "-monitor" ||
          effect.event.name === "+sentinel-invalid-addr"),
    );
    // A master that is watched anew begins with nobody.
    if (excuse) this.crashed(sentinel);
    for (const master of sentinel.state.masters.values()) {
      const key = `${sentinel.name} ${master.name}`;
      const before = this.#counted.get(key);
      if (before !== undefined && before.size === master.sentinels.size) continue;
      const counts = new Set<string>(master.sentinels.keys());
      this.#counted.set(key, counts);
      if (before === undefined) continue;
      for (const runId of before) {
        if (!counts.has(runId)) this.#lose(sentinel, master.name, { runId, base: before.size + 1 });
      }
    }
  }

  #notePromise(sentinel: SentinelNode, input: Input, effects: readonly Effect[]): void {
    if (input.kind !== "client-request") return;
    const [, subcommand = "", topic, name = "", runId = "", by = ""] = input.args;
    if (subcommand.toLowerCase() !== "vedette" || topic !== "forget") return;
    if (!effects.some((effect) => saysYes(effect))) return;
    const { promised } = this.#generation(name, runId);
    promised.add(sentinel.sentinelId);
    promised.add(by);
  }

  #lose(
    sentinel: SentinelNode,
    name: string,
    { runId, base }: { readonly runId: string; readonly base: number },
  ): void {
    const generation = this.#generation(name, runId);
    const needed = Math.floor(base / 2) + 1;
    const { promised } = generation;
    if (!generation.isAgreed) {
      mustHold(
        promised.size >= needed,
        INVARIANT,
        () =>
          `${sentinel.name} forgets ${runId} of ${base}: ${promised.size} agreed, needed ${needed}`,
      );
      this.forgottenCount++;
    }
    generation.isAgreed = true;
  }

  #generation(name: string, runId: string): Generation {
    const key = `${name} ${runId}`;
    const known = this.#generations.get(key) ?? { promised: new Set<string>(), isAgreed: false };
    this.#generations.set(key, known);
    return known;
  }
}

function saysYes(effect: Effect): boolean {
  if (effect.kind !== "reply" || effect.reply.kind !== "value") return false;
  const { reply } = effect.reply;
  if (reply.kind !== "array") return false;
  const [first] = reply.items;
  return first?.kind === "bulk" && first.bytes === "yes";
}
