import { expect, it } from "vitest";
import { addCounts, type Counts } from "../../src/sim/coverage.ts";
import { formatFailure } from "../../src/sim/report.ts";
import { runPlan } from "../../src/sim/simulation.ts";
import { witnessedPlan } from "./witnessed-plan.ts";

const SEEDS = 25;

it(`${SEEDS} simulated clusters that listen to witnesses hold every invariant`, () => {
  const counts: Counts = new Map();
  const failures: string[] = [];
  for (let seed = 1; seed <= SEEDS; seed++) {
    const outcome = runPlan(witnessedPlan(seed), { countsReach: true });
    addCounts(counts, outcome.counts);
    if (outcome.violation !== undefined) failures.push(formatFailure(seed, outcome));
  }
  expect(failures.join("\n\n")).toBe("");
  expect(counts.get("leaders elected")).toBeGreaterThan(SEEDS / 2);
  expect(counts.get("event +vedette-failover-blocked")).toBeGreaterThan(0);
}, 120_000);
