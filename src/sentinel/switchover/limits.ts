import { after, type Millis } from "../../base/units.ts";
import type { Master } from "../state.ts";
import type { Switchover } from "./switchover.ts";

/**
 * Writes are held up for so long at most where no TIMEOUT says otherwise, in ms. A replica that keeps
 * up needs a few; more gives a slower one the time and lets clients wait.
 */
const CLOSED_MS = 5_000;

/** A shorter time is over before anybody has answered, in ms. */
export const CLOSED_LEAST_MS = 50;

/** A replica further behind would keep writers waiting for as long as it takes to catch up, in bytes. */
export const LAG_BYTES_MAX = 8 * 1024 * 1024;

/** What is asked beforehand is answered within this or not at all, in ms. */
export const PREPARATION_MS = 500;

/** Who has not answered by then does not answer. */
export function preparationDueAt({ startedAt }: Switchover): Millis {
  return after(startedAt, PREPARATION_MS);
}

/** An election of a switchover ends after this, in ms: there is nobody to wait for. */
export const SWITCHOVER_ELECTION_MS = 1_000;

/** INFO while a hand-over waits for what a server says, in ms. */
export const HAND_OVER_INFO_PERIOD_MS = 5;

/**
 * A sentinel that has not announced the new master within this is none that clients could ask, in ms:
 * writers wait no longer for it.
 */
export const ANNOUNCED_WITHIN_MS = 1_000;

/** A sentinel that has not announced the new master yet is asked again after this, in ms. */
export const ANNOUNCED_ASK_PERIOD_MS = 10;

/** Cutting clients off, and taking back what was begun, are given up after this, in ms. */
export const CUTTING_MS = 1_000;
export const WITHDRAWING_MS = 5_000;

/**
 * Half the smallest down-after of all who watch the master: a hello is a PUBLISH, which waits as
 * writes do, and with it every PING behind it on that connection.
 */
export function closedBoundMs(master: Master, { preparation }: Switchover): number {
  let shortest = master.settings.downAfterMs;
  for (const { downAfterMs } of preparation.peers.values()) {
    shortest = Math.min(shortest, downAfterMs);
  }
  return Math.floor(shortest / 2);
}

/** How long writes may be held up in this switchover, in ms. */
export function closedMsMax(master: Master, switchover: Switchover): number {
  return Math.min(closedBoundMs(master, switchover), switchover.timeoutMs ?? CLOSED_MS);
}
