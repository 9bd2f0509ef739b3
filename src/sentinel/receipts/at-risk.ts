import type { AtRisk } from "./receipt.ts";

/** What is known when a replica is chosen. Offsets are of one history; bytes and milliseconds. */
export interface RiskFacts {
  /** The old master's last INFO, and how long ago it came; undefined where it never came. */
  readonly master:
    | {
        readonly offset: number;
        /** From that INFO to the last moment at which it may have taken a write. */
        readonly openMs: number;
        readonly peakBytesPerSecond: number | undefined;
        readonly bytesPerCommand: number | undefined;
      }
    | undefined;
  /** Of the chosen replica; undefined where its history is another than the master's. */
  readonly promotedOffset: number | undefined;
  /** The furthest that any server of this history is known to have come. */
  readonly furthestOffset: number;
  /**
   * How long the master may have gone on writing after the replica heard the last of it: 0 where both
   * ended together.
   */
  readonly apartMs: number;
  /** It may write on until somebody reaches it: the bounds are those of this moment. */
  readonly mayGoOn: boolean;
}

/**
 * INFO counts a broken link in whole seconds: so long may a replica have been cut off before the
 * master ended without anybody seeing it.
 */
const RESOLUTION_MS = 1_000;

/** Bursts are higher than the average of a second or ten. */
const BURST = 1.5;

/**
 * Bounds of what was confirmed to clients and is not in the chosen replica:
 *   at least = (furthest known offset) - (the replica's)
 *   at most  = max(at least,
 *                  (master's offset) + peak x (time it was open since then) - (the replica's),
 *                  peak x 1.5 x (time apart + 1 s))
 * The second counts everything the master may have written since its last INFO, which a replica
 * that kept up has most of; the third is what a replica that kept up can lack of it. Both stand on the
 * highest rate of the last minute, so a master that was busier in its last seconds than in the minute
 * before may exceed them.
 */
export function bytesAtRisk(facts: RiskFacts): AtRisk {
  const { master, promotedOffset, furthestOffset, apartMs, mayGoOn } = facts;
  if (promotedOffset === undefined) {
    return unbounded(facts, 0, "the chosen replica's history is not the master's");
  }
  const bytesAtLeast = Math.max(0, furthestOffset - promotedOffset);
  const perCommand = master?.bytesPerCommand;
  if (master === undefined) {
    return unbounded(facts, bytesAtLeast, "the master's INFO was never seen");
  }
  const peak = master.peakBytesPerSecond;
  if (peak === undefined) {
    return unbounded(facts, bytesAtLeast, "the rate of writes was never seen");
  }
  const written = master.offset + (peak * master.openMs) / 1000 - promotedOffset;
  const cutOff = (peak * BURST * (apartMs + RESOLUTION_MS)) / 1000;
  const bytesAtMost = Math.ceil(Math.max(bytesAtLeast, written, cutOff));
  return {
    bytesAtLeast,
    bytesAtMost,
    operationsAtLeast: operations(bytesAtLeast, perCommand),
    operationsAtMost: operations(bytesAtMost, perCommand),
    mayGoOn,
    basis:
      `the master's offset ${master.offset} in its last INFO, ${Math.round(master.openMs)} ms in which it may have gone on ` +
      `at up to ${Math.round(peak)} bytes a second, the replica's offset ${promotedOffset}`,
  };
}

function unbounded({ master, mayGoOn }: RiskFacts, bytesAtLeast: number, basis: string): AtRisk {
  return {
    bytesAtLeast,
    bytesAtMost: undefined,
    operationsAtLeast: operations(bytesAtLeast, master?.bytesPerCommand),
    operationsAtMost: undefined,
    mayGoOn,
    basis,
  };
}

/** @param perCommand bytes; undefined where it was never seen */
export function operations(bytes: number, perCommand: number | undefined): number | undefined {
  if (bytes === 0) return 0;
  return perCommand === undefined || perCommand <= 0 ? undefined : Math.ceil(bytes / perCommand);
}
