import { beforeAll, describe, expect, it } from "vitest";
import { addCounts, type Counts } from "../../src/sim/coverage.ts";
import { formatFailure } from "../../src/sim/report.ts";
import { simulate } from "../../src/sim/simulation.ts";

const SEEDS = 80;
const MIXED_SEEDS = 20;

describe(`${SEEDS} simulated clusters that people maintain`, () => {
  const counts: Counts = new Map();
  const failures: string[] = [];

  beforeAll(() => {
    for (let seed = 1; seed <= SEEDS + MIXED_SEEDS; seed++) {
      const variety = { isMaintained: true, isMixed: seed > SEEDS };
      const outcome = simulate(seed, variety);
      addCounts(counts, outcome.counts);
      if (outcome.violation !== undefined) failures.push(formatFailure(seed, outcome, variety));
    }
  }, 120_000);

  it("hold every invariant", () => {
    expect(failures.join("\n\n")).toBe("");
  });

  it.each([
    ["fault operator-maintenance", 3 * SEEDS],
    ["event +vedette-pause", SEEDS],
    ["event +vedette-failover-blocked", 10],
    ["event +vedette-cooldown", 5],
    ["event +vedette-downtime", SEEDS / 4],
    ["event +vedette-forget-replica", SEEDS / 10],
    ["sentinels forgotten", 1],
    ["operator forget sentinel ADVICE", 1],
  ])("have seen: %s", (key, least) => {
    expect(counts.get(key) ?? 0).toBeGreaterThanOrEqual(least);
  });
});
