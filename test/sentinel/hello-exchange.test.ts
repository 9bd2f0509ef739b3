import { describe, expect, it } from "vitest";
import {
  commandsIn,
  eventNames,
  eventsIn,
  MASTER,
  REPLICA_1,
  REPLICA_2,
  runIdOf,
  WatchedMaster,
} from "./watched-master.ts";

const NEW_PEER = { host: "10.0.0.9", port: 26500 };

describe("a hello", () => {
  it("introduces a new sentinel, which is saved, connected to and told at once", () => {
    const world = new WatchedMaster();
    const met = world.hello("d", { address: NEW_PEER });
    expect(eventsIn(met)).toEqual([
      `+sentinel sentinel ${runIdOf("d")} 10.0.0.9 26500 @ mymaster 10.0.0.2 6379`,
    ]);
    expect(met.map((effect) => effect.kind)).toContain("save-config");
    expect(met.map((effect) => effect.kind)).toContain("open-link");
    const told = world.open(world.peer("d").link);
    expect(commandsIn(told, "hello")).toHaveLength(1);
  });

  it("moves a sentinel that speaks from a new address", () => {
    const world = new WatchedMaster();
    const moved = world.hello("b", { address: NEW_PEER });
    expect(eventsIn(moved)).toEqual([
      `+sentinel-address-switch master mymaster 10.0.0.2 6379 ip 10.0.0.9 port 26500 for ${runIdOf("b")}`,
    ]);
    expect(world.master.sentinels.size).toBe(2);
    expect(world.peer("b").link.address).toEqual(NEW_PEER);
  });

  it("has no connection to one that says it is at port 0, and comes to rest", () => {
    const world = new WatchedMaster();
    world.hello("b", { address: { host: "10.0.0.9", port: 0 } });
    expect(world.peer("b").link.phase.phase).toBe("closed");
    world.pass(60_000, () => world.answerAll({ but: [world.peer("b")] }));
    expect(world.peer("b").link.phase.phase).toBe("closed");
  });

  it("replaces a sentinel that lost its id", () => {
    const world = new WatchedMaster();
    const replaced = world.hello("d", { address: world.addressOf("b") });
    expect(eventNames(replaced)).toEqual(["+sentinel-invalid-addr", "+sentinel"]);
    expect(world.master.sentinels.size).toBe(2);
    expect(world.master.sentinels.has(runIdOf("b"))).toBe(false);
  });

  it("is ignored when it is our own, or about a master we do not watch (W-18)", () => {
    const world = new WatchedMaster();
    expect(world.hello("a", { currentEpoch: 99, address: NEW_PEER })).toEqual([]);
    expect(world.master.sentinels.has(runIdOf("a"))).toBe(false);
    expect(world.state.currentEpoch).toBe(4);
  });

  it("raises the epoch, and the epoch never shrinks", () => {
    const world = new WatchedMaster();
    expect(eventsIn(world.hello("b", { currentEpoch: 12 }))).toEqual(["+new-epoch 12"]);
    expect(eventsIn(world.hello("b", { currentEpoch: 8 }))).toEqual([]);
    expect(world.state.currentEpoch).toBe(12);
  });

  it("with a newer configuration switches the master over the connections there are", () => {
    const world = new WatchedMaster();
    const link = world.replica(REPLICA_2).link;
    const switched = world.hello("b", { currentEpoch: 6, configEpoch: 6, master: REPLICA_2 });
    expect(eventsIn(switched)).toEqual([
      "+new-epoch 6",
      `+config-update-from sentinel ${runIdOf("b")} 10.0.0.9 26380 @ mymaster 10.0.0.2 6379`,
      "+switch-master mymaster 10.0.0.2 6379 10.0.0.2 6381",
      "+slave slave 10.0.0.2:6380 10.0.0.2 6380 @ mymaster 10.0.0.2 6381",
      "+slave slave 10.0.0.2:6379 10.0.0.2 6379 @ mymaster 10.0.0.2 6381",
    ]);
    expect(world.master.link).toBe(link);
    expect(world.master.configEpoch).toBe(6);
    expect(commandsIn(switched, "info").length).toBeGreaterThan(0);
  });

  it("with the same or an older configuration changes nothing", () => {
    const world = new WatchedMaster();
    expect(eventNames(world.hello("b", { configEpoch: 4, master: REPLICA_1 }))).toEqual([]);
    expect(eventNames(world.hello("b", { configEpoch: 1, master: REPLICA_1 }))).toEqual([]);
    expect(world.master.address).toEqual(MASTER);
  });

  it("with a newer epoch of the same address is adopted silently, and saved (W-27)", () => {
    const world = new WatchedMaster();
    const adopted = world.hello("b", { currentEpoch: 4, configEpoch: 4 });
    expect(adopted).toEqual([]);
    world.hello("b", { currentEpoch: 6 });
    const newer = world.hello("b", { configEpoch: 6 });
    expect(eventNames(newer)).toEqual([]);
    expect(newer.map((effect) => effect.kind)).toContain("save-config");
    expect(world.master.configEpoch).toBe(6);
  });

  it("with a newer epoch of the same address ends a failover that would undo it", () => {
    const world = new WatchedMaster();
    world.startElection();
    world.answerAsk("b", { down: true, leader: "a", epoch: 5 });
    expect(world.master.failover.phase).toBe("wait-promotion");
    world.hello("c", { currentEpoch: 8, configEpoch: 8 });
    expect(world.master.failover.phase).toBe("standing-by");
    world.info(world.replica(REPLICA_1), ["role:master"]);
    expect(world.master.address).toEqual(MASTER);
    expect(world.master.configEpoch).toBe(8);
  });

  it("makes what peers answered about the old address worthless (W-03)", () => {
    const world = new WatchedMaster();
    world.loseMaster();
    world.answerAsk("b", { down: true });
    world.hello("c", { currentEpoch: 6, configEpoch: 6, master: REPLICA_2 });
    expect([...world.master.sentinels.values()].some(({ opinion }) => opinion.masterDown)).toBe(
      false,
    );
  });

  it("goes to every instance at the publish period", () => {
    const world = new WatchedMaster();
    world.pass(500, () => world.answerAll());
    const seen = world.pass(8000, () => world.answerAll());
    const perInstance = commandsIn(seen, "hello").length / 5;
    expect(perInstance).toBeGreaterThanOrEqual(3);
    expect(perInstance).toBeLessThanOrEqual(5);
  });
});
