import { type Address, formatAddress, sameAddress } from "../../base/address.ts";
import { canFailOver, sentinelsToSpare, type VotersNow } from "../../advice/failover-margin.ts";
import { isReached, type ReplicaRow } from "./answers.ts";
import type { MasterView, SentinelView, Unreached } from "./sentinel-set.ts";
import type { ToldPlan } from "./told-plan.ts";

/** In words a person knows, best first. */
export type GroupState = "ok" | "suspected" | "failing over" | "down";

export interface ReplicaView {
  readonly row: ReplicaRow;
  /** Names of sentinels that do not reach it. */
  readonly downFor: readonly string[];
  /** Bytes behind the furthest replica, as last told; undefined when it has told nothing. */
  readonly lagBytes: number | undefined;
  /** Why it would not be promoted now; undefined: it might be. */
  readonly exclusion: string | undefined;
}

export interface WatcherView {
  readonly address: Address;
  readonly runId: string;
  /** Undefined: it did not answer us, for this reason. */
  readonly unreached: string | undefined;
  readonly vedetteVersion: string | undefined;
  /** Names of those that it cannot reach: the master, replicas, other sentinels. */
  readonly doesNotSee: readonly string[];
  /** What it names as the master; undefined: it does not watch this one, or did not answer. */
  readonly names: Address | undefined;
  readonly configEpoch: number;
}

/** One master with everything around it, put together from what all sentinels say. */
export interface GroupView extends VotersNow {
  readonly name: string;
  /** Of the highest config epoch: the address in force. */
  readonly address: Address;
  readonly configEpoch: number;
  readonly state: GroupState;
  readonly failoverState: string | undefined;
  /** How many of the asked find the master subjectively, and objectively, down. */
  readonly sdownFor: number;
  readonly odownFor: number;
  readonly watchedBy: number;
  readonly areAgreed: boolean;
  /** An operator's pause, in seconds since 1970; undefined: none. */
  readonly pausedUntil: number | undefined;
  readonly downAfterMs: number;
  readonly replicas: readonly ReplicaView[];
  readonly sentinels: readonly WatcherView[];
  /** Of the vedette that could carry it out best; undefined where none watches. */
  readonly plan: ToldPlan | undefined;
}

/** All masters that any of the sentinels watches, by name. */
export function groupViews(
  views: readonly SentinelView[],
  unreached: readonly Unreached[],
): GroupView[] {
  const byName = new Map<string, Sight[]>();
  for (const sentinel of views) {
    for (const master of sentinel.masters) {
      const sights = byName.get(master.name);
      if (sights === undefined) byName.set(master.name, [{ sentinel, master }]);
      else sights.push({ sentinel, master });
    }
  }
  return [...byName.entries()]
    .map(([name, sights]) => groupView(name, sights, views, unreached))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

interface Sight {
  readonly sentinel: SentinelView;
  readonly master: MasterView;
}

function groupView(
  name: string,
  sights: readonly Sight[],
  views: readonly SentinelView[],
  unreached: readonly Unreached[],
): GroupView {
  const best = bestOf(sights);
  const { master } = best;
  const plan = planOf(best, sights);
  const replicas = replicaViews(best, sights, plan);
  const areAgreed = sights.every((each) => sameAddress(each.master.address, master.address));
  const failing = sights.find((each) => each.master.flags.has("failover_in_progress"));
  return {
    name,
    address: master.address,
    configEpoch: master.configEpoch,
    state: stateOf(sights),
    failoverState: failing?.master.failoverState,
    sdownFor: countWith(sights, "s_down"),
    odownFor: countWith(sights, "o_down"),
    watchedBy: sights.length,
    areAgreed,
    pausedUntil: sights.find((each) => each.master.pausedUntil !== undefined)?.master.pausedUntil,
    downAfterMs: master.downAfterMs,
    voters: Math.max(...sights.map((each) => each.master.otherSentinels + 1)),
    usable: Math.max(...sights.map(usableFor)),
    quorum: master.quorum,
    eligible: replicas.filter(({ exclusion }) => exclusion === undefined).length,
    replicas,
    sentinels: watcherViews(best, sights, views, unreached),
    plan,
  };
}

/** The sight of the highest config epoch; of equal ones the sentinel that reaches most. */
function bestOf(sights: readonly Sight[]): Sight {
  return sights.reduce((best, each) => {
    const ahead = each.master.configEpoch - best.master.configEpoch;
    if (ahead !== 0) return ahead > 0 ? each : best;
    return usableFor(each) > usableFor(best) ? each : best;
  });
}

/**
 * A failover is led by whoever can: of the vedettes that name the same master the one with the least in the
 * way, of equal ones the best sight's.
 */
function planOf(best: Sight, sights: readonly Sight[]): ToldPlan | undefined {
  const plans = [best, ...sights]
    .filter(({ master }) => sameAddress(master.address, best.master.address))
    .flatMap(({ master }) => master.plan ?? []);
  return plans.toSorted((a, b) => a.obstacles.length - b.obstacles.length)[0];
}

function usableFor({ master }: Sight): number {
  return 1 + master.sentinelRows.filter((row) => !row.flags.has("s_down")).length;
}

function countWith(sights: readonly Sight[], flag: string): number {
  return sights.filter(({ master }) => master.flags.has(flag)).length;
}

function stateOf(sights: readonly Sight[]): GroupState {
  if (countWith(sights, "failover_in_progress") > 0) return "failing over";
  if (countWith(sights, "o_down") > 0) return "down";
  const suspicions = countWith(sights, "s_down");
  if (suspicions === sights.length) return "down";
  return suspicions > 0 ? "suspected" : "ok";
}

function replicaViews(
  best: Sight,
  sights: readonly Sight[],
  plan: ToldPlan | undefined,
): ReplicaView[] {
  const { replicaRows } = best.master;
  const furthest = Math.max(0, ...replicaRows.map(({ offset }) => offset));
  return replicaRows.map((row) => ({
    row,
    downFor: sights.flatMap(({ sentinel, master }) => {
      const same = master.replicaRows.find((each) => sameAddress(each.address, row.address));
      return same === undefined || isReached(same) ? [] : [formatAddress(sentinel.address)];
    }),
    lagBytes: row.offset === 0 ? undefined : furthest - row.offset,
    exclusion: exclusionFrom(plan, row, best.master),
  }));
}

/** A vedette knows its own rules and settings; where it says nothing of a replica, the reference's are taken. */
function exclusionFrom(
  plan: ToldPlan | undefined,
  row: ReplicaRow,
  master: MasterView,
): string | undefined {
  const told = plan?.candidates.find(({ address }) => sameAddress(address, row.address));
  if (told === undefined) return exclusionOf(row, master);
  const isHeldBack = told.verdict === "excluded" || told.verdict === "last-resort";
  return isHeldBack ? told.reason : undefined;
}

/** The reference's rules, as far as a sentinel's answer shows what they look at. */
function exclusionOf(row: ReplicaRow, master: MasterView): string | undefined {
  if (!isReached(row)) return "not reached";
  if (row.priority === 0) return "priority 0: never promoted";
  const isMasterUp = !master.flags.has("s_down");
  if (isMasterUp && !row.isLinkUp && row.linkDownMs > 10 * master.downAfterMs) {
    return "its link to the master has been down for too long";
  }
  return undefined;
}

function watcherViews(
  best: Sight,
  sights: readonly Sight[],
  views: readonly SentinelView[],
  unreached: readonly Unreached[],
): WatcherView[] {
  const asked = views.flatMap((sentinel): WatcherView[] => {
    const sight = sights.find((each) => each.sentinel === sentinel);
    const isMember =
      sight !== undefined || best.master.sentinelRows.some(({ runId }) => runId === sentinel.runId);
    if (!isMember) return [];
    return [
      {
        address: sentinel.address,
        runId: sentinel.runId,
        unreached: undefined,
        vedetteVersion: sentinel.vedetteVersion,
        doesNotSee: sight === undefined ? [] : unseenBy(sight.master),
        names: sight?.master.address,
        configEpoch: sight?.master.configEpoch ?? 0,
      },
    ];
  });
  const ids = new Set(asked.map(({ runId }) => runId));
  const silent = best.master.sentinelRows
    .filter(({ runId }) => !ids.has(runId))
    .map(({ runId, address }): WatcherView => {
      const known = unreached.find((each) => sameAddress(each.address, address));
      return {
        address,
        runId,
        unreached: known?.reason ?? "not asked",
        vedetteVersion: undefined,
        doesNotSee: [],
        names: undefined,
        configEpoch: 0,
      };
    });
  return [...asked, ...silent];
}

function unseenBy(master: MasterView): string[] {
  const unseen = [
    ...(isReached(master) ? [] : [`master ${formatAddress(master.address)}`]),
    ...master.replicaRows
      .filter((row) => !isReached(row))
      .map(({ address }) => `replica ${formatAddress(address)}`),
    ...master.sentinelRows
      .filter((row) => !isReached(row))
      .map(({ address }) => `sentinel ${formatAddress(address)}`),
  ];
  return unseen;
}

/** What is not as it should be, one short sentence each; empty when all is well. */
export function complaintsOf(group: GroupView): string[] {
  const complaints: string[] = [];
  if (group.pausedUntil !== undefined) {
    const until = new Date(group.pausedUntil * 1_000).toISOString();
    complaints.push(`automatic failovers are paused until ${until}`);
  }
  if (!group.areAgreed) complaints.push("the sentinels do not agree where the master is");
  if (group.state === "suspected") {
    complaints.push(`${group.sdownFor} of ${group.watchedBy} sentinels do not reach the master`);
  }
  const lost = group.replicas.filter(({ downFor }) => downFor.length > 0);
  if (lost.length > 0) complaints.push(`${listed(lost.map(({ row }) => row.address))} not reached`);
  const unlinked = group.replicas.filter(
    ({ row, downFor }) => downFor.length === 0 && !row.isLinkUp,
  );
  if (unlinked.length > 0) {
    complaints.push(`${listed(unlinked.map(({ row }) => row.address))} without link to its master`);
  }
  const silent = group.sentinels.filter(({ unreached }) => unreached !== undefined);
  if (silent.length > 0) {
    complaints.push(`sentinel ${listed(silent.map(({ address }) => address))} does not answer`);
  }
  const strangers = group.sentinels.filter(
    ({ unreached, names }) => unreached === undefined && names === undefined,
  );
  if (strangers.length > 0) {
    complaints.push(
      `sentinel ${listed(strangers.map(({ address }) => address))} does not watch it`,
    );
  }
  return complaints;
}

function listed(addresses: readonly Address[]): string {
  return addresses.map(formatAddress).join(", ");
}

/** How a group stands, for exit codes and colours. */
export function conditionOf(group: GroupView): "well" | "degraded" | "failed" {
  if (group.state === "down") return "failed";
  const isSafe = sentinelsToSpare(group) > 0 && canFailOver(group);
  return group.state === "ok" && isSafe && complaintsOf(group).length === 0 ? "well" : "degraded";
}
