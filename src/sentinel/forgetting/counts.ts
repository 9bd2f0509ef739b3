import type { LinkId, RunId } from "../../base/ids.ts";
import { after, type Millis } from "../../base/units.ts";
import { majority } from "../election.ts";
import { isConnected } from "../links.ts";
import type { Master, Sentinel } from "../state.ts";
import { sendNow, type Turn } from "../turn.ts";
import { votelessOf } from "./forgotten.ts";

/**
 * Whom each peer counts, by its own `SENTINEL SENTINELS`, which real sentinels have too. Asked only where somebody was
 * forgotten: whoever still counts that one must not be voted for, and who is back may vote when all count it.
 */
export interface Counts {
  readonly link: LinkId;
  readonly at: Millis;
  /** Without the peer itself. */
  readonly runIds: ReadonlySet<RunId>;
}

const PERIOD_MS = 60_000;
const UNSETTLED_PERIOD_MS = 3_000;

/** Over the present connection: who was away may have another memory. */
export function countsOf({ counts, link }: Sentinel): ReadonlySet<RunId> | undefined {
  return counts !== undefined && counts.link === link.id ? counts.runIds : undefined;
}

/** Asks the peer whom it counts, where that matters and is due. */
export function askCounts(turn: Turn, peer: Sentinel): void {
  const { master, link, counts } = peer;
  if (master.forgetting.sentinels.size === 0 || !isConnected(link)) return;
  const voteless = votelessOf(master);
  if (voteless.length === 0) return;
  const isSettled = voteless.every((runId) => !master.sentinels.has(runId));
  const periodMs = isSettled ? PERIOD_MS : UNSETTLED_PERIOD_MS;
  if (counts !== undefined && counts.link === link.id && turn.now < after(counts.at, periodMs))
    return;
  if (
    peer.countsAskedAt !== undefined &&
    turn.now < after(peer.countsAskedAt, UNSETTLED_PERIOD_MS)
  ) {
    return;
  }
  peer.countsAskedAt = turn.now;
  link.pending++;
  sendNow(turn, link.id, { name: "sentinels", master: master.masterName });
}

/** Does everybody that is counted here count this one, which has come back? */
export function isCountedByAll(master: Master, runId: RunId): boolean {
  if (!master.sentinels.has(runId)) return false;
  const voteless = votelessOf(master);
  return [...master.sentinels.values()].every(
    (peer) => voteless.includes(peer.runId) || countsOf(peer)?.has(runId) === true,
  );
}

/** Is a majority of those who are counted here known not to count this one any more? */
export function isForgottenByMajority(master: Master, runId: RunId): boolean {
  const without = [...master.sentinels.values()].filter(
    (peer) => countsOf(peer)?.has(runId) === false,
  ).length;
  return 1 + without >= majority(master);
}
