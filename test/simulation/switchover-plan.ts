import { nextBelow, seededRandom } from "../../src/base/random.ts";
import { drawPlan } from "../../src/sim/draw-plan.ts";
import type { Fault } from "../../src/sim/faults/fault.ts";
import type { SimulationPlan } from "../../src/sim/plan.ts";

const SWITCHOVERS = 4;
const EVERY_MS = 6_000;

/**
 * Drawn clusters in which all is well, a client writes busily and an operator switches the master now
 * and then, every third time while the ways to a server have just become slow.
 */
export function switchoverPlan(seed: number): SimulationPlan {
  const drawn = drawPlan(seed, { isMixed: false, hasNames: false, isCrowded: false });
  const random = seededRandom(seed + 2_000_000);
  const [group] = drawn.cluster.groups;
  if (group === undefined) throw new Error("a cluster has a group");
  const servers = group.servers.map((server) => ({ ...server, priority: 100, loadMs: 10 }));
  const well = { ...group, servers, quorum: 2, writeIntervalMs: 3, downAfterMs: 1_000 };
  const faults: Fault[] = [];
  for (let at = 0; at < SWITCHOVERS; at++) {
    const atMs = 1_000 + at * EVERY_MS + nextBelow(random, 1_000);
    const node = `s${1 + nextBelow(random, drawn.cluster.sentinels)}`;
    const words = ["SENTINEL", "FAILOVER", "mymaster", "COORDINATED"];
    if (nextBelow(random, 3) === 0) {
      const nodes = [servers.length > 1 && nextBelow(random, 2) === 0 ? "r1" : "m"];
      const forMs = 20 + nextBelow(random, 1_500);
      faults.push({
        kind: "slow-ways",
        atMs: atMs + nextBelow(random, 40),
        forMs,
        with: { nodes, extraMs: 20 + nextBelow(random, 100) },
      });
    }
    faults.push({ kind: "operator-switchover", atMs, forMs: 0, with: { node, words } });
  }
  faults.sort((a, b) => a.atMs - b.atMs);
  return {
    ...drawn,
    cluster: { ...drawn.cluster, groups: [well] },
    faults,
    phaseMs: SWITCHOVERS * EVERY_MS + 2_000,
  };
}
