import type { Millis } from "../../base/units.ts";
import { isConnected } from "../links.ts";
import type { Master, Replica } from "../state.ts";
import { touch, type Turn } from "../turn.ts";

/**
 * INFO that is seconds old may name the wrong replica (W-16): all candidates are asked again when an
 * election begins, and whoever leads waits for their answers, but never long. Votes and a sync of the
 * disk take longer than INFO, so mostly nobody waits.
 */

/** How long a leader waits for answers at most. */
export const REFRESH_MS = 100;

/** So old an answer is as good as a new one. */
const FRESH_MS = 20;

/** Who has not answered PING for this long is not waited for. */
const SILENT_MS = 250;

/** Asks everybody who may have more by now than its last INFO said; the master too, for the receipt. */
export function refreshCandidates(turn: Turn, master: Master): void {
  const { now } = turn;
  for (const replica of master.replicas.values()) {
    if (!isConnected(replica.link) || isFinal(replica) || wasAskedSince(replica, now)) continue;
    replica.reported.infoForced = true;
    touch(turn, replica);
  }
  if (!isConnected(master.link) || isSilent(master, now)) return;
  master.reported.infoForced = true;
  touch(turn, master);
}

/** Who has not answered a question of this election? @param since when it began */
export function unansweredCandidates(master: Master, since: Millis): ReadonlySet<Replica> {
  const replicas = [...master.replicas.values()];
  return new Set(replicas.filter((each) => !isFinal(each) && !wasAskedSince(each, since)));
}

/** Is it worth while to wait for its answer? */
export function mayStillAnswer(replica: Replica, now: Millis): boolean {
  const { link, priority, sdown } = replica;
  return isConnected(link) && priority !== 0 && !sdown.down && !isSilent(replica, now);
}

function wasAskedSince({ reported }: Replica, since: Millis): boolean {
  return (
    reported.infoAt !== undefined && (reported.infoSentAt ?? reported.infoAt) >= since - FRESH_MS
  );
}

/** Said, after the master was found down, that its link is: nothing comes to it any more. */
function isFinal({ reported, masterLinkUp, isSyncing, master }: Replica): boolean {
  if (masterLinkUp || isSyncing || !master.sdown.down) return false;
  return reported.infoAt !== undefined && reported.infoAt >= master.sdown.since;
}

function isSilent({ link }: Master | Replica, now: Millis): boolean {
  return now - (link.actPingAt ?? now) > SILENT_MS;
}
