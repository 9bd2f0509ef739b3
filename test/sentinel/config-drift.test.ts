import { describe, expect, it } from "vitest";
import { driftsOf } from "../../src/sentinel/config-drift.ts";
import { commandsIn, eventsIn, WatchedMaster } from "./watched-master.ts";

const SAME = {
  quorum: "2",
  "down-after-milliseconds": "1000",
  "failover-timeout": "60000",
  "parallel-syncs": "1",
  "num-other-sentinels": "2",
};

function tell(world: WatchedMaster, letter: string, fields: Readonly<Record<string, string>>) {
  const { link, master } = world.peer(letter);
  const told = new Map(Object.entries(fields));
  return world.give({
    kind: "peer-master",
    link: link.id,
    master: master.masterName,
    fields: told,
  });
}

function driftEvents(world: WatchedMaster): string[] {
  return eventsIn(world.effects).filter((event) => event.includes("config-drift"));
}

describe("settings that differ between sentinels", () => {
  it("are looked for with each connection and once a minute", () => {
    const world = new WatchedMaster();
    const asked = () => commandsIn(world.effects, "master-fields").length;
    world.pass(2_000, () => world.answerAll());
    expect(asked()).toBe(2);
    for (const letter of ["b", "c"]) tell(world, letter, SAME);
    world.pass(50_000, () => world.answerAll());
    expect(asked()).toBe(2);
    world.pass(15_000, () => world.answerAll());
    expect(asked()).toBe(4);
  });

  it("are told when they last, with both values, and when they are over", () => {
    const world = new WatchedMaster();
    tell(world, "b", { ...SAME, quorum: "3" });
    expect(driftEvents(world)).toEqual([]);
    tell(world, "b", { ...SAME, quorum: "3" });
    expect(driftEvents(world)[0]).toMatch(
      /^\+vedette-config-drift sentinel b{40} .* quorum 2 there 3$/,
    );
    expect([...driftsOf(world.master).values()]).toEqual([
      [{ setting: "quorum", ours: "2", theirs: "3" }],
    ]);
    tell(world, "b", SAME);
    expect(driftEvents(world)[1]).toMatch(/^-vedette-config-drift sentinel b{40} /);
    expect(driftsOf(world.master).size).toBe(0);
  });

  it("are no alarm while somebody sets one sentinel after the other", () => {
    const world = new WatchedMaster();
    tell(world, "b", { ...SAME, quorum: "3" });
    world.request("SENTINEL", "SET", "mymaster", "quorum", "3");
    tell(world, "b", { ...SAME, quorum: "3" });
    expect(driftEvents(world)).toEqual([]);
  });

  it("include a master that a peer does not watch, and what it does not tell", () => {
    const world = new WatchedMaster();
    const { link, master } = world.peer("b");
    for (let times = 0; times < 2; times++) {
      world.give({
        kind: "peer-master",
        link: link.id,
        master: master.masterName,
        fields: undefined,
      });
      tell(world, "c", {});
    }
    const [first = [], second = []] = [...driftsOf(world.master).values()];
    expect(first).toEqual([{ setting: "monitored", ours: "yes", theirs: "no" }]);
    expect(second.map(({ theirs }) => theirs)).toEqual(["?", "?", "?", "?", "?"]);
  });

  it("do not include an observer, whom nobody counts", () => {
    const world = new WatchedMaster();
    world.request("SENTINEL", "CONFIG", "SET", "observe-only", "yes");
    for (let times = 0; times < 2; times++)
      tell(world, "b", { ...SAME, "num-other-sentinels": "1" });
    expect(driftEvents(world)).toEqual([]);
  });

  it("are asked again soon until it is clear whether they last", () => {
    const world = new WatchedMaster();
    world.pass(2_000, () => world.answerAll());
    tell(world, "b", { ...SAME, quorum: "3" });
    tell(world, "c", SAME);
    const before = commandsIn(world.effects, "master-fields").length;
    world.pass(7_000, () => world.answerAll());
    expect(commandsIn(world.effects, "master-fields").length).toBe(before + 1);
  });
});
