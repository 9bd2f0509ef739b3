import { describe, expect, it } from "vitest";
import {
  commandsIn,
  eventNames,
  eventsIn,
  MASTER,
  REPLICA_1,
  REPLICA_2,
  replicaInfo,
  runIdOf,
  WatchedMaster,
} from "./watched-master.ts";

const MY_ID = runIdOf("a");

describe("a failover led by this sentinel", () => {
  it("goes all the way, each event in order and each step at once", () => {
    const world = new WatchedMaster();
    const down = world.loseMaster();
    expect(eventNames(down)).toEqual(["+sdown"]);
    expect(commandsIn(down, "ask")).toHaveLength(2);

    const agreed = [...world.answerAsk("b", { down: true })];
    expect(eventsIn(agreed)).toEqual(["+odown master mymaster 10.0.0.2 6379 #quorum 2/2"]);
    const election = [
      ...agreed,
      ...world.pass(300, () => world.answerAll({ but: [world.master] })),
    ];
    expect(eventsIn(election).slice(1)).toEqual([
      "+new-epoch 5",
      "+try-failover master mymaster 10.0.0.2 6379",
      `+vote-for-leader ${MY_ID} 5`,
    ]);
    const asked = commandsIn(election, "ask").filter((ask) => ask.candidate === MY_ID);
    expect(asked.map((ask) => ask.epoch)).toEqual([5, 5]);

    const promoted = world.answerAsk("b", { down: true, leader: "a", epoch: 5 });
    expect(eventNames(promoted)).toEqual([
      "+elected-leader",
      "+failover-state-select-slave",
      "+selected-slave",
      "+failover-state-send-slaveof-noone",
      "+failover-state-wait-promotion",
    ]);
    expect(commandsIn(promoted, "reconfigure")).toEqual([
      { name: "reconfigure", master: undefined },
    ]);

    const switched = world.info(world.replica(REPLICA_1), [
      "role:master",
      `run_id:${runIdOf("2")}`,
    ]);
    expect(eventsIn(switched)).toEqual([
      "-role-change slave 10.0.0.2:6380 10.0.0.2 6380 @ mymaster 10.0.0.2 6379 new reported role is master",
      "+promoted-slave slave 10.0.0.2:6380 10.0.0.2 6380 @ mymaster 10.0.0.2 6379",
      "+failover-state-reconf-slaves master mymaster 10.0.0.2 6379",
      "+switch-master mymaster 10.0.0.2 6379 10.0.0.2 6380",
      "+slave slave 10.0.0.2:6381 10.0.0.2 6381 @ mymaster 10.0.0.2 6380",
      "+slave slave 10.0.0.2:6379 10.0.0.2 6379 @ mymaster 10.0.0.2 6380",
      "+sdown slave 10.0.0.2:6379 10.0.0.2 6379 @ mymaster 10.0.0.2 6380",
      "+slave-reconf-sent slave 10.0.0.2:6381 10.0.0.2 6381 @ mymaster 10.0.0.2 6379",
      "+vedette-receipt mymaster,5,auto completed",
    ]);
    expect(world.master.address).toEqual(REPLICA_1);
    expect(world.master.configEpoch).toBe(5);
    const hellos = commandsIn(switched, "hello").map((hello) => hello.payload);
    expect(hellos.length).toBeGreaterThanOrEqual(2);
    expect(hellos[0]).toBe(`10.0.0.1,26379,${MY_ID},5,mymaster,10.0.0.2,6380,5`);

    const followed = world.info(
      world.replica(REPLICA_2),
      replicaInfo(world.replica(REPLICA_2), REPLICA_1),
    );
    expect(eventNames(followed)).toEqual([
      "+slave-reconf-inprog",
      "+slave-reconf-done",
      "+failover-end",
    ]);
    expect(eventsIn(followed).at(-1)).toBe("+failover-end master mymaster 10.0.0.2 6379");
  });

  it("tells nobody of epoch, vote or configuration before they are saved", () => {
    const world = new WatchedMaster();
    world.startElection();
    for (const effect of world.effects) {
      if (effect.kind === "publish-event" && effect.event.name === "+vote-for-leader") {
        expect(effect.afterSave).toBeGreaterThan(0);
      }
      if (effect.kind === "send" && effect.command.name === "ask" && effect.command.candidate) {
        expect(effect.afterSave).toBeGreaterThan(0);
      }
    }
    expect(commandsIn(world.effects, "ask").some((ask) => ask.candidate === MY_ID)).toBe(true);
  });

  it("orders the promotion again when the connection is lost under it", () => {
    const world = new WatchedMaster();
    world.startElection();
    world.answerAsk("b", { down: true, leader: "a", epoch: 5 });
    const promoted = world.replica(REPLICA_1);
    const lost = world.give({ kind: "link-lost", link: promoted.link.id, reason: "reset" });
    expect(commandsIn(lost, "reconfigure")).toEqual([]);
    const again = world.open(promoted.link);
    expect(commandsIn(again, "reconfigure")).toEqual([{ name: "reconfigure", master: undefined }]);
    expect(eventNames(again)).not.toContain("+failover-state-wait-promotion");
  });

  it("orders the promotion again over a connection that it wanted itself", () => {
    const world = new WatchedMaster();
    world.startElection();
    world.answerAsk("b", { down: true, leader: "a", epoch: 5 });
    world.request("SENTINEL", "SET", "mymaster", "auth-pass", "new");
    const again = world.open(world.replica(REPLICA_1).link);
    expect(commandsIn(again, "reconfigure")).toEqual([{ name: "reconfigure", master: undefined }]);
  });

  it("gives up on a replica that is not promoted within failover-timeout, and stands aside", () => {
    const world = new WatchedMaster();
    world.startElection();
    world.answerAsk("b", { down: true, leader: "a", epoch: 5 });
    const seen = world.pass(61_000, () => {
      world.answerAll({ but: [world.master] });
      world.answerAsk("b", { down: true });
    });
    expect(eventNames(seen)).toContain("-failover-abort-slave-timeout");
    expect(world.master.attempts.notBefore - world.now).toBeGreaterThan(100_000);
  });

  it("finds no replica, says why, and tries again as soon as one qualifies", () => {
    const world = new WatchedMaster();
    for (const replica of world.master.replicas.values()) {
      world.info(replica, replicaInfo(replica, MASTER, ["slave_priority:0"]));
      replica.priority = 0;
    }
    const all = [...world.master.replicas.values()];
    world.loseMaster();
    for (const replica of all) replica.priority = 0;
    world.answerAsk("b", { down: true });
    world.pass(300);
    const aborted = world.answerAsk("b", { down: true, leader: "a", epoch: 5 });
    expect(eventNames(aborted)).toContain("-failover-abort-no-good-slave");
    world.answerAsk("b", { down: true });
    const retried = [
      ...world.info(world.replica(REPLICA_1), replicaInfo(world.replica(REPLICA_1), MASTER)),
      ...world.pass(300),
    ];
    expect(eventNames(retried)).toContain("+try-failover");
  });
});
