import { describe, expect, it } from "vitest";
import { cooldownOf } from "../../src/sentinel/maintenance/maintenance.ts";
import { textOf } from "./maintenance.ts";
import {
  eventNames,
  eventsIn,
  MASTER,
  REPLICA_1,
  REPLICA_2,
  runIdOf,
  WatchedMaster,
} from "./watched-master.ts";

function watched(): WatchedMaster {
  const world = new WatchedMaster();
  world.request("SENTINEL", "SET", "mymaster", "failover-cooldown-seconds", "60");
  return world;
}

/** This sentinel leads an automatic failover to the first replica. */
function failOver(world: WatchedMaster): void {
  world.startElection();
  const { currentEpoch } = world.state;
  world.answerAsk("b", { down: true, leader: "a", epoch: currentEpoch });
  world.info(world.replica(REPLICA_1), [`run_id:${runIdOf("2")}`, "role:master"]);
  expect(world.master.address).toEqual(REPLICA_1);
}

function askVote(world: WatchedMaster, epoch: number) {
  const { host, port } = world.master.address;
  const ask = ["SENTINEL", "is-master-down-by-addr", host, String(port)] as const;
  return world.request(...ask, String(epoch), runIdOf("b"));
}

/** The new master is as fresh as it was: it counts as down a little later. */
function age(world: WatchedMaster): void {
  for (let at = 0; at < 60; at++) world.pass(100, () => world.answerAll());
}

describe("a cooldown", () => {
  it("is off unless it was set", () => {
    const world = new WatchedMaster();
    failOver(world);
    expect(cooldownOf(world, world.master)).toBeUndefined();
  });

  it("holds the next automatic failover back, and its votes", () => {
    const world = watched();
    failOver(world);
    expect(eventNames(world.effects)).toContain("+vedette-cooldown");
    age(world);
    const seen = world.startElection();
    expect(eventNames(seen)).not.toContain("+try-failover");
    expect(eventsIn(seen).find((each) => each.includes("blocked"))).toContain(
      "SENTINEL ACKNOWLEDGE mymaster",
    );
    expect(askVote(world, 99)).toMatchObject({ items: [{ value: 1 }, { bytes: "*" }, {}] });
  });

  it("ends when somebody has looked at the last failover", () => {
    const world = watched();
    failOver(world);
    expect(textOf(world.request("SENTINEL", "ACKNOWLEDGE", "mymaster", "seen", "by", "me"))).toBe(
      "OK",
    );
    expect(eventNames(world.effects)).toContain("-vedette-cooldown");
    age(world);
    expect(eventNames(world.startElection())).toContain("+try-failover");
    expect(textOf(world.request("SENTINEL", "ACKNOWLEDGE", "mymaster"))).toContain(
      "no failover to acknowledge",
    );
  });

  it("ends by itself", () => {
    const world = watched();
    failOver(world);
    const seen = world.pass(61_000, () => world.answerAll());
    expect(eventNames(seen)).toContain("-vedette-cooldown");
  });

  it("does not hold back what an operator orders, and does not follow from it", () => {
    const world = watched();
    world.request("SENTINEL", "FAILOVER", "mymaster", "FORCE");
    world.pass(100, () => world.answerAll({ but: [world.replica(REPLICA_1)] }));
    world.info(world.replica(REPLICA_1), [`run_id:${runIdOf("2")}`, "role:master"]);
    expect(world.master.address).toEqual(REPLICA_1);
    expect(cooldownOf(world, world.master)).toBeUndefined();
  });

  it("begins where the vote for another was given, and not where somebody hears of it late", () => {
    const voter = watched();
    voter.request(
      ...(["SENTINEL", "is-master-down-by-addr", MASTER.host, String(MASTER.port)] as const),
      "7",
      runIdOf("b"),
    );
    voter.hello("b", { currentEpoch: 7, configEpoch: 7, master: REPLICA_2 });
    expect(cooldownOf(voter, voter.master)).toBeDefined();
    const late = watched();
    late.hello("b", { currentEpoch: 7, configEpoch: 7, master: REPLICA_2 });
    expect(cooldownOf(late, late.master)).toBeUndefined();
  });

  it("that was acknowledged does not come back with who hears of its failover later", () => {
    const world = watched();
    failOver(world);
    const running = world.master.settings.extensions.maintenance.get("cooldown") ?? [];
    world.request("SENTINEL", "ACKNOWLEDGE", "mymaster");
    world.request("SENTINEL", "VEDETTE", "maintenance", "mymaster", "cooldown", ...running);
    expect(cooldownOf(world, world.master)).toBeUndefined();
  });
});
