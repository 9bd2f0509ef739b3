import type { Replica } from "../state.ts";
import { isOneHistory } from "./offsets.ts";
import { zoneStanding } from "./zones.ts";

/**
 * Which of two replicas that may be promoted is the better one.
 *
 * Before all: one that has had its link to the master is better than one that never had (W-15).
 * Then, as `vedette selection-order` says:
 *   priority-first  zone, priority, offset, run id: Redis' order, which knows no zones
 *   offset-first    offset where they are further apart than lag-band-bytes, zone, priority, offset, run id
 */
export function isBetter(a: Replica, b: Replica): boolean {
  if (neverLinked(a) !== neverLinked(b)) return !neverLinked(a);
  const { extensions } = a.master.settings;
  if (extensions["selection-order"] === "offset-first" && areComparable(a, b)) {
    const ahead = a.replicationOffset - b.replicationOffset;
    if (Math.abs(ahead) > extensions["lag-band-bytes"]) return ahead > 0;
  }
  const zones = ZONE_RANK[zoneStanding(a)] - ZONE_RANK[zoneStanding(b)];
  if (zones !== 0) return zones < 0;
  if (a.priority !== b.priority) return a.priority < b.priority;
  if (a.replicationOffset !== b.replicationOffset) return a.replicationOffset > b.replicationOffset;
  if (a.runId === undefined || b.runId === undefined) return a.runId !== undefined;
  return a.runId < b.runId;
}

const ZONE_RANK = { home: 0, unknown: 1, elsewhere: 2 } as const;

/** INFO says so with -1 seconds, and never of a link that is up. */
function neverLinked({ masterLinkDownMs, masterLinkUp }: Replica): boolean {
  return !masterLinkUp && masterLinkDownMs < 0;
}

function areComparable(a: Replica, b: Replica): boolean {
  return isOneHistory(a.reported.stream?.history?.replid, b.reported.stream?.history?.replid);
}

/** What was decisive, for people. */
export function whyChosen({ priority, replicationOffset, master }: Replica): string {
  const order = master.settings.extensions["selection-order"];
  return order === "offset-first"
    ? `offset ${replicationOffset}, priority ${priority}`
    : `priority ${priority}, offset ${replicationOffset}`;
}
