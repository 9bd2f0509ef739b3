import { beforeAll, describe, expect, it } from "vitest";
import { addCounts, type Counts } from "../../src/sim/coverage.ts";
import { formatFailure } from "../../src/sim/report.ts";
import { simulate } from "../../src/sim/simulation.ts";

const SEEDS = 25;
const LOSING = { isLosing: true };

describe(`${SEEDS} simulated clusters whose servers lose their data`, () => {
  const counts: Counts = new Map();
  const failures: string[] = [];

  beforeAll(() => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const outcome = simulate(seed, LOSING);
      addCounts(counts, outcome.counts);
      if (outcome.violation !== undefined) failures.push(formatFailure(seed, outcome, LOSING));
    }
  }, 120_000);

  it("hold every invariant", () => {
    expect(failures.join("\n\n")).toBe("");
  });

  it.each([
    ["masters refused", SEEDS],
    ["event +vedette-empty-master", SEEDS],
    ["fault blackout", SEEDS / 5],
  ])("have seen: %s", (key, atLeast) => {
    expect(counts.get(key) ?? 0).toBeGreaterThanOrEqual(atLeast);
  });
});
