import type { Millis } from "../../base/units.ts";
import { findReplica } from "../instances.ts";
import { disqualification } from "../replica-selection.ts";
import type { Master, Replica, SentinelState } from "../state.ts";

/**
 * The replica that the master itself follows: the two have changed places, or were about to, and who
 * ordered it is gone before it could tell. It has every write that was ever acknowledged, and the
 * master takes none any more: whoever leads the next failover takes it, before a better one by any
 * other rule.
 */
export function heirOf(state: SentinelState, master: Master, now: Millis): Replica | undefined {
  const heir = followedReplica(state, master);
  // Another process was not demoted: it was started as a replica, and what it took before is elsewhere.
  if (master.known?.runId !== master.runId) return undefined;
  if (heir === undefined || disqualification(state, heir, now) !== undefined) return undefined;
  return heir;
}

/** One of its replicas that the master says to follow; undefined while it says to be a master. */
export function followedReplica(state: SentinelState, master: Master): Replica | undefined {
  const { role, follows } = master.reported;
  if (role !== "replica" || follows === undefined) return undefined;
  return findReplica(state, master, follows);
}
