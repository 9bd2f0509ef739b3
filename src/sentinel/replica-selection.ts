import type { Millis } from "../base/units.ts";
import { compareFreshness, freshnessOf } from "./cold-start.ts";
import { hasFarFewerKeys } from "./lineage.ts";
import { lacksConnection } from "./links.ts";
import { downtimeOf } from "./maintenance/maintenance.ts";
import { isBetter } from "./selection/order.ts";
import { reservation } from "./selection/reservations.ts";
import type { Master, Replica, SentinelState } from "./state.ts";

export interface SelectionRules {
  /** By an operator's word what is only reserved against is promoted too. */
  readonly lastResort?: boolean;
  /** Asked and did not answer: what is known of them may be of another time, or another history. */
  readonly unanswered?: ReadonlySet<Replica>;
}

/** Why a replica may not be promoted; undefined when it may. */
export function disqualification(
  state: SentinelState,
  replica: Replica,
  now: Millis,
  { lastResort = false }: SelectionRules = {},
): string | undefined {
  return exclusion(state, replica, now) ?? (lastResort ? undefined : reservation(replica));
}

/**
 * Why it may not be whatever anybody says.
 * Source: sentinel spec §6.3.
 */
export function exclusion(state: SentinelState, replica: Replica, now: Millis): string | undefined {
  const { master, link, reported } = replica;
  const { pingPeriodMs, infoPeriodMs } = state.tunables;
  if (replica.foreign !== undefined) return `it is of another group: ${replica.foreign.reason}`;
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
  if (reported.isLoading) return "it is loading its data";
  if (lacksData(replica)) return "it has lost the data that others have";
  return undefined;
}

/**
 * The replica to promote, as selection/order.ts has it. One that only an operator may want comes behind all
 * others then too.
 * Source: sentinel spec §6.3.
 */
export function selectReplica(
  state: SentinelState,
  master: Master,
  now: Millis,
  rules: SelectionRules = {},
): Replica | undefined {
  let best: Replica | undefined;
  for (const replica of master.replicas.values()) {
    if (disqualification(state, replica, now, rules) !== undefined) continue;
    if (best === undefined || isPreferred(replica, best, rules)) best = replica;
  }
  return best;
}

/** Who has answered first, and who is without reservations. */
function isPreferred(a: Replica, b: Replica, rules: SelectionRules): boolean {
  const fresher = compareFreshness(a, b);
  if (fresher !== 0) return fresher > 0;
  const { lastResort = false, unanswered } = rules;
  const [isSilentA, isSilentB] = [a, b].map((each) => unanswered?.has(each) === true);
  if (isSilentA !== isSilentB) return isSilentB === true;
  if (lastResort) {
    const [reservedA, reservedB] = [a, b].map((each) => reservation(each) !== undefined);
    if (reservedA !== reservedB) return reservedB === true;
  }
  return isBetter(a, b);
}

/** Its history is not the group's, and it has far fewer keys than another that is up and whose is. */
function lacksData(replica: Replica): boolean {
  if (freshnessOf(replica) !== undefined) return false;
  for (const other of replica.master.replicas.values()) {
    if (other === replica || other.sdown.down || lacksConnection(other.link)) continue;
    if (freshnessOf(other) === undefined) continue;
    if (hasFarFewerKeys(replica.known?.keys, other.known?.keys)) return true;
  }
  return false;
}
