import { describe, expect, it } from "vitest";
import { invariants } from "../../src/sim/checks/invariants.ts";
import type { RedisServer, RedisSettings, ServerTrouble } from "../../src/sim/redis-server.ts";
import { REAL_PROGRAM } from "../../src/sim/sentinel-program.ts";
import { World } from "../../src/sim/world.ts";

const SERVER: RedisSettings = {
  priority: 100,
  protocol: 3,
  fullSyncMs: 5,
  loadMs: 1,
  replicationTimeoutMs: 10_000,
  serveStaleData: true,
};

/** Three sentinels, a master with two replicas and a client that writes and waits. */
function cluster() {
  const rules = invariants();
  const world = new World({
    plan: {
      sentinels: 3,
      references: 0,
      hasNames: false,
      groups: [
        {
          name: "mymaster",
          servers: [SERVER, SERVER, SERVER],
          quorum: 2,
          downAfterMs: 1_000,
          failoverTimeoutMs: 10_000,
          parallelSyncs: 1,
          writeIntervalMs: 50,
        },
      ],
      network: { delayMs: 0.5, jitterMs: 0 },
      disk: { syncMs: 2, jitterMs: 0 },
    },
    program: REAL_PROGRAM,
    seed: 1,
    isDetailed: false,
    watchers: rules.all,
    clientsWait: true,
  });
  const [master, first, second] = world.groups[0]?.servers ?? [];
  if (master === undefined || first === undefined || second === undefined) throw new Error("three");
  world.start();
  world.run(5_000);
  return { world, rules, master, first, second };
}

function withTrouble(servers: readonly RedisServer[], trouble: ServerTrouble): void {
  for (const server of servers) server.troubles.add(trouble);
}

describe("what a promotion may lose", () => {
  it("is nothing that the promoted replica has acknowledged", () => {
    const { world, rules, master } = cluster();
    world.run(5_000);
    master.crash();
    world.run(5_000);
    expect(rules.writes.confirmedCount).toBeGreaterThan(50);
    expect(rules.writes.waitedCount).toBeGreaterThan(5);
    expect(rules.writes.lostCount).toBeLessThan(3);
  });

  it("is found where a replica acknowledges what it does not keep", () => {
    const { world, master, first, second } = cluster();
    withTrouble([first, second], "careless");
    world.run(5_000);
    master.crash();
    expect(() => world.run(5_000)).toThrow("acknowledged writes are lost only behind the last ACK");
  });

  it("is found where a replica that was waited for is passed over", () => {
    const { world, master, first } = cluster();
    world.network.block(master, first);
    world.run(5_000);
    withTrouble([first], "boastful");
    master.crash();
    expect(() => world.run(5_000)).toThrow(
      "no write that was waited for is lost while the best replica is reachable",
    );
  });

  it("is nothing that was waited for where the best replica is chosen", () => {
    const { world, rules, master, first } = cluster();
    world.network.block(master, first);
    world.run(5_000);
    master.crash();
    world.run(5_000);
    expect(rules.writes.waitedCount).toBeGreaterThan(5);
  });
});
