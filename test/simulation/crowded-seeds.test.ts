import { beforeAll, describe, expect, it } from "vitest";
import { invariants } from "../../src/sim/checks/invariants.ts";
import { addCounts, type Counts, Coverage } from "../../src/sim/coverage.ts";
import type { RedisSettings } from "../../src/sim/redis-server.ts";
import { formatFailure } from "../../src/sim/report.ts";
import { REAL_PROGRAM } from "../../src/sim/sentinel-program.ts";
import { simulate } from "../../src/sim/simulation.ts";
import { World } from "../../src/sim/world.ts";

const SEEDS = 6;

describe(`${SEEDS} simulated installations with many masters`, () => {
  const counts: Counts = new Map();
  const failures: string[] = [];

  beforeAll(() => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const outcome = simulate(seed, { isCrowded: true });
      addCounts(counts, outcome.counts);
      if (outcome.violation !== undefined)
        failures.push(formatFailure(seed, outcome, { isCrowded: true }));
    }
  }, 120_000);

  it("hold every invariant while masters die together", () => {
    expect(failures.join("\n\n")).toBe("");
    expect(counts.get("fault kill-masters")).toBeGreaterThan(SEEDS);
    expect(counts.get("leaders elected")).toBeGreaterThan(SEEDS);
  });
});

const SERVER: RedisSettings = {
  priority: 100,
  protocol: 3,
  fullSyncMs: 5,
  loadMs: 1,
  replicationTimeoutMs: 10_000,
  serveStaleData: true,
};
const MASTERS = 20;
const SENTINELS = 3;
const DOWN_AFTER_MS = 1_000;

/** Masters that know nothing of each other, watched by the same sentinels. */
function crowd(seed: number, counts: Coverage): World {
  return new World({
    plan: {
      sentinels: SENTINELS,
      references: 0,
      hasNames: false,
      groups: Array.from({ length: MASTERS }, (_, index) => ({
        name: `master-${index}`,
        servers: [SERVER, SERVER],
        quorum: 2,
        downAfterMs: DOWN_AFTER_MS,
        failoverTimeoutMs: 10_000,
        parallelSyncs: 1,
        writeIntervalMs: 1_000,
      })),
      network: { delayMs: 0.3, jitterMs: 0.3 },
      disk: { syncMs: 5, jitterMs: 10 },
    },
    program: REAL_PROGRAM,
    seed,
    isDetailed: false,
    watchers: [...invariants().all, counts],
  });
}

describe("masters that die together (W-06)", () => {
  it.each([1, 2])("are each replaced by one election, in no more time than one (%i)", (seed) => {
    const coverage = new Coverage();
    const world = crowd(seed, coverage);
    world.start();
    world.run(8_000);
    const before = new Map(coverage.counts);
    const happened = (event: string) => {
      const key = `event ${event}`;
      return (coverage.counts.get(key) ?? 0) - (before.get(key) ?? 0);
    };
    for (const { servers } of world.groups) servers[0]?.crash();
    world.run(DOWN_AFTER_MS + 500);
    expect(happened("+switch-master")).toBe(MASTERS * SENTINELS);
    expect(happened("+try-failover")).toBe(MASTERS);
    // All of them have taken the same one.
    expect(happened("+new-epoch")).toBe(SENTINELS);
  });
});
