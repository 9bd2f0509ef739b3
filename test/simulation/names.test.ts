import { beforeAll, describe, expect, it } from "vitest";
import { addCounts, type Counts } from "../../src/sim/coverage.ts";
import { NAME_FAULT_KINDS } from "../../src/sim/fault-kinds.ts";
import { formatFailure } from "../../src/sim/report.ts";
import { simulate } from "../../src/sim/simulation.ts";

const SEEDS = 60;

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
