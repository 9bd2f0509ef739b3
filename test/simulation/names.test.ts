import { beforeAll, describe, expect, it } from "vitest";
import { addCounts, type Counts } from "../../src/sim/coverage.ts";
import { NAME_FAULT_KINDS } from "../../src/sim/fault-kinds.ts";
import { formatFailure } from "../../src/sim/report.ts";
import { simulate } from "../../src/sim/simulation.ts";

const SEEDS = 60;
/** Seeds that once broke an invariant, with what they found. Add one with each bug. */
const PINNED: readonly (readonly [seed: number, story: string])[] = [
  [27, "the IP of one name was another's by now, and a switch was taken for none"],
  [1078, "a question whose deadline was looked at a moment early was never given up"],
  [44, "a name that came back was not asked for again while the connection stood"],
];

describe(`${SEEDS} simulated clusters in which hosts have names and machines move`, () => {
  const counts: Counts = new Map();
  const failures: string[] = [];

  beforeAll(() => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const outcome = simulate(seed, { hasNames: true });
      addCounts(counts, outcome.counts);
      if (outcome.violation !== undefined)
        failures.push(formatFailure(seed, outcome, { hasNames: true }));
    }
  }, 120_000);

  it("hold every invariant", () => {
    expect(failures.join("\n\n")).toBe("");
  });

  it.each(NAME_FAULT_KINDS)("have seen the fault %s", (kind) => {
    expect(counts.get(`fault ${kind}`) ?? 0).toBeGreaterThan(SEEDS / 2);
  });

  it("fail over all the same", () => {
    expect(counts.get("event +switch-master") ?? 0).toBeGreaterThan(SEEDS);
  });
});

describe("a bug that was found among names", () => {
  it.each(PINNED)("is not back: seed %i, %s", (seed) => {
    expect(simulate(seed, { hasNames: true }).violation).toBeUndefined();
  });
});
