import { nextBelow, seededRandom } from "../../src/base/random.ts";
import { castOf, everybodyOf } from "../../src/sim/cast.ts";
import { drawPlan } from "../../src/sim/draw-plan.ts";
import type { Fault } from "../../src/sim/faults/fault.ts";
import type { SimulationPlan } from "../../src/sim/plan.ts";

/** Whose sentinels the worlds have. */
export interface Company {
  readonly isMixed?: boolean;
}

/**
 * A minority of sentinels is left behind, and meets the true master before anybody who could tell it:
 *
 *   m dies; a replica becomes the master. m comes back and is made a replica, or not yet, while some
 *   sentinels cannot reach it: to those, m is a former master and no more. Then they are cut off together with
 *   all the other servers, so the rest make m the master again, with a vote or by an operator's word. Those
 *   that are left, whose master is well, hear m say that it is a master; the others they hear later.
 *
 * Times are drawn, so that the moments fall in every order.
 */
export function leftBehindPlan(seed: number, { isMixed = false }: Company = {}): SimulationPlan {
  const drawn = drawPlan(seed, { isMixed, hasNames: false, isCrowded: false, isLosing: false });
  const random = seededRandom(seed + 1_000_000);
  const [group] = drawn.cluster.groups;
  if (group === undefined) throw new Error("a cluster has a group");
  const majority = Math.floor((drawn.cluster.sentinels + drawn.cluster.references) / 2) + 1;
  const cluster = {
    ...drawn.cluster,
    groups: [
      {
        ...group,
        // Any of them can be promoted, by those that are left.
        servers: group.servers.map((server) => ({ ...server, priority: 100, loadMs: 10 })),
        quorum: Math.min(group.quorum, majority),
        downAfterMs: 1_000,
        failoverTimeoutMs: 5_000,
      },
    ],
  };
  const cast = castOf(cluster);
  // As many as can be left without a majority of their own.
  const left = cast.sentinels.slice(majority - cluster.references);
  const replicas = cast.groups.flatMap(({ servers }) => servers.slice(1));
  const behind = [...left, ...replicas];
  const rest = everybodyOf(cast).filter((name) => !behind.includes(name));
  const restButMaster = rest.filter((name) => name !== "m");
  const about = (ms: number) => ms / 2 + nextBelow(random, ms);

  const blindFrom = 2_500;
  const dividedFrom = blindFrom + about(3_000);
  const seesFrom = dividedFrom + about(8_000);
  const hearsFrom = seesFrom + about(1_500);
  const returns = blindFrom + about(3_000);
  const faults: Fault[] = [
    died("m", returns),
    cut(left, ["m"], { from: blindFrom, until: seesFrom }),
    cut(replicas, ["m"], { from: dividedFrom, until: seesFrom }),
    cut(behind, restButMaster, { from: dividedFrom, until: hearsFrom }),
    ...(nextBelow(random, 2) === 0 ? [] : [ordered(dividedFrom + about(1_000))]),
  ].toSorted((a, b) => a.atMs - b.atMs);
  return { ...drawn, cluster, faults, phaseMs: hearsFrom + 6_000 };
}

function cut(
  here: readonly string[],
  there: readonly string[],
  { from, until }: { readonly from: number; readonly until: number },
): Fault {
  return { kind: "partition", atMs: from, forMs: until - from, with: { here, there } };
}

function died(node: string, forMs: number): Fault {
  return { kind: "crash-server", atMs: 0, forMs, with: { node } };
}

function ordered(atMs: number): Fault {
  return {
    kind: "operator-failover",
    atMs,
    forMs: 0,
    with: { node: "s1", words: ["SENTINEL", "FAILOVER", "mymaster"] },
  };
}
