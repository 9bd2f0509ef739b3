import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readPlan } from "../../src/sim/plan-file/read-plan.ts";
import { writePlanInline } from "../../src/sim/plan-file/write-plan.ts";
import type { SentinelProgram } from "../../src/sim/sentinel-program.ts";
import { shorten } from "../../src/sim/shrink/list.ts";
import { shrinkOutcome } from "../../src/sim/shrink/shrink-outcome.ts";
import { withoutGroup, withoutSentinel, withoutServer } from "../../src/sim/shrink/without.ts";
import { type Outcome, runPlan, simulate } from "../../src/sim/simulation.ts";
import { PLANTED_FAULTS } from "./planted-faults.ts";

describe("shorten", () => {
  it("leaves what is needed and nothing else", () => {
    const items = fc.uniqueArray(fc.nat(1_000), { maxLength: 60 });
    fc.assert(
      fc.property(items, fc.func(fc.boolean()), (all, isNeeded) => {
        const needed = all.filter((item) => isNeeded(item));
        const willDo = (rest: readonly number[]) => needed.every((item) => rest.includes(item));
        expect(shorten(all, willDo)).toEqual(needed);
      }),
    );
  });

  it("needs few questions where one of a hundred is to blame", () => {
    let questions = 0;
    const all = Array.from({ length: 100 }, (_, index) => index);
    const kept = shorten(all, (rest) => {
      questions++;
      return rest.includes(73);
    });
    expect(kept).toEqual([73]);
    expect(questions).toBeLessThan(25);
  });
});

describe("without", () => {
  const plan = readPlan(
    JSON.stringify({
      cluster: { groups: [{ servers: [{}, {}, {}] }, { name: "other" }] },
      faults: [
        { kind: "crash-sentinel", atMs: 0, with: { node: "s2" } },
        { kind: "crash-sentinel", atMs: 1, with: { node: "s3" } },
        { kind: "crash-server", atMs: 2, with: { node: "xm" } },
        { kind: "crash-server", atMs: 3, with: { node: "master of mymaster" } },
        { kind: "partition", atMs: 4, with: { here: ["s2", "r1", "xr1"], there: ["s3", "r2"] } },
      ],
    }),
  );
  const details = (reduced: typeof plan) => reduced.faults.map((each) => each.with);

  it("a sentinel, the others move up and what was about it is gone", () => {
    expect(details(withoutSentinel(plan, 1))).toEqual([
      { node: "s2" },
      { node: "xm" },
      { node: "master of mymaster" },
      { here: ["r1", "xr1"], there: ["s2", "r2"] },
    ]);
  });

  it("a replica", () => {
    expect(details(withoutServer(plan, { group: 0, server: 1 })).at(-1)).toEqual({
      here: ["s2", "xr1"],
      there: ["s3", "r1"],
    });
  });

  it("the first group, and the second one takes its names", () => {
    expect(details(withoutGroup(plan, 0))).toEqual([
      { node: "s2" },
      { node: "s3" },
      { node: "m" },
      { here: ["s2", "r1"], there: ["s3"] },
    ]);
  });
});

function planted(name: string): { program: SentinelProgram; failing: Outcome } {
  const { program, within } = PLANTED_FAULTS[name] ?? {};
  if (program === undefined || within === undefined) throw new Error(`no fault '${name}'`);
  for (let seed = 1; seed <= 3 * within; seed++) {
    const failing = simulate(seed, { program });
    if (failing.violation !== undefined) return { program, failing };
  }
  throw new Error(`'${name}' is not found`);
}

/** Faults planted in the core, and how small a run that shows them may be. */
const SMALL: readonly (readonly [planted: string, faults: number, nodes: number])[] = [
  ["the quorum is one too low", 3, 9],
  ["everybody who asks gets the vote", 2, 6],
  ["the current epoch is forgotten by a restart", 3, 6],
  ["TILT does not stop orders", 3, 6],
  ["an assertion fails", 4, 6],
];

describe("a failing run is cut down", () => {
  it.each(SMALL)("%s: to %i faults and %i nodes", (name, faults, nodes) => {
    const { program, failing } = planted(name);
    const { smallest } = shrinkOutcome(failing, { isOver: () => false }, { program });
    const { plan, violation } = smallest;
    expect(violation?.invariant).toBe(failing.violation?.invariant);
    expect(plan.faults.length).toBeLessThanOrEqual(faults);
    const servers = plan.cluster.groups.flatMap((group) => group.servers);
    expect(plan.cluster.sentinels + servers.length).toBeLessThanOrEqual(nodes);
    // What is printed is what fails.
    const replayed = runPlan(readPlan(writePlanInline(plan)), { program });
    expect(replayed.journal).toEqual(smallest.journal);
    // Without the planted fault it holds.
    expect(runPlan(plan).violation).toBeUndefined();
  });

  it("stops when patience has run out", () => {
    const { program, failing } = planted("the quorum is one too low");
    let asked = 0;
    const { runs } = shrinkOutcome(failing, { isOver: () => ++asked > 5 }, { program });
    expect(runs).toBeLessThanOrEqual(5);
  });
});
