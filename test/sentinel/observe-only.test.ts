import { describe, expect, it } from "vitest";
import { textOf } from "./maintenance.ts";
import {
  commandsIn,
  eventNames,
  eventsIn,
  MASTER,
  REPLICA_1,
  runIdOf,
  WatchedMaster,
} from "./watched-master.ts";

function observer(): WatchedMaster {
  const world = new WatchedMaster();
  world.request("SENTINEL", "CONFIG", "SET", "observe-only", "yes");
  world.effects.length = 0;
  return world;
}

describe("a sentinel that only observes", () => {
  it("says no hello to anybody", () => {
    const world = observer();
    world.pass(20_000, () => world.answerAll());
    expect(commandsIn(world.effects, "hello")).toEqual([]);
    expect(commandsIn(world.effects, "ping").length).toBeGreaterThan(0);
  });

  it("says what it would do, to whom and why, and does nothing", () => {
    const world = observer();
    const seen = [
      ...world.startElection(),
      ...world.pass(5_000, () => world.answerAll({ but: [world.master] })),
    ];
    const would = eventsIn(seen).filter((event) => event.startsWith("+vedette-would-failover"));
    expect(would).toHaveLength(1);
    expect(would[0]).toContain(
      `to ${REPLICA_1.host} ${REPLICA_1.port} because 2 say down, quorum 2`,
    );
    expect(eventNames(seen)).not.toContain("+try-failover");
    expect(commandsIn(world.effects, "reconfigure")).toEqual([]);
  });

  it("gives no vote and no opinion", () => {
    const world = observer();
    world.loseMaster();
    const ask = ["SENTINEL", "is-master-down-by-addr", MASTER.host, String(MASTER.port)] as const;
    expect(world.request(...ask, "9", runIdOf("b"))).toMatchObject({
      items: [{ value: 0 }, { bytes: "*" }, {}],
    });
    expect(world.state.currentEpoch).toBe(4);
  });

  it("follows the others' failover", () => {
    const world = observer();
    world.hello("b", { currentEpoch: 5, configEpoch: 5, master: REPLICA_1 });
    expect(world.master.address).toEqual(REPLICA_1);
  });

  it("refuses to fail over, and says how it would take part", () => {
    expect(textOf(observer().request("SENTINEL", "FAILOVER", "mymaster"))).toBe(
      "ERR This Sentinel only observes. SENTINEL CONFIG SET observe-only no makes it take part",
    );
  });

  it("puts no replica right", () => {
    const world = observer();
    const replica = world.replica(REPLICA_1);
    world.pass(13_000, () => {
      world.answerAll({ but: [replica] });
      world.pong(replica);
      world.info(replica, [`run_id:${runIdOf("2")}`, "role:master"]);
    });
    expect(commandsIn(world.effects, "reconfigure")).toEqual([]);
  });

  it("takes part again when it is told to", () => {
    const world = observer();
    world.pass(5_000, () => world.answerAll());
    world.request("SENTINEL", "CONFIG", "SET", "observe-only", "no");
    world.pass(3_000, () => world.answerAll());
    expect(commandsIn(world.effects, "hello").length).toBeGreaterThan(0);
  });
});
