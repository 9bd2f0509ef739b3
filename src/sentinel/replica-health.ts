import { formatAddress } from "../base/address.ts";
import { downtimeOf } from "./maintenance/maintenance.ts";
import type { Master, Replica, SentinelState } from "./state.ts";
import type { Turn } from "./turn.ts";
import { mayBeAt } from "./whereabouts.ts";

/** Whether a replica may be read from, by what it said last. */

/**
 * Why nobody should be sent to this replica to read; undefined where it may serve. As with Patroni,
 * one whose master is gone serves on: how old its data may be is the lag's business.
 */
export function replicaTrouble(
  turn: Pick<Turn, "state" | "now">,
  replica: Replica,
): string | undefined {
  const { state } = turn;
  const { master, masterHost, masterPort, reported } = replica;
  if (reported.role === "master") return "it says that it is a master";
  if (downtimeOf(turn, replica) !== undefined) return "it is in downtime";
  if (reported.infoText !== undefined && LOADING.test(reported.infoText)) {
    return "it is loading its data";
  }
  if (SYNCING.test(reported.infoText ?? "")) return "it is being synchronised from scratch";
  if (masterHost === undefined || masterPort === undefined) return "it does not name its master";
  const follows = { host: masterHost, port: masterPort };
  if (!mayBeAt(state, master, follows) && !isChained(state, replica)) {
    return `it follows ${formatAddress(follows)}`;
  }
  return replica.announced ? undefined : "it asks not to be announced";
}

const LOADING = /^loading:1/m;
const SYNCING = /^master_sync_in_progress:1/m;

/** A replica of another replica of the group has the group's data too. */
function isChained(state: SentinelState, { master, masterHost, masterPort }: Replica): boolean {
  if (masterHost === undefined || masterPort === undefined) return false;
  const follows = { host: masterHost, port: masterPort };
  for (const other of master.replicas.values()) {
    if (mayBeAt(state, other, follows)) return other.reported.role === "replica";
  }
  return false;
}

/**
 * How much of the master's stream the replica lacks, in bytes, by the two texts of INFO that came
 * last; undefined where one of them does not tell, or the replica's link is down.
 */
export function lagBytes(replica: Replica): number | undefined {
  if (!replica.masterLinkUp) return undefined;
  const masterOffset = replicationOffset(replica.master);
  return masterOffset === undefined
    ? undefined
    : Math.max(0, masterOffset - replica.replicationOffset);
}

/** The end of the master's stream, by its last INFO. */
export function replicationOffset({ reported }: Master): number | undefined {
  return reported.stream?.offset;
}
