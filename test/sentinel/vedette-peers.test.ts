import { describe, expect, it } from "vitest";
import type { Effect } from "../../src/sentinel/effect.ts";
import { tellVedette, understands, vedettePeers } from "../../src/sentinel/vedette-peers.ts";
import { beginTurn } from "../../src/sentinel/turn.ts";
import { WatchedMaster } from "./watched-master.ts";

function sentTo(effects: readonly Effect[]) {
  return effects.flatMap((effect) => (effect.kind === "send" ? [effect.command] : []));
}

function answerTopics(world: WatchedMaster, letter: string, answer: readonly string[] | undefined) {
  const { link } = world.peer(letter);
  return world.give({
    kind: "vedette-reply",
    link: link.id,
    topic: "topics",
    words: [],
    answer,
  });
}

function tellVersion(world: WatchedMaster, letter: string, vedetteVersion: string | undefined) {
  return world.give({ kind: "peer-info", link: world.peer(letter).link.id, vedetteVersion });
}

describe("which peers are vedettes", () => {
  it("asks each sentinel with each connection, and no data server", () => {
    const world = new WatchedMaster();
    world.give({ kind: "link-lost", link: world.peer("b").link.id, reason: "reset" });
    expect(sentTo(world.open(world.peer("b").link))).toContainEqual({ name: "peer-info" });
    world.give({ kind: "link-lost", link: world.master.link.id, reason: "reset" });
    expect(sentTo(world.open(world.master.link))).not.toContainEqual({ name: "peer-info" });
  });

  it("sends a real sentinel nothing of its own", () => {
    const world = new WatchedMaster();
    expect(sentTo(tellVersion(world, "b", undefined))).toEqual([]);
    expect(world.peer("b").link.peer).toEqual({ kind: "other" });
    const turn = beginTurn(world.state, world.now, { mayJudge: true });
    tellVedette(turn, world.peer("b"), { topic: "delivered", words: ["1"] });
    expect(turn.effects).toEqual([]);
  });

  it("asks a vedette for its topics, and tells it only of those", () => {
    const world = new WatchedMaster();
    expect(sentTo(tellVersion(world, "b", "1.2.3"))).toEqual([
      { name: "vedette", topic: "topics", words: [] },
    ]);
    answerTopics(world, "b", ["topics", "delivered"]);
    expect(understands(world.peer("b"), "delivered")).toBe(true);
    expect(vedettePeers(world.master, "delivered")).toEqual([world.peer("b")]);
    const turn = beginTurn(world.state, world.now, { mayJudge: true });
    tellVedette(turn, world.peer("b"), { topic: "delivered", words: ["1"] });
    tellVedette(turn, world.peer("b"), { topic: "newer", words: [] });
    expect(sentTo(turn.effects)).toEqual([{ name: "vedette", topic: "delivered", words: ["1"] }]);
  });

  it("forgets what a peer was when the connection is lost", () => {
    const world = new WatchedMaster();
    tellVersion(world, "b", "1.2.3");
    answerTopics(world, "b", ["delivered"]);
    world.give({ kind: "link-lost", link: world.peer("b").link.id, reason: "reset" });
    expect(world.peer("b").link.peer).toEqual({ kind: "unknown" });
  });

  it("knows no topics of a vedette that refuses to tell them", () => {
    const world = new WatchedMaster();
    tellVersion(world, "b", "1.2.3");
    answerTopics(world, "b", undefined);
    expect(world.peer("b").link.peer).toMatchObject({ kind: "vedette", topics: new Set() });
  });
});

describe("SENTINEL VEDETTE", () => {
  it("lists its topics", () => {
    const reply = new WatchedMaster().request("SENTINEL", "VEDETTE", "Topics");
    expect(reply).toMatchObject({ kind: "array" });
  });

  it("refuses a topic that it does not know", () => {
    const world = new WatchedMaster();
    expect(world.request("SENTINEL", "VEDETTE", "weather", "x")).toEqual({
      kind: "error",
      text: "ERR Unknown topic 'weather'",
    });
  });
});
