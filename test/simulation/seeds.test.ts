import { beforeAll, describe, expect, it } from "vitest";
import { FAULT_KINDS } from "../../src/sim/fault-kinds.ts";
import { addCounts, type Counts } from "../../src/sim/coverage.ts";
import { missedPoints } from "../../src/sim/reach/report-reach.ts";
import { formatFailure } from "../../src/sim/report.ts";
import { simulate } from "../../src/sim/simulation.ts";

const SEEDS = 500;
/** Reached in worlds with host names, or with many masters. */
const ELSEWHERE =
  /resolve|vedette-foreign|older-data|blackout|name-gone|names-stalled|fault move-|kill-masters|operator-maintenance/;

describe(`${SEEDS} simulated clusters`, () => {
  const counts: Counts = new Map();
  const failures: string[] = [];

  beforeAll(() => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const outcome = simulate(seed, { countsReach: true });
      addCounts(counts, outcome.counts);
      if (outcome.violation !== undefined) failures.push(formatFailure(seed, outcome));
    }
  }, 120_000);

  const happened = (key: string) => counts.get(key) ?? 0;

  it("hold every invariant", () => {
    expect(failures.join("\n\n")).toBe("");
  });

  it("settle after the faults", () => {
    expect(happened("clusters settled") + happened("clusters split by a forced failover")).toBe(
      SEEDS,
    );
    expect(happened("clusters split by a forced failover")).toBeLessThan(SEEDS / 50);
  });

  it.each(FAULT_KINDS)("have seen the fault %s", (kind) => {
    expect(happened(`fault ${kind}`)).toBeGreaterThan(SEEDS / 10);
  });

  it("have reached every input, effect, event, phase and change of phase that seeds reach", () => {
    const missed = missedPoints(counts).map(({ key }) => key);
    expect(missed.filter((key) => !ELSEWHERE.test(key))).toEqual([]);
  });

  it.each(["send", "reply", "publish-event", "open-link", "wake-at"])(
    "have seen a crash before the effect %s",
    (kind) => {
      expect(happened(`crash before ${kind}`)).toBeGreaterThan(0);
    },
  );

  it("elect, vote, acknowledge writes, and refuse and obey an operator", () => {
    expect(happened("leaders elected")).toBeGreaterThan(SEEDS);
    expect(happened("vote told")).toBeGreaterThan(2 * SEEDS);
    expect(happened("writes acknowledged")).toBeGreaterThan(100 * SEEDS);
    expect(happened("operator failover OK")).toBeGreaterThan(SEEDS / 10);
    expect(happened("operator failover NOGOODSLAVE")).toBeGreaterThan(0);
  });
});

describe("a seed", () => {
  it.each([3, 35, 124])("leaves the same journal each time (%i)", (seed) => {
    const once = simulate(seed, { isDetailed: true });
    const again = simulate(seed, { isDetailed: true });
    expect(once.journal.length).toBeGreaterThan(5_000);
    expect(again.journal).toEqual(once.journal);
    expect(again.counts).toEqual(once.counts);
  });

  it("is a story of its own", () => {
    expect(simulate(1).journal).not.toEqual(simulate(2).journal);
  });
});
