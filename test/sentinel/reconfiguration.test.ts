import { describe, expect, it } from "vitest";
import type { Effect } from "../../src/sentinel/effect.ts";
import type { Replica } from "../../src/sentinel/state.ts";
import {
  commandsIn,
  eventNames,
  eventsIn,
  REPLICA_1,
  REPLICA_2,
  replicaInfo,
  runIdOf,
  WatchedMaster,
} from "./watched-master.ts";

/** The first replica is promoted; what happens to the other is the test's business. */
function afterTheSwitch(): { readonly world: WatchedMaster; readonly other: Replica } {
  const world = new WatchedMaster();
  world.startElection();
  world.answerAsk("b", { down: true, leader: "a", epoch: 5 });
  world.info(world.replica(REPLICA_1), ["role:master", `run_id:${runIdOf("1")}`]);
  expect(world.master.address).toEqual(REPLICA_1);
  return { world, other: world.replica(REPLICA_2) };
}

/** Everybody answers as they should but the other replica, which does as `other` says. */
function pass(
  { world, other }: ReturnType<typeof afterTheSwitch>,
  durationMs: number,
  behave: (other: Replica) => void,
): readonly Effect[] {
  const before = world.effects.length;
  const oldMaster = [...world.master.replicas.values()].filter((replica) => replica !== other);
  world.pass(durationMs, () => {
    world.answerAll({ but: [other, ...oldMaster] });
    if (other.link.phase.phase === "connecting") world.open(other.link);
    behave(other);
  });
  return world.effects.slice(before);
}

describe("after the switch", () => {
  it("the configuration has the epoch of the election that led to it", () => {
    const { world } = afterTheSwitch();
    expect(world.master.configEpoch).toBe(5);
    expect(world.state.currentEpoch).toBe(5);
  });

  it("a replica that does not obey the order for 10 s is given up", () => {
    const group = afterTheSwitch();
    const { world, other } = group;
    const refuses = (): void => {
      world.pong(other);
      world.info(other, replicaInfo(other, { host: "10.0.0.2", port: 6379 }));
    };
    expect(eventNames(pass(group, 9_900, refuses))).toEqual([]);
    expect(eventNames(pass(group, 200, refuses))).toEqual([
      "-slave-reconf-sent-timeout",
      "+failover-end",
    ]);
  });

  it("a replica that is down does not hold up the end", () => {
    const group = afterTheSwitch();
    const { world, other } = group;
    world.give({ kind: "link-lost", link: other.link.id, reason: "reset" });
    world.pong(world.master);
    const seen = eventNames(pass(group, 1500, () => undefined));
    expect(seen).toContain("+sdown");
    expect(seen.at(-1)).toBe("+failover-end");
  });

  it("one that is on its way for ever is left when failover-timeout is over", () => {
    const group = afterTheSwitch();
    const { world, other } = group;
    const lines = replicaInfo(other, REPLICA_1).map((line) =>
      line.startsWith("master_link_status") ? "master_link_status:down" : line,
    );
    const arrives = (): void => {
      world.pong(other);
      world.info(other, lines);
    };
    expect(eventNames(pass(group, 59_000, arrives))).toEqual(["+slave-reconf-inprog"]);
    expect(eventsIn(pass(group, 1500, arrives))).toEqual([
      "+failover-end-for-timeout master mymaster 10.0.0.2 6379",
      "+failover-end master mymaster 10.0.0.2 6379",
    ]);
  });

  it("one that was never told for want of a turn is told at the end, as best it can", () => {
    const { world, other } = afterTheSwitch();
    const third = { host: "10.0.0.2", port: 6390 };
    world.info(world.master, [
      `run_id:${runIdOf("1")}`,
      "role:master",
      `slave0:ip=${third.host},port=${third.port},state=online`,
    ]);
    const late = world.replica(third);
    world.open(late.link);
    const before = world.effects.length;
    const lines = replicaInfo(other, REPLICA_1).map((line) =>
      line.startsWith("master_link_status") ? "master_link_status:down" : line,
    );
    world.pass(60_500, () => {
      world.answerAll({ but: [other, late] });
      for (const replica of [other, late]) {
        if (replica.link.phase.phase === "connecting") world.open(replica.link);
        world.pong(replica);
      }
      world.info(other, lines);
    });
    const seen = eventsIn(world.effects.slice(before));
    expect(seen).toContain(
      "+slave-reconf-sent-be slave 10.0.0.2:6390 10.0.0.2 6390 @ mymaster 10.0.0.2 6379",
    );
    const orders = commandsIn(world.effects.slice(before), "reconfigure");
    expect(orders).toContainEqual({ name: "reconfigure", master: REPLICA_1 });
  });
});
