import { expect, describe, it } from "vitest";
import type { Effect } from "../../src/sentinel/effect.ts";
import type { Instance } from "../../src/sentinel/state.ts";
import {
  commandsIn,
  eventNames,
  eventsIn,
  MASTER,
  masterInfo,
  REPLICA_1,
  REPLICA_2,
  replicaInfo,
  runIdOf,
  WatchedMaster,
} from "./watched-master.ts";

const STRANGER = { host: "10.0.0.7", port: 6379 };

/** All are well but the first replica, which says `lines` each time. @returns all that was done */
function passWhileItSays(
  world: WatchedMaster,
  durationMs: number,
  lines: readonly string[],
): readonly Effect[] {
  const replica = world.replica(REPLICA_1);
  const before = world.effects.length;
  world.pass(durationMs, () => {
    world.answerAll({ but: [replica] });
    sayTogether(world, replica, lines);
  });
  return world.effects.slice(before);
}

function sayTogether(world: WatchedMaster, instance: Instance, lines: readonly string[]): void {
  if (instance.link.phase.phase === "connecting") world.open(instance.link);
  world.pong(instance);
  world.info(instance, lines);
}

const AS_MASTER = [`run_id:${runIdOf("2")}`, "role:master", "connected_slaves:0"];

describe("a replica that calls itself a master", () => {
  it("is converted once it has said so for 8 s, and again until it complies", () => {
    const world = new WatchedMaster();
    world.pass(9000, () => world.answerAll());
    expect(eventNames(passWhileItSays(world, 7900, AS_MASTER))).toEqual(["-role-change"]);
    const converted = passWhileItSays(world, 3000, AS_MASTER);
    expect(eventsIn(converted)).toContain(
      "+convert-to-slave slave 10.0.0.2:6380 10.0.0.2 6380 @ mymaster 10.0.0.2 6379",
    );
    expect(commandsIn(converted, "reconfigure")[0]).toEqual({
      name: "reconfigure",
      master: MASTER,
    });
    const again = passWhileItSays(world, 20_000, AS_MASTER);
    expect(eventNames(again)).toContain("+convert-to-slave");
    expect(new Set(eventNames(again))).toEqual(new Set(["+convert-to-slave"]));
    const complied = passWhileItSays(world, 5000, replicaInfo(world.replica(REPLICA_1), MASTER));
    expect(eventNames(complied)).toEqual(["+role-change"]);
  });

  it("is told again about once a second, however fast it answers", () => {
    const world = new WatchedMaster();
    passWhileItSays(world, 8100, AS_MASTER);
    const before = world.effects.length;
    // Each order is followed by INFO, whose answer is here at once.
    for (let answers = 0; answers < 200; answers++) {
      world.pass(10);
      sayTogether(world, world.replica(REPLICA_1), AS_MASTER);
    }
    const orders = commandsIn(world.effects.slice(before), "reconfigure");
    expect(orders.length).toBeGreaterThanOrEqual(1);
    expect(orders.length).toBeLessThanOrEqual(3);
  });

  it("is left alone for 8 s after it was down: what it says may be newer than what we know", () => {
    const world = new WatchedMaster();
    const replica = world.replica(REPLICA_1);
    world.give({ kind: "link-lost", link: replica.link.id, reason: "reset" });
    world.pass(1500, () => world.answerAll({ but: [replica] }));
    expect(replica.sdown.down).toBe(true);
    const downAt = replica.sdown.since;
    passWhileItSays(world, downAt + 7900 - world.now, AS_MASTER);
    expect(eventNames(world.effects)).not.toContain("+convert-to-slave");
    passWhileItSays(world, 4000, AS_MASTER);
    expect(eventNames(world.effects)).toContain("+convert-to-slave");
  });
});

describe("a replica of another master", () => {
  it("is pointed back after failover-timeout, and again until it complies", () => {
    const world = new WatchedMaster();
    world.master.settings.failoverTimeoutMs = 20_000;
    world.pass(21_000, () => world.answerAll());
    const strayed = replicaInfo(world.replica(REPLICA_1), STRANGER);
    expect(eventNames(passWhileItSays(world, 19_900, strayed))).not.toContain("+fix-slave-config");
    const fixed = passWhileItSays(world, 2000, strayed);
    expect(eventsIn(fixed)).toEqual([
      "+fix-slave-config slave 10.0.0.2:6380 10.0.0.2 6380 @ mymaster 10.0.0.2 6379",
    ]);
    expect(commandsIn(fixed, "reconfigure")).toEqual([{ name: "reconfigure", master: MASTER }]);
    expect(eventNames(passWhileItSays(world, 21_000, strayed))).toContain("+fix-slave-config");
  });
});

describe("nobody is corrected while the master", () => {
  it.each<{ name: string; says: readonly string[] | "nothing" | "PONG" }>([
    { name: "is down", says: "nothing" },
    { name: "has not told its role for two INFO periods", says: "PONG" },
    { name: "calls itself a replica", says: [`run_id:${runIdOf("1")}`, "role:slave"] },
  ])("$name", ({ says }) => {
    const world = new WatchedMaster({ quorum: 3 });
    world.pass(9000, () => world.answerAll());
    const replica = world.replica(REPLICA_1);
    const { master } = world;
    const pass = (durationMs: number, lines: readonly string[]): void => {
      world.pass(durationMs, () => {
        world.answerAll({ but: [replica, master] });
        if (says === "PONG") world.pong(master);
        else if (says !== "nothing") sayTogether(world, master, says);
        sayTogether(world, replica, lines);
      });
    };
    // The 8 s of the replica end when the master has been silent about its role for 21 s.
    pass(13_000, replicaInfo(replica, MASTER));
    pass(15_000, AS_MASTER);
    expect(eventNames(world.effects)).toContain("-role-change");
    expect(eventNames(world.effects)).not.toContain("+convert-to-slave");
    expect(commandsIn(world.effects, "reconfigure")).toEqual([]);
  });
});

it("replicas and peers that are gone are never forgotten", () => {
  const world = new WatchedMaster();
  const gone = [world.replica(REPLICA_2), world.peer("c")];
  for (const { link } of gone) {
    world.give({ kind: "link-lost", link: link.id, reason: "reset" });
  }
  world.pass(3_600_000, () => {
    world.pong(world.master);
    world.info(world.master, masterInfo([REPLICA_1]));
    world.answerAll({ but: gone });
  });
  expect(world.master.replicas.size).toBe(2);
  expect(world.master.sentinels.size).toBe(2);
  expect(gone.map(({ sdown }) => sdown.down)).toEqual([true, true]);
});
