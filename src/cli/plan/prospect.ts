import type { Address } from "../../base/address.ts";
import type { GroupView, ReplicaView } from "../operator/group-view.ts";
import type { LastTold } from "./last-told.ts";

export interface PlannedCandidate {
  readonly address: Address;
  readonly verdict: "chosen" | "eligible" | "excluded";
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
}

/** The reference's order: the lowest priority, of those the furthest, of those the lowest run id. */
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
  return { group, master, promoted: candidates.find(isChosen), candidates };
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
