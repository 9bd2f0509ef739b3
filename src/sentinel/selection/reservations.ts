import { behindBytes } from "./offsets.ts";
import { isAccepted } from "../returned-master.ts";
import type { Replica } from "../state.ts";
import { zoneReservation } from "./zones.ts";

/**
 * Why a replica is promoted only by an operator's word (`SENTINEL FAILOVER <master> LAST-RESORT`); undefined
 * when nothing is against it. What bars a replica whatever anybody says is in replica-selection.ts.
 */
export function reservation(replica: Replica): string | undefined {
  // From a master that lost its data nothing has arrived yet that counts: what the replica has is what is
  // to be saved, and as long as the copy is under way it is still there.
  if (replica.isSyncing && isAccepted(replica.master)) {
    return "it is copying all data from its master and has only part of them";
  }
  return lagReservation(replica) ?? zoneReservation(replica);
}

function lagReservation(replica: Replica): string | undefined {
  const limit = replica.master.settings.extensions["max-lag-bytes"];
  if (limit === 0) return undefined;
  const behind = behindBytes(replica);
  if (behind === undefined || behind <= limit) return undefined;
  return `it is ${behind} bytes behind, more than max-lag-bytes ${limit}`;
}
