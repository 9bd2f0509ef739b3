import { describe, expect, it } from "vitest";
import { readPlan } from "../../src/sim/plan-file/read-plan.ts";
import { runPlan } from "../../src/sim/simulation.ts";

/** Runs that once broke an invariant, cut down, with what they found: plans outlive changes of seeds. */
const PINNED: readonly (readonly [story: string, plan: string])[] = [
  [
    "the wait after three elections in vain was cut short, since an earlier attempt had lacked a replica",
    '{"seed":2937456709,"phaseMs":80000,"cluster":{"groups":[{"servers":[{"loadMs":1500},{},{},{}]},{"name":"other","quorum":1,"failoverTimeoutMs":2000,"writeIntervalMs":1000,"servers":[{},{}]}],"disk":{"syncMs":40,"jitterMs":0.5}},"faults":[{"kind":"isolate","atMs":1044,"forMs":0,"with":{"node":"master of other"}},{"kind":"isolate","atMs":2718,"forMs":5742,"with":{"node":"s1"}},{"kind":"one-way","atMs":5010,"forMs":26944,"with":{"from":["m","xr1","c","xc"],"to":["s2","s3","m","r2","r3","c"]}},{"kind":"wrong-password","atMs":6999,"forMs":60967,"with":{"node":"master of other"}},{"kind":"pause-sentinel","atMs":18725,"forMs":28163,"with":{"node":"s3"}},{"kind":"slow-process","atMs":20896,"forMs":495,"with":{"node":"s3","busyMs":325,"idleMs":32}},{"kind":"torn-file","atMs":32162,"forMs":28511,"with":{"node":"s3"}},{"kind":"lossy","atMs":52844,"forMs":12691,"with":{"share":0.11200000000000002}},{"kind":"crash-sentinel","atMs":61152,"forMs":13951,"with":{"node":"s3"}},{"kind":"isolate","atMs":62959,"forMs":41739,"with":{"node":"s2"}}]}',
  ],
  [
    "REMOVE and MONITOR made a sentinel forget its vote, and it gave another in the same epoch",
    '{"seed":3465603618,"phaseMs":28796,"cluster":{"sentinels":2,"groups":[{"servers":[{}]}]},"faults":[{"kind":"crash-between-effects","atMs":0,"forMs":26602,"with":{"node":"s2","effects":1,"from":"its next save"}},{"kind":"crash-server","atMs":9233,"with":{"node":"m"}},{"kind":"operator-remove","atMs":27796,"forMs":0,"with":{"node":"s1","words":["SENTINEL","REMOVE","mymaster"]}}]}',
  ],
];

describe("a bug that was found", () => {
  it.each(PINNED)("is not back: %s", (_story, plan) => {
    expect(runPlan(readPlan(plan)).violation).toBeUndefined();
  });
});
