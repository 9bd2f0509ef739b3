import { describe, expect, it } from "vitest";
import type { SimulationPlan } from "../../src/sim/plan.ts";
import { readPlan } from "../../src/sim/plan-file/read-plan.ts";
import { runPlan } from "../../src/sim/simulation.ts";

/** More effects than a switchover has, from the order to its last word. */
const CRASH_POINTS = 70;

const SWITCHOVER = { node: "s1", words: ["SENTINEL", "FAILOVER", "mymaster", "COORDINATED"] };

/** The leader dies before the effect of that number, counted from the order, and comes back later. */
function crashPlan(effects: number, seed: number): SimulationPlan {
  return readPlan(
    JSON.stringify({
      seed,
      phaseMs: 12_000,
      cluster: {
        sentinels: 3,
        groups: [
          {
            servers: [{}, {}, {}],
            quorum: 2,
            downAfterMs: 1_000,
            failoverTimeoutMs: 5_000,
            // With a write now and then the server hands over by itself.
            writeIntervalMs: effects % 2 === 0 ? 2 : 500,
          },
        ],
      },
      faults: [
        {
          kind: "crash-between-effects",
          atMs: 1_000,
          forMs: 8_000,
          with: { node: "s1", effects, from: "now" },
        },
        { kind: "operator-switchover", atMs: 1_000, forMs: 0, with: SWITCHOVER },
      ],
    }),
  );
}

describe("a leader that dies at any point of a planned switchover", () => {
  const outcomes = Array.from({ length: CRASH_POINTS }, (_, point) =>
    runPlan(crashPlan(point + 1, point + 1)),
  );
  const total = (key: string) =>
    outcomes.reduce((sum, { counts }) => sum + (counts.get(key) ?? 0), 0);

  it("leaves one configuration, and every acknowledged write", () => {
    for (const { violation, counts, journal } of outcomes) {
      expect(violation, journal.slice(-40).join("\n")).toBeUndefined();
      expect(counts.get("writes acknowledged and lost") ?? 0, journal.join("\n")).toBe(0);
    }
  });

  it("dies before it, in the middle of it and behind it", () => {
    expect(total("switchovers completed")).toBeGreaterThan(CRASH_POINTS / 10);
    expect(total("switchovers completed")).toBeLessThan(CRASH_POINTS);
  });
});
