import { describe, expect, it, vi } from "vitest";
import { parseRunId } from "../../src/base/ids.ts";
import { after } from "../../src/base/units.ts";
import { driftsOf, lookForDrift, takeFields } from "../../src/sentinel/config-drift.ts";
import { createSentinel } from "../../src/sentinel/instances.ts";
import type { Sentinel } from "../../src/sentinel/state.ts";
import { beginTurn } from "../../src/sentinel/turn.ts";
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

  it("are looked for with all of many peers, each as often as any other", () => {
    const world = new WatchedMaster();
    const peers = manyPeers(world, 700);
    const asked = new Map<Sentinel, number>();
    for (let second = 0; second < 300; second++) {
      for (const peer of look(world)) asked.set(peer, (asked.get(peer) ?? 0) + 1);
    }
    const times = peers.map((peer) => asked.get(peer) ?? 0);
    expect(Math.min(...times)).toBeGreaterThanOrEqual(2);
    expect(Math.max(...times)).toBeLessThanOrEqual(Math.min(...times) + 1);
  });

  it("are looked for at nobody before it is anybody's turn", () => {
    const world = new WatchedMaster();
    for (let second = 0; second < 3; second++) look(world);
    const walked = vi.spyOn(world.master.sentinels, "values");
    for (let second = 0; second < 50; second++) expect(look(world)).toEqual([]);
    // Once more behind the questions of the first round, of which an answer might have been missing.
    expect(walked.mock.calls.length).toBeLessThanOrEqual(1);
    // Who is connected to anew is not waited for.
    const { link } = world.peer("b");
    world.give({ kind: "link-lost", link: link.id, reason: "reset" });
    world.open(link);
    expect(look(world)).toEqual([world.peer("b")]);
  });
});

/** More peers, all of them connected. */
function manyPeers(world: WatchedMaster, count: number): readonly Sentinel[] {
  const { state, now, master } = world;
  return Array.from({ length: count }, (_, number) => {
    const runId = parseRunId(String(number).padStart(40, "0"));
    if (runId === undefined) throw new Error("no run id");
    const address = { host: "10.0.1.1", port: 20_000 + number };
    const peer = createSentinel({ state, now }, master, { runId, address });
    peer.link.phase = {
      phase: "open",
      since: now,
      localHost: "10.0.0.1",
      subscription: { phase: "none" },
    };
    return peer;
  });
}

/** A second passes. @returns who was asked, and has answered that all is the same */
function look(world: WatchedMaster): readonly Sentinel[] {
  world.now = after(world.now, 1_000);
  const { state, master, now } = world;
  const turn = beginTurn(state, now, { mayJudge: true });
  lookForDrift(turn);
  const asked = turn.effects.flatMap((effect) =>
    effect.kind === "send" && effect.command.name === "master-fields"
      ? [...(state.links.get(effect.link)?.owners ?? [])]
      : [],
  );
  const peers = asked.filter((owner) => owner.kind === "sentinel");
  const same = new Map(
    Object.entries({ ...SAME, "num-other-sentinels": String(master.sentinels.size) }),
  );
  for (const peer of peers) takeFields(turn, peer, same);
  return peers;
}
