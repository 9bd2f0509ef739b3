import type { Millis } from "../base/units.ts";
import { lacksConnection } from "./links.ts";
import { downtimeOf } from "./maintenance/maintenance.ts";
import type { Master, Replica, SentinelState } from "./state.ts";

/**
 * Why a replica may not be promoted; undefined when it may.
 * Source: sentinel spec §6.3.
 */
export function disqualification(
  state: SentinelState,
  replica: Replica,
  now: Millis,
): string | undefined {
  const { master, link, reported } = replica;
  const { pingPeriodMs, infoPeriodMs } = state.tunables;
  if (replica.sdown.down) return "it is subjectively down";
  if (downtimeOf({ state, now }, replica) !== undefined) return "it is in downtime";
  if (lacksConnection(link)) return "there is no connection to it";
  if (now - link.lastOkAt > 5 * pingPeriodMs) return "its last answer to PING is too old";
  if (replica.priority === 0) return "its priority is 0";
  const infoAgeMsMax = master.sdown.down ? 5 * pingPeriodMs : 3 * infoPeriodMs;
  if (reported.infoAt === undefined || now - reported.infoAt > infoAgeMsMax) {
    return "its INFO is too old";
  }
  const masterDownMs = master.sdown.down ? now - master.sdown.since : 0;
  if (replica.masterLinkDownMs > masterDownMs + 10 * master.settings.downAfterMs) {
    return "it has been cut off from its master for too long";
  }
  return undefined;
}

/**
 * The replica to promote: lowest priority, then the most of the stream, then the smallest run id.
 * Source: sentinel spec §6.3.
 */
export function selectReplica(
  state: SentinelState,
  master: Master,
  now: Millis,
): Replica | undefined {
  let best: Replica | undefined;
  for (const replica of master.replicas.values()) {
    if (disqualification(state, replica, now) !== undefined) continue;
    if (best === undefined || isBetter(replica, best)) best = replica;
  }
  return best;
}

function isBetter(a: Replica, b: Replica): boolean {
  if (a.priority !== b.priority) return a.priority < b.priority;
  if (a.replicationOffset !== b.replicationOffset) return a.replicationOffset > b.replicationOffset;
  if (a.runId === undefined || b.runId === undefined) return a.runId !== undefined;
  return a.runId < b.runId;
}
