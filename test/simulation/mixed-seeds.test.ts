import { beforeAll, describe, expect, it } from "vitest";
import { addCounts, type Counts } from "../../src/sim/coverage.ts";
import { formatFailure } from "../../src/sim/report.ts";
import { simulate } from "../../src/sim/simulation.ts";

const SEEDS = 60;

/** Quorums of which some sentinels are models of redis-sentinel, slow timers, weaknesses and all. */
describe(`${SEEDS} simulated clusters with reference sentinels`, () => {
  const counts: Counts = new Map();
  const failures: string[] = [];

  beforeAll(() => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const outcome = simulate(seed, { isMixed: true });
      addCounts(counts, outcome.counts);
      if (outcome.violation !== undefined)
        failures.push(formatFailure(seed, outcome, { isMixed: true }));
    }
  }, 120_000);

  it("hold every invariant, and settle", () => {
    expect(failures.join("\n\n")).toBe("");
  });

  it("have seen both kinds lead and vote", () => {
    expect(counts.get("leaders elected")).toBeGreaterThan(SEEDS / 2);
    expect(counts.get("leaders of the reference")).toBeGreaterThan(SEEDS / 4);
    expect(counts.get("vote told")).toBeGreaterThan(SEEDS);
    expect(counts.get("votes of the reference")).toBeGreaterThan(SEEDS);
  });

  it("are the same when they are played again", () => {
    const { journal } = simulate(7, { isMixed: true });
    expect(simulate(7, { isMixed: true }).journal).toEqual(journal);
  });
});
