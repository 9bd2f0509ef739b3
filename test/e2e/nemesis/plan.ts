import { nextBelow, nextFloat, type Random, seededRandom } from "../../../src/base/random.ts";

/** Whom a fault hits; the master is whoever it is at that moment. */
export type Victim = "master" | "replica" | "sentinel" | "master and sentinel";
export type FaultKind = "kill" | "stop" | "cut" | "failover";

export interface NemesisFault {
  readonly atMs: number;
  readonly kind: FaultKind;
  readonly victim: Victim;
  /** Which of the replicas or sentinels, modulo their number. */
  readonly number: number;
  readonly forMs: number;
}

const VICTIMS: readonly Victim[] = ["master", "master", "replica", "sentinel"];
const KINDS: readonly FaultKind[] = ["kill", "stop", "cut", "kill", "stop", "cut", "failover"];
const LEAST_PAUSE_MS = 300;
const MEAN_PAUSE_MS = 1_500;
const LEAST_MS = 200;
const MOST_MS = 4_500;

/** The same seed, the same faults; that real processes take them the same way is not promised. */
export function drawNemesis(seed: number, seconds: number): NemesisFault[] {
  const random = seededRandom(seed);
  const faults: NemesisFault[] = [];
  let atMs = pauseMs(random);
  while (atMs < seconds * 1_000) {
    const kind = pick(random, KINDS);
    const victim =
      kind === "cut" && nextFloat(random) < 0.4 ? "master and sentinel" : pick(random, VICTIMS);
    const forMs = LEAST_MS + nextBelow(random, MOST_MS - LEAST_MS);
    faults.push({ atMs, kind, victim, number: nextBelow(random, 6), forMs });
    atMs += pauseMs(random);
  }
  return faults;
}

function pauseMs(random: Random): number {
  return Math.round(LEAST_PAUSE_MS - MEAN_PAUSE_MS * Math.log(1 - nextFloat(random)));
}

function pick<Item>(random: Random, items: readonly Item[]): Item {
  const item = items[nextBelow(random, items.length)];
  if (item === undefined) throw new Error("nothing to choose from");
  return item;
}
