import { describe, expect, it } from "vitest";
import { unixMillis } from "../../src/base/units.ts";
import type { Effect } from "../../src/sentinel/effect.ts";
import { majority, voters } from "../../src/sentinel/election.ts";
import { isVoteless } from "../../src/sentinel/forgetting/forgotten.ts";
import { answerSaid, fieldsOf, makeReal, makeVedette, saidTo, textOf } from "./maintenance.ts";
import { commandsIn, eventNames, MASTER, runIdOf, WatchedMaster } from "./watched-master.ts";

const ALL = ["a", "b", "c", "d", "e"].map(runIdOf);

/** Five sentinels, all of them vedettes; `gone` are down, and all the others answer. */
function five({ gone = ["e"] }: { readonly gone?: readonly string[] } = {}): WatchedMaster {
  const world = new WatchedMaster({ peers: 4 });
  for (const letter of ["b", "c", "d", "e"]) if (!gone.includes(letter)) makeVedette(world, letter);
  const dead = gone.map((letter) => world.peer(letter));
  for (const { link } of dead) world.give({ kind: "link-lost", link: link.id, reason: "reset" });
  world.pass(11_000, () => world.answerAll({ but: dead }));
  for (const peer of dead) expect(peer.sdown.down).toBe(true);
  world.effects.length = 0;
  return world;
}

function forget(world: WatchedMaster, letter: string) {
  return world.ask("SENTINEL", "FORGET", "mymaster", "SENTINEL", runIdOf(letter));
}

/** Those of the letters who were asked answer with these words. */
function promise(world: WatchedMaster, answers: Readonly<Record<string, readonly string[]>>) {
  for (const [letter, answer] of Object.entries(answers)) {
    const [said] = saidTo(world, letter, world.effects, "forget");
    if (said === undefined) throw new Error(`${letter} was not asked`);
    answerSaid(world, letter, said, answer);
  }
}

function lastReply(world: WatchedMaster) {
  const answer = world.effects.findLast((effect: Effect) => effect.kind === "reply");
  if (answer?.reply.kind !== "value") throw new Error("no reply");
  return answer.reply.reply;
}

function ask(world: WatchedMaster, runId: string, base: readonly string[] = ALL, by = "b") {
  const words = ["SENTINEL", "VEDETTE", "forget", "mymaster", runId, runIdOf(by)] as const;
  const reply = world.request(...words, ...base);
  return reply.kind === "array" ? reply.items.map(textOf) : [textOf(reply)];
}

function vote(world: WatchedMaster, letter: string) {
  const words = ["SENTINEL", "is-master-down-by-addr", MASTER.host, String(MASTER.port)] as const;
  const reply = world.request(...words, String(world.state.currentEpoch + 1), runIdOf(letter));
  return reply.kind === "array" && textOf(reply.items[1] ?? reply);
}

function counts(world: WatchedMaster, letter: string, others: readonly string[]): void {
  const { link, master } = world.peer(letter);
  const runIds = others.map(runIdOf);
  world.give({ kind: "peer-sentinels", link: link.id, master: master.masterName, runIds });
}

describe("SENTINEL FORGET of a sentinel", () => {
  it("asks every one that lives, and counts one less when all of them agree", () => {
    const world = five();
    expect(forget(world, "e").reply).toBeUndefined();
    promise(world, { b: ["yes"], c: ["yes"] });
    expect(voters(world.master)).toBe(5);
    promise(world, { d: ["yes"] });
    expect(fieldsOf(lastReply(world))).toMatchObject({
      agreed: "4",
      sentinels: "4",
      majority: "3",
    });
    expect(eventNames(world.effects)).toContain("+vedette-forget-sentinel");
    expect(world.master.settings.extensions.forgotten.has(runIdOf("e"))).toBe(true);
    expect(saidTo(world, "b", world.effects, "forgotten")).toHaveLength(1);
  });

  it.each<[string, Readonly<Record<string, readonly string[]>>, string]>([
    [
      "one disagrees",
      { b: ["yes"], c: ["no", "it is not down here"], d: ["yes"] },
      "not down here",
    ],
    ["one does not understand", { b: ["yes"], c: [], d: ["yes"] }, "did not understand"],
  ])("leaves the majority as it is when %s", (_name, answers, text) => {
    const world = five();
    forget(world, "e");
    promise(world, answers);
    expect(textOf(lastReply(world))).toContain(text);
    expect(textOf(lastReply(world))).toContain("the majority stays as it is");
    expect(majority(world.master)).toBe(3);
    expect(voters(world.master)).toBe(5);
  });

  it("leaves it as it is when one does not answer in time", () => {
    const world = five();
    forget(world, "e");
    promise(world, { b: ["yes"], c: ["yes"] });
    world.pass(6_000, () => world.answerAll({ but: [world.peer("e")] }));
    expect(textOf(lastReply(world))).toContain("NOAGREEMENT 3 of the 3 needed agreed in time");
    expect(voters(world.master)).toBe(5);
  });

  it("is nothing that a minority can do", () => {
    const world = five({ gone: ["c", "d", "e"] });
    forget(world, "e");
    promise(world, { b: ["yes"] });
    expect(textOf(lastReply(world))).toContain("NOAGREEMENT 2 agreed, 3 of 5 are needed");
    expect(voters(world.master)).toBe(5);
  });

  it.each([
    ["of itself", "a", "That is this sentinel"],
    ["of one that answers", "b", "it is not down here"],
    ["of one that is not known", "f", "No such sentinel"],
  ])("is refused: %s", (_name, letter, text) => {
    const { reply } = forget(five(), letter);
    expect(reply === undefined ? "" : textOf(reply)).toContain(text);
  });

  it("gives advice while a real sentinel is a member, and asks nobody", () => {
    const world = five();
    makeReal(world, "c");
    const { reply } = forget(world, "e");
    expect(reply === undefined ? "" : textOf(reply)).toMatch(
      /^ADVICE 1 of the other sentinels .* SENTINEL RESET mymaster.* num-other-sentinels 3 /,
    );
    expect(commandsIn(world.effects, "vedette")).toEqual([]);
  });

  it("is done one at a time", () => {
    const world = five({ gone: ["d", "e"] });
    forget(world, "e");
    const { reply } = forget(world, "d");
    expect(reply === undefined ? "" : textOf(reply)).toContain("one at a time");
    expect(ask(world, runIdOf("d"))).toEqual(["no", "another one is being forgotten"]);
  });

  it("ends with an answer when the master is reset meanwhile", () => {
    const world = five();
    forget(world, "e");
    const seen = world.give({
      kind: "client-request",
      client: 2 as never,
      request: 1,
      args: ["SENTINEL", "RESET", "mymaster"],
    });
    const replies = seen.flatMap((effect) =>
      effect.kind === "reply" && effect.reply.kind === "value" ? [textOf(effect.reply.reply)] : [],
    );
    expect(replies).toContain("ERR The master was reset or removed meanwhile");
  });
});

describe("the word that a sentinel may be forgotten", () => {
  it("is given for one that is down here too, by who counts the same", () => {
    expect(ask(five(), runIdOf("e"))).toEqual(["yes"]);
  });

  it.each<[string, () => readonly string[], string]>([
    ["it lives", () => ask(five(), runIdOf("d")), "it is not down here"],
    ["it is not known", () => ask(five(), runIdOf("f")), "it does not know that sentinel"],
    ["the counts differ", () => ask(five(), runIdOf("e"), ALL.slice(1)), "not the same 4"],
    [
      "this sentinel has just started",
      () => {
        const world = new WatchedMaster({ peers: 4 });
        const peer = world.peer("e");
        world.give({ kind: "link-lost", link: peer.link.id, reason: "reset" });
        world.pass(2_000, () => world.answerAll({ but: [peer] }));
        return ask(world, runIdOf("e"));
      },
      "it has just started",
    ],
    [
      "the disk refuses what is known",
      () => {
        const world = five();
        world.diskIsFull = true;
        world.request("SENTINEL", "FLUSHCONFIG");
        return ask(world, runIdOf("e"));
      },
      "not all that this sentinel knows is on disk",
    ],
  ])("is not given when %s", (_name, asked, reason) => {
    const [word, why] = asked();
    expect(word).toBe("no");
    expect(why).toContain(reason);
  });
});

/** e is forgotten, and the others have said so too. */
function forgotten(): WatchedMaster {
  const world = five();
  forget(world, "e");
  promise(world, { b: ["yes"], c: ["yes"], d: ["yes"] });
  return world;
}

function told(world: WatchedMaster, letter: string, at: number) {
  const words = ["SENTINEL", "VEDETTE", "forgotten", "mymaster", runIdOf(letter)] as const;
  const reply = world.request(...words, String(at));
  return reply.kind === "array" && reply.items.map(textOf);
}

describe("a sentinel that was forgotten", () => {
  it("costs nobody a vote who has forgotten it too", () => {
    const world = forgotten();
    expect(vote(world, "b")).toBe("*");
    const [said] = saidTo(world, "b", world.effects, "forgotten");
    if (said === undefined) throw new Error("b was not told");
    answerSaid(world, "b", said, ["yes"]);
    expect(vote(world, "b")).toBe(runIdOf("b"));
  });

  it("does not keep others from being told of, when a peer will not hear of it", () => {
    const world = forgotten();
    const at = unixMillis(world.now);
    world.master.forgetting.sentinels.set(runIdOf("f"), {
      kind: "sentinel",
      runId: runIdOf("f"),
      at,
    });
    world.master.forgetting.agreedAt.set(runIdOf("f"), world.now);
    const toB = () => saidTo(world, "b", world.effects, "forgotten");
    const subjects = () => toB().map(({ words }) => words[1]);
    for (const answer of ["no", "no", "yes"]) {
      const said = toB().at(-1);
      if (said === undefined) throw new Error("b was not told");
      answerSaid(world, "b", said, [answer]);
      world.pass(2_000, () => world.answerAll());
    }
    expect(subjects()).toEqual(["e", "f", "e", "f"].map(runIdOf));
  });

  it("is not counted any more by a real sentinel that says so", () => {
    const world = forgotten();
    counts(world, "c", ["a", "b", "d", "e"]);
    expect(vote(world, "c")).toBe("*");
    counts(world, "c", ["a", "b", "d"]);
    expect(vote(world, "c")).toBe(runIdOf("c"));
  });

  it("counts at once when it is back, and has no vote before all count it again", () => {
    const world = forgotten();
    world.hello("e", { address: { host: "10.0.0.9", port: 26383 } });
    expect(voters(world.master)).toBe(5);
    expect(isVoteless(world.master, runIdOf("e"))).toBe(true);
    expect(vote(world, "e")).toBe("*");
    for (const letter of ["b", "c"]) counts(world, letter, ["a", "b", "c", "d", "e"]);
    expect(isVoteless(world.master, runIdOf("e"))).toBe(true);
    counts(world, "d", ["a", "b", "c", "e"]);
    expect(isVoteless(world.master, runIdOf("e"))).toBe(false);
    expect(vote(world, "e")).toBe(runIdOf("e"));
  });

  it("does not help anybody to a majority meanwhile", () => {
    const world = forgotten();
    world.hello("e", { address: { host: "10.0.0.9", port: 26383 } });
    world.open(world.peer("e").link);
    world.startElection();
    const epoch = world.state.currentEpoch;
    world.answerAsk("e", { down: true, leader: "a", epoch });
    world.answerAsk("b", { down: true, leader: "a", epoch });
    expect(eventNames(world.effects)).not.toContain("+elected-leader");
    world.answerAsk("c", { down: true, leader: "a", epoch });
    expect(eventNames(world.effects)).toContain("+elected-leader");
  });

  it("is dropped by a peer that hears of it, unless it answers there", () => {
    const world = five();
    expect(told(world, "d", 5)).toEqual(["no"]);
    expect(told(world, "e", 5)).toEqual(["yes"]);
    expect(voters(world.master)).toBe(4);
    world.hello("e", { address: { host: "10.0.0.9", port: 26383 } });
    for (const letter of ["b", "c", "d"]) {
      counts(
        world,
        letter,
        ["a", "b", "c", "d", "e"].filter((each) => each !== letter),
      );
    }
    // It has come back since: who tells the old news is not believed.
    expect(told(world, "e", 5)).toEqual(["no"]);
    expect(voters(world.master)).toBe(5);
  });
});
