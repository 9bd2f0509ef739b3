import { describe, expect, it } from "vitest";
import { drawPlan, type Variety } from "../../src/sim/draw-plan.ts";
import { readPlan } from "../../src/sim/plan-file/read-plan.ts";
import { writePlan, writePlanInline } from "../../src/sim/plan-file/write-plan.ts";
import { runPlan } from "../../src/sim/simulation.ts";

const PLAIN: Variety = { isMixed: false, hasNames: false, isCrowded: false, isLosing: false };
const VARIETIES: readonly (readonly [name: string, variety: Variety])[] = [
  ["usual", PLAIN],
  ["mixed", { ...PLAIN, isMixed: true }],
  ["with names", { ...PLAIN, hasNames: true }],
  ["crowded", { ...PLAIN, isCrowded: true }],
];

describe("a plan", () => {
  it.each(VARIETIES)("comes back from its file as it was (%s)", (_name, variety) => {
    for (let seed = 1; seed <= 100; seed++) {
      const plan = drawPlan(seed, variety);
      expect(readPlan(writePlan(plan))).toEqual(plan);
      expect(readPlan(writePlanInline(plan))).toEqual(plan);
    }
  });

  it("is the same story when it was written down", () => {
    const plan = drawPlan(11, PLAIN);
    const replayed = runPlan(readPlan(writePlanInline(plan)));
    expect(replayed.journal).toEqual(runPlan(plan).journal);
  });

  it("says only what is not as usual", () => {
    const plan = readPlan("{}");
    expect(plan.cluster).toMatchObject({ sentinels: 3, references: 0 });
    expect(writePlanInline(plan)).toBe(
      '{"seed":0,"phaseMs":10000,"cluster":{"groups":[{"servers":[{},{}]}]},"faults":[]}',
    );
  });

  it("lets a fault last to the end of all faults where it does not say how long", () => {
    const crash = { kind: "crash-server", atMs: 300, with: { node: "m" } };
    const text = JSON.stringify({ phaseMs: 1_000, faults: [crash] });
    expect(readPlan(text).faults).toEqual([{ ...crash, forMs: 700 }]);
  });
});

const fault = (fields: object) => JSON.stringify({ faults: [fields] });
const cluster = (fields: object) => JSON.stringify({ cluster: fields });

describe("a plan that makes no sense is refused with the place", () => {
  it.each([
    ["nothing", "", "line 1, column 1: JSON is expected"],
    ["a torn text", '{"seed": 1,\n "phaseMs": ', "line 2, column 13: JSON is expected"],
    ["no object", "[]", ": an object is expected, not []"],
    ["a field nobody knows", '{"sed": 1}', "sed: there is no such field, only seed, cluster"],
    ["a seed that is none", '{"seed": -1}', "seed: a number from 0 to 4294967295 is expected"],
    ["half a sentinel", cluster({ sentinels: 1.5 }), "cluster.sentinels: a whole number from 1"],
    ["no group", cluster({ groups: [] }), "cluster.groups: at least one is expected"],
    [
      "a group without servers",
      cluster({ groups: [{ servers: [] }] }),
      "cluster.groups[0].servers: 1 to 20 servers are expected",
    ],
    [
      "a name that is none",
      cluster({ groups: [{ name: "my master" }] }),
      'cluster.groups[0].name: a name of letters, digits and . _ - is expected, not "my master"',
    ],
    [
      "a name given twice",
      cluster({ groups: [{ name: "a" }, { name: "a" }] }),
      "cluster.groups[1].name: each group has a name of its own",
    ],
    [
      "a protocol that is none",
      cluster({ groups: [{ servers: [{}, { protocol: 4 }] }] }),
      "cluster.groups[0].servers[1].protocol: one of 2, 3 is expected, not 4",
    ],
    [
      "a crowd that is too large",
      cluster({ groups: Array.from({ length: 100 }, (_, index) => ({ name: `m${index}` })) }),
      "cluster: at most 250 nodes are possible, not 303",
    ],
    ["a fault of no kind", fault({ kind: "flood" }), "faults[0].kind: one of crash-sentinel,"],
    [
      "a fault behind the end",
      fault({ kind: "crash-server", atMs: 20_000, with: { node: "m" } }),
      "faults[0].atMs: a number from 0 to 10000 is expected, not 20000",
    ],
    [
      "a victim that is not there",
      fault({ kind: "crash-server", atMs: 0, with: { node: "r9" } }),
      'faults[0].with.node: one of m, r1, master of mymaster is expected, not "r9"',
    ],
    [
      "a victim of another kind",
      fault({ kind: "full-disk", atMs: 0, with: { node: "m" } }),
      'faults[0].with.node: one of s1, s2, s3 is expected, not "m"',
    ],
    [
      "a stranger in a cut",
      fault({ kind: "partition", atMs: 0, with: { here: ["s1"], there: ["s9"] } }),
      "faults[0].with.there: there is no 's9', only s1, s2, s3, m, r1, c",
    ],
    [
      "a detail nobody knows",
      fault({ kind: "crash-server", atMs: 0, with: { node: "m", much: 1 } }),
      "faults[0].with.much: there is no such field, only node",
    ],
    [
      "a time for what is over at once",
      fault({ kind: "stall-sentinel", atMs: 0, forMs: 9, with: { node: "s1", lengthMs: 5 } }),
      "faults[0].forMs: a number from 0 to 0 is expected, not 9",
    ],
    [
      "a name where there are none",
      fault({ kind: "names-stalled", atMs: 0 }),
      "faults[0].with: hosts with names are expected (cluster.hasNames)",
    ],
  ])("%s", (_name, text, message) => {
    expect(() => readPlan(text)).toThrow(message);
  });
});
