import { type Address, sameAddress } from "../../base/address.ts";
import { canFailOver } from "../../advice/failover-margin.ts";
import type { GroupView, ReplicaView } from "../operator/group-view.ts";
import type { ToldPlan, ToldRisk } from "../operator/told-plan.ts";
import type { LastTold } from "./last-told.ts";

export interface PlannedCandidate {
  readonly address: Address;
  readonly verdict: "chosen" | "eligible" | "last-resort" | "excluded";
  readonly reason: string;
  readonly priority: number;
  readonly offset: number;
  /** Behind what is known of the master, or of the furthest replica if that is more. */
  readonly behindBytes: number | undefined;
}

/** What would come of the master's death now. */
export interface Plan {
  readonly group: GroupView;
  readonly master: LastTold | undefined;
  readonly promoted: PlannedCandidate | undefined;
  readonly candidates: readonly PlannedCandidate[];
  /** By a vedette's estimate; undefined where none told one. */
  readonly atRisk: ToldRisk | undefined;
  /** What stands in the way besides, in sentences. */
  readonly obstacles: readonly string[];
}

/** Whether anybody would take over. */
export function isPossible({ group, promoted, obstacles }: Plan): boolean {
  return canFailOver(group) && promoted !== undefined && obstacles.length === 0;
}

/** What a vedette of the set says itself. */
export function toldProspect(group: GroupView, told: ToldPlan): Plan {
  const { candidates, atRisk, obstacles } = told;
  const promoted = candidates.find(
    ({ address }) => told.promoted !== undefined && sameAddress(address, told.promoted),
  );
  return { group, master: undefined, promoted, candidates, atRisk, obstacles };
}

/** For a set without a vedette, the reference's order: the lowest priority, of those the furthest, of those the lowest run id. */
export function planOf(group: GroupView, master: LastTold | undefined): Plan {
  const ranked = group.replicas.toSorted(
    (a, b) =>
      a.row.priority - b.row.priority ||
      b.row.offset - a.row.offset ||
      (runIdOf(a) < runIdOf(b) ? -1 : 1),
  );
  const eligible = ranked.filter(({ exclusion }) => exclusion === undefined);
  const excluded = ranked.filter(({ exclusion }) => exclusion !== undefined);
  const [best] = eligible;
  const known = Math.max(master?.offset ?? 0, ...ranked.map(({ row }) => row.offset));
  const candidates = [...eligible, ...excluded].map((replica): PlannedCandidate => {
    const { address, priority, offset } = replica.row;
    return {
      address,
      verdict: verdictOf(replica, best),
      reason: replica.exclusion ?? reasonOf(replica, best, eligible),
      priority,
      offset,
      behindBytes: offset === 0 ? undefined : known - offset,
    };
  });
  const promoted = candidates.find(isChosen);
  return { group, master, promoted, candidates, atRisk: undefined, obstacles: [] };
}

function isChosen({ verdict }: PlannedCandidate): boolean {
  return verdict === "chosen";
}

function verdictOf(
  replica: ReplicaView,
  best: ReplicaView | undefined,
): PlannedCandidate["verdict"] {
  if (replica.exclusion !== undefined) return "excluded";
  return replica === best ? "chosen" : "eligible";
}

/** What decided, between this one and the best, or for the best. */
function reasonOf(
  replica: ReplicaView,
  best: ReplicaView | undefined,
  eligible: readonly ReplicaView[],
): string {
  if (best === undefined) return "";
  if (replica !== best) return difference(replica, best);
  const [, second] = eligible;
  return second === undefined ? "the only one" : advantage(best, second);
}

function difference(replica: ReplicaView, best: ReplicaView): string {
  const [mine, theirs] = [replica.row, best.row];
  if (mine.priority !== theirs.priority) {
    return `priority ${mine.priority} comes after ${theirs.priority}`;
  }
  if (mine.offset !== theirs.offset) return `offset ${mine.offset} is less than ${theirs.offset}`;
  return "as good, with a higher run id";
}

function advantage(best: ReplicaView, second: ReplicaView): string {
  if (best.row.priority !== second.row.priority) return `priority ${best.row.priority} comes first`;
  if (best.row.offset !== second.row.offset) return `the furthest: offset ${best.row.offset}`;
  return "the lowest run id of equals";
}

function runIdOf({ row }: ReplicaView): string {
  return row.fields.get("runid") ?? "";
}
