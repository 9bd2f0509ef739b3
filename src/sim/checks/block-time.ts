import type { SentinelEvent } from "../../sentinel/events.ts";
import type { SentinelNode } from "../sentinel-node.ts";
import type { Watcher } from "../watch.ts";
import { mustHold } from "./violation.ts";

const INVARIANT = "no failover within the block time";
/** Elections without a leader after which a sentinel stands aside. */
const FRUITLESS_MAX = 3;
/** Differences of virtual moments are floating point. */
const ROUNDING_MS = 1e-6;
/** The reasons of an election that bore no fruit begin with votes: split, or too few in time. */
const FRUITLESS = /votes/;

interface Attempts {
  /** When the last fruitless elections ended, oldest first. */
  readonly fruitless: number[];
  /** Moment since which it has to stand aside. */
  blockedSince: number | undefined;
}

/**
 * For the elections of sentinel s for master m, in one life of s and one configuration of m, with
 * block = 2 x failover-timeout (design §4):
 *   e1 < e2 < e3 the ends of three without a leader, t > e3 the next try that no operator forced:
 *     max(e2 - e1, e3 - e2, t - e3) >= block;
 *   -failover-abort-slave-timeout at f, t > f such a try:  t - f >= block.
 * And t is never in TILT.
 */
export class BlockTime implements Watcher {
  readonly #attempts = new Map<SentinelNode, Map<string, Attempts>>();

  started(sentinel: SentinelNode): void {
    this.#attempts.set(sentinel, new Map());
  }

  decided(sentinel: SentinelNode, event: SentinelEvent): void {
    const { master: name, reason = "" } = event.about;
    if (name === undefined) return;
    const happened: string = event.name;
    switch (happened) {
      case "+try-failover":
        return this.#try(sentinel, name);
      case "-failover-abort-not-elected":
        if (FRUITLESS.test(reason)) this.#of(sentinel, name).fruitless.push(sentinel.clock);
        return;
      case "-failover-abort-slave-timeout":
        this.#of(sentinel, name).blockedSince = sentinel.clock;
        return;
      // Something else counts from here. Without a replica it waits for one to qualify.
      case "-failover-abort-no-good-slave":
      case "+switch-master":
      case "+config-update-from":
      case "+set":
      case "+reset-master":
      case "-monitor":
        this.#attempts.get(sentinel)?.delete(name);
        return;
      default:
    }
  }

  #try(sentinel: SentinelNode, name: string): void {
    const master = [...sentinel.state.masters.values()].find((each) => each.name === name);
    if (master === undefined) return;
    const { failover } = master;
    if ("forced" in failover && failover.forced) return;
    const { clock } = sentinel;
    mustHold(sentinel.state.tilt.mode === "off", INVARIANT, () => `${sentinel.name} is in TILT`);
    const attempts = this.#of(sentinel, name);
    const blockMs = 2 * master.settings.failoverTimeoutMs;
    const { blockedSince } = attempts;
    mustHold(
      blockedSince === undefined || clock - blockedSince + ROUNDING_MS >= blockMs,
      INVARIANT,
      () => `${sentinel.name} tries ${name} ${clock - (blockedSince ?? 0)} ms after it failed`,
    );
    attempts.blockedSince = undefined;
    const last = attempts.fruitless.slice(-FRUITLESS_MAX);
    if (last.length < FRUITLESS_MAX) return;
    const longest = Math.max(...gapsOf([...last, clock]));
    mustHold(
      longest + ROUNDING_MS >= blockMs,
      INVARIANT,
      () =>
        `${sentinel.name} tries ${name} after three in vain at most ${longest} ms apart, not ${blockMs} ms`,
    );
  }

  #of(sentinel: SentinelNode, name: string): Attempts {
    const byName = this.#attempts.get(sentinel) ?? new Map<string, Attempts>();
    this.#attempts.set(sentinel, byName);
    const known = byName.get(name) ?? { fruitless: [], blockedSince: undefined };
    byName.set(name, known);
    return known;
  }
}

function gapsOf(moments: readonly number[]): number[] {
  return moments.slice(1).map((moment, index) => moment - (moments[index] ?? 0));
}
