import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { millis } from "../../src/base/units.ts";
import { disqualification, selectReplica } from "../../src/sentinel/replica-selection.ts";
import type { Replica } from "../../src/sentinel/state.ts";
import { REPLICA_1, REPLICA_2, runIdOf, WatchedMaster } from "./watched-master.ts";

const DISQUALIFIED: readonly (readonly [string, (replica: Replica) => void])[] = [
  ["is subjectively down", (replica) => (replica.sdown.down = true)],
  ["is disconnected", (replica) => (replica.link.phase = { phase: "closed", retryAt: millis(0) })],
  ["has not answered PING for 5 s", (replica) => (replica.link.lastOkAt = millis(0))],
  ["has priority 0", (replica) => (replica.priority = 0)],
  ["never sent INFO", (replica) => (replica.reported.infoAt = undefined)],
  ["was cut off too long", (replica) => (replica.masterLinkDownMs = 10_001)],
];

describe("replica selection", () => {
  it.each(DISQUALIFIED)("leaves out a replica that %s", (_, spoil) => {
    const world = new WatchedMaster();
    const replica = world.replica(REPLICA_1);
    expect(disqualification(world.state, replica, world.now)).toBeUndefined();
    spoil(replica);
    expect(disqualification(world.state, replica, world.now)).toBeDefined();
    expect(selectReplica(world.state, world.master, world.now)).toBe(world.replica(REPLICA_2));
  });

  it("wants fresher INFO while the master is down", () => {
    const world = new WatchedMaster();
    const replica = world.replica(REPLICA_1);
    replica.reported.infoAt = millis(world.now - 6000);
    expect(disqualification(world.state, replica, world.now)).toBeUndefined();
    world.master.sdown.down = true;
    world.master.sdown.since = world.now;
    expect(disqualification(world.state, replica, world.now)).toContain("INFO");
  });

  it("prefers the lower priority, then the larger offset, then the smaller run id", () => {
    const world = new WatchedMaster();
    const [first, second] = [world.replica(REPLICA_1), world.replica(REPLICA_2)];
    expect(selectReplica(world.state, world.master, world.now)).toBe(first);
    second.replicationOffset = first.replicationOffset + 1;
    expect(selectReplica(world.state, world.master, world.now)).toBe(second);
    first.priority = second.priority - 1;
    expect(selectReplica(world.state, world.master, world.now)).toBe(first);
  });

  it("chooses the same replica in whatever order they were found", () => {
    const fields = fc.record({
      priority: fc.integer({ min: 1, max: 3 }),
      offset: fc.integer({ min: 0, max: 3 }),
    });
    fc.assert(
      fc.property(fields, fields, (one, two) => {
        const choose = (swapped: boolean): string | undefined => {
          const world = new WatchedMaster();
          const [a, b] = [world.replica(REPLICA_1), world.replica(REPLICA_2)];
          Object.assign(a, { priority: one.priority, replicationOffset: one.offset });
          Object.assign(b, { priority: two.priority, replicationOffset: two.offset });
          a.runId = runIdOf("2");
          b.runId = runIdOf("3");
          if (swapped) {
            world.master.replicas.delete(a.name);
            world.master.replicas.set(a.name, a);
          }
          return selectReplica(world.state, world.master, world.now)?.name;
        };
        expect(choose(true)).toBe(choose(false));
      }),
    );
  });
});
