import { masterName } from "../../src/base/ids.ts";
import { parseFault } from "../../src/sim/rehearsal/fault-text.ts";
import { checkedPlan } from "../../src/sim/rehearsal/plan-check.ts";
import { type Rehearsal, rehearse } from "../../src/sim/rehearsal/rehearsal.ts";
import {
  type Additions,
  type KnownGroup,
  type Settings,
  type Topology,
  topologyOf,
} from "../../src/sim/rehearsal/topology.ts";

/** A new file: it knows its master and nobody else. */
export function newGroup(settings: Partial<Settings> = {}): KnownGroup {
  return {
    ownHost: undefined,
    master: {
      name: masterName("mymaster"),
      address: { host: "192.0.2.1", port: 6379 },
      replicas: [],
      sentinels: [],
      quorum: 2,
      downAfterMs: 1_000,
      failoverTimeoutMs: 10_000,
      parallelSyncs: 1,
      crashDetectionMs: 0,
      rebootDownAfterMs: 0,
      ...settings,
    },
  };
}

export function topology(
  settings: Partial<Settings> = {},
  additions: Partial<Additions> = {},
): Topology {
  return topologyOf(newGroup(settings), { sentinels: 3, replicas: 2, zones: [], ...additions });
}

const SURROUNDINGS = { delayMs: 0.5, fullSyncMs: 500, loadMs: 100 };

/** Three runs of a plan: each of them is a whole cluster. */
export function rehearsalOf(
  cluster: Topology,
  faults: readonly string[],
  {
    runs = 3,
    endMs,
    delayMs = SURROUNDINGS.delayMs,
  }: { readonly runs?: number; readonly endMs?: number; readonly delayMs?: number } = {},
): Promise<Rehearsal> {
  return rehearse({
    topology: cluster,
    plan: checkedPlan(faults.map(parseFault), cluster, endMs),
    surroundings: { ...SURROUNDINGS, delayMs },
    endMs,
    runs,
    firstSeed: 1,
    writesPerSecond: 1_000,
    onRun: () => Promise.resolve(),
  });
}
