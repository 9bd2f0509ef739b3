import { drawPlan } from "../../src/sim/draw-plan.ts";
import type { SimulationPlan } from "../../src/sim/plan.ts";

/** The usual world of that seed, whose sentinels listen to what replicas say of their masters. */
export function witnessedPlan(seed: number): SimulationPlan {
  const plan = drawPlan(seed, { isMixed: false, hasNames: false, isCrowded: false });
  const { cluster } = plan;
  const groups = cluster.groups.map((group) => ({
    ...group,
    moreLines: [
      `vedette witness-detection ${group.name} yes`,
      `vedette witness-veto-milliseconds ${group.name} 5000`,
    ],
  }));
  return { ...plan, cluster: { ...cluster, groups } };
}
