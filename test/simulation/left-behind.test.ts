import { describe, expect, it } from "vitest";
import { addCounts, type Counts } from "../../src/sim/coverage.ts";
import { formatFailure } from "../../src/sim/report.ts";
import { runPlan } from "../../src/sim/simulation.ts";
import { leftBehindPlan } from "./left-behind.ts";

const SEEDS = 40;

describe(`${SEEDS} times a minority of sentinels is left behind`, () => {
  it.each([
    ["among vedettes", false],
    ["with real sentinels in the quorum", true],
  ])(
    "it fences no true master, and the others fence the zombie (%s)",
    (_, isMixed) => {
      const counts: Counts = new Map();
      const failures: string[] = [];
      for (let seed = 1; seed <= SEEDS; seed++) {
        const outcome = runPlan(leftBehindPlan(seed, { isMixed }));
        addCounts(counts, outcome.counts);
        if (outcome.violation !== undefined) failures.push(formatFailure(seed, outcome));
      }
      expect(failures.join("\n\n")).toBe("");
      expect(counts.get("zombies fenced")).toBeGreaterThan(SEEDS / (isMixed ? 10 : 2));
      // The left ones' master is replaced behind their back.
      expect(counts.get("leaders elected")).toBeGreaterThan(SEEDS);
    },
    120_000,
  );
});
