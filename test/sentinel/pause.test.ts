import { describe, expect, it } from "vitest";
import { orderWords, PAUSE } from "../../src/wire/maintenance-order.ts";
import { createSentinelState } from "../../src/sentinel/create.ts";
import { durableView } from "../../src/sentinel/durable.ts";
import { isPaused } from "../../src/sentinel/maintenance/maintenance.ts";
import { unixMillis } from "../../src/base/units.ts";
import {
  answerSaid,
  fieldsOf,
  makeReal,
  makeVedette,
  repliesIn,
  saidTo,
  textOf,
} from "./maintenance.ts";
import {
  commandsIn,
  eventNames,
  eventsIn,
  MASTER,
  REPLICA_1,
  runIdOf,
  WatchedMaster,
} from "./watched-master.ts";

const ASK = ["SENTINEL", "is-master-down-by-addr", MASTER.host, String(MASTER.port)] as const;

function paused(seconds = 60): WatchedMaster {
  const world = new WatchedMaster();
  world.ask("SENTINEL", "PAUSE", "mymaster", "SECONDS", String(seconds), "REASON", "new", "kernel");
  return world;
}

describe("SENTINEL PAUSE", () => {
  it.each([
    [["SECONDS", "0"], "is no end"],
    [["SECONDS", "-1"], "is no end"],
    [["SECONDS", "604801"], "is no end"],
    [["SECONDS", "forever"], "is no end"],
    [["SECONDS"], "is no end"],
    [["UNTIL", "1"], "is no end"],
    [["SECONDS", "5", "UNTIL", "99999"], "exclude each other"],
    [["FOREVER"], "Unknown option"],
    [["REASON", "x".repeat(300)], "Invalid reason"],
  ])("is refused with what would help: %j", (options, text) => {
    const world = new WatchedMaster();
    world.pass(60_000, () => world.answerAll());
    const reply = world.request("SENTINEL", "PAUSE", "mymaster", ...options);
    expect(reply.kind).toBe("error");
    expect(textOf(reply)).toContain(text);
    expect(isPaused(world, world.master)).toBe(false);
  });

  it("is refused for a master that is not known", () => {
    const reply = new WatchedMaster().request("SENTINEL", "PAUSE", "other");
    expect(textOf(reply)).toBe("ERR No such master with that name");
  });

  it("ends after an hour unless told otherwise", () => {
    const world = new WatchedMaster();
    world.ask("SENTINEL", "PAUSE", "mymaster");
    world.pass(3_599_000, () => world.answerAll());
    expect(isPaused(world, world.master)).toBe(true);
    const seen = world.pass(1_100, () => world.answerAll());
    expect(eventNames(seen)).toContain("-vedette-pause");
    expect(isPaused(world, world.master)).toBe(false);
  });

  it("keeps a master that is down from being failed over, and says so once", () => {
    const world = paused();
    const seen = [...world.startElection(), ...world.pass(10_000, () => undefined)];
    const events = eventsIn(seen).filter((event) => event.includes("blocked"));
    expect(events).toHaveLength(1);
    expect(events[0]).toContain("paused until");
    expect(eventNames(seen)).not.toContain("+try-failover");
  });

  it("lets the failover begin when it ends and the master is still down", () => {
    const world = paused(5);
    world.startElection();
    world.pass(3_000, () => world.answerAll({ but: [world.master] }));
    const seen = world.pass(3_000, () => {
      world.answerAll({ but: [world.master] });
      world.answerAsk("b", { down: true });
    });
    expect(eventNames(seen)).toContain("-vedette-pause");
    expect(eventNames(seen)).toContain("+try-failover");
  });

  it("ends a candidacy that nobody ordered", () => {
    const world = new WatchedMaster();
    world.startElection();
    const { reply } = world.ask("SENTINEL", "PAUSE", "mymaster");
    expect(fieldsOf(reply)).toMatchObject({ master: "mymaster" });
    expect(eventNames(world.effects)).toContain("-failover-abort-not-elected");
    expect(world.master.failover.phase).toBe("none");
  });

  it("answers others that the master is not down, and gives no vote", () => {
    const world = paused();
    world.loseMaster();
    expect(world.request(...ASK, "9", runIdOf("b"))).toMatchObject({
      items: [{ value: 0 }, { bytes: "*" }, { value: 0 }],
    });
    expect(world.state.currentEpoch).toBe(4);
  });

  it("gives its vote to whom an operator told to fail over", () => {
    const world = paused();
    const ordered = ["SENTINEL", "VEDETTE", "ordered", "mymaster", runIdOf("b")] as const;
    expect(world.request(...ordered)).toMatchObject({ items: [{ bytes: "OK" }] });
    const vote = (who: string) => world.request(...ASK, "9", runIdOf(who));
    expect(vote("c")).toMatchObject({ items: [{ value: 0 }, { bytes: "*" }, {}] });
    expect(vote("b")).toMatchObject({ items: [{ value: 0 }, { bytes: runIdOf("b") }, {}] });
  });

  it("does not keep an operator from failing over, whose peers hear that it was ordered", () => {
    const world = paused();
    makeVedette(world, "b");
    expect(world.request("SENTINEL", "FAILOVER", "mymaster")).toEqual({
      kind: "simple",
      text: "OK",
    });
    expect(saidTo(world, "b", world.effects, "ordered")).toMatchObject([
      { words: ["mymaster", runIdOf("a")] },
    ]);
  });

  it("leaves what is changed by hand as it is", () => {
    const world = paused(3600);
    const replica = world.replica(REPLICA_1);
    world.pass(11_000, () => {
      world.answerAll({ but: [replica] });
      world.pong(replica);
      world.info(replica, ["run_id:" + runIdOf("2"), "role:master"]);
    });
    expect(eventNames(world.effects)).not.toContain("+convert-to-slave");
    world.ask("SENTINEL", "RESUME", "mymaster");
    world.pass(2_000, () => {
      world.answerAll({ but: [replica] });
      world.pong(replica);
      world.info(replica, ["run_id:" + runIdOf("2"), "role:master"]);
    });
    expect(eventNames(world.effects)).toContain("+convert-to-slave");
  });

  it("shows where no program stumbles over it", () => {
    const world = new WatchedMaster();
    const flagsOf = () => fieldsOf(world.request("SENTINEL", "MASTER", "mymaster"));
    const before = Object.keys(flagsOf());
    world.ask("SENTINEL", "PAUSE", "mymaster", "SECONDS", "60");
    const fields = flagsOf();
    expect(fields["flags"]).toBe("master");
    expect(Object.keys(fields).slice(0, before.length)).toEqual(before);
    expect(fields["vedette-paused-until"]).toBe("60");
    const info = world.give({
      kind: "client-request",
      client: 1 as never,
      request: 900,
      args: ["INFO", "sentinel"],
    });
    expect(JSON.stringify(info)).toContain("vedette_paused0:name=mymaster,until=60");
  });

  it("outlives a restart, and says so again", () => {
    const world = paused();
    const [master] = durableView(world.state).masters;
    expect(master?.extensions.maintenance.get(PAUSE)?.[0]).toBe("on");
    const again = createSentinelState(
      {
        durable: durableView(world.state),
        isNew: false,
        port: 26379,
        requirePass: undefined,
      },
      { seed: 2, now: world.now, unixMs: unixMillis(30_000) },
    );
    const [watched] = again.masters.values();
    expect(watched !== undefined && isPaused({ state: again, now: world.now }, watched)).toBe(true);
  });
});

function orderOfB(isOn: boolean, stamp: number): readonly string[] {
  const until = unixMillis(50_000);
  return orderWords({ isOn, until, keepUntil: until, stamp, by: runIdOf("b"), reason: "" });
}

describe("a pause among vedettes", () => {
  it("is answered when all of them have it, with who could still fail over alone", () => {
    const world = new WatchedMaster();
    makeVedette(world, "b");
    makeReal(world, "c");
    const asked = world.ask("SENTINEL", "PAUSE", "mymaster", "SECONDS", "60");
    expect(asked.reply).toBeUndefined();
    const [said] = saidTo(world, "b", world.effects, "maintenance");
    if (said === undefined) throw new Error("b was not told");
    const [reply] = repliesIn(answerSaid(world, "b", said, said.words.slice(2)));
    expect(fieldsOf(reply)).toMatchObject({
      sentinels: "3",
      agreed: "2",
      "not-vedettes": "1",
      "not-reached": "0",
      "others-could-fail-over": "no",
    });
  });

  it.each([
    ["two of three are real", ["b", "c"], "yes"],
    ["one of three is real", ["b"], "no"],
  ])("says whether the others suffice: %s", (_name, real, could) => {
    const world = new WatchedMaster();
    for (const letter of ["b", "c"]) {
      if (real.includes(letter)) makeReal(world, letter);
      else makeVedette(world, letter);
    }
    world.ask("SENTINEL", "PAUSE", "mymaster");
    for (const letter of ["b", "c"]) {
      for (const said of saidTo(world, letter, world.effects, "maintenance")) {
        answerSaid(world, letter, said, said.words.slice(2));
      }
    }
    const fields = fieldsOf(repliesIn(world.effects).at(-1));
    expect(fields["others-could-fail-over"]).toBe(could);
    expect(fields["not-vedettes"]).toBe(String(real.length));
  });

  it("is in the history once it is answered, with who has ordered it", () => {
    const world = new WatchedMaster();
    makeVedette(world, "b");
    world.ask("SENTINEL", "PAUSE", "mymaster", "SECONDS", "60");
    const audits = () =>
      eventsIn(world.effects).filter((each) => each.startsWith("+vedette-audit"));
    expect(audits()).toEqual([]);
    world.pass(1_100, () => world.answerAll());
    expect(audits()).toEqual([
      "+vedette-audit unknown unknown SENTINEL PAUSE mymaster SECONDS 60 #OK",
    ]);
  });

  it("does not wait for one that is silent for more than a second", () => {
    const world = new WatchedMaster();
    makeVedette(world, "b");
    world.ask("SENTINEL", "PAUSE", "mymaster");
    const seen = world.pass(1_100, () => world.answerAll());
    expect(fieldsOf(repliesIn(seen)[0])).toMatchObject({ agreed: "1", "not-reached": "2" });
  });

  it("is taken from a peer, told to who comes later, and not undone by an older order", () => {
    const world = new WatchedMaster();
    const told = (words: readonly string[]) =>
      world.request("SENTINEL", "VEDETTE", "maintenance", "mymaster", PAUSE, ...words);
    told(orderOfB(true, 7));
    expect(isPaused(world, world.master)).toBe(true);
    makeVedette(world, "c");
    expect(saidTo(world, "c", world.effects, "maintenance")).toHaveLength(1);
    told(orderOfB(false, 6));
    expect(isPaused(world, world.master)).toBe(true);
    told(orderOfB(false, 8));
    expect(isPaused(world, world.master)).toBe(false);
  });

  it.each([
    ["of no end", ["on", "9999999999999", "9999999999999", "1", runIdOf("b"), ""]],
    ["of another world", ["on", "x", "5", "1", runIdOf("b"), ""]],
  ])("is not taken from a stranger: %s", (_name, words) => {
    const world = new WatchedMaster();
    world.request("SENTINEL", "VEDETTE", "maintenance", "mymaster", PAUSE, ...words);
    expect(world.master.maintenance.orders.size).toBe(0);
  });

  it("is told once to a peer whose newer order cannot be believed here", () => {
    const world = new WatchedMaster();
    makeVedette(world, "b");
    world.ask("SENTINEL", "PAUSE", "mymaster", "SECONDS", "60");
    const told = () => saidTo(world, "b", world.effects, "maintenance");
    const [said] = told();
    if (said === undefined) throw new Error("b was not told");
    // Of a clock that is two days ahead.
    const stamp = 2 * 86_400_000;
    const end = String(stamp + 60_000);
    answerSaid(world, "b", said, ["on", end, end, String(stamp), runIdOf("b"), ""]);
    world.pass(5_000, () => world.answerAll());
    expect(told()).toHaveLength(1);
    expect(world.master.maintenance.orders.get(PAUSE)?.by).toBe(runIdOf("a"));
    expect(fieldsOf(repliesIn(world.effects).at(-1))).toMatchObject({ agreed: "1" });
  });

  it("is not agreed to by one whose disk refuses it", () => {
    const world = new WatchedMaster();
    world.diskIsFull = true;
    const words = ["SENTINEL", "VEDETTE", "maintenance", "mymaster", PAUSE] as const;
    world.request(...words, ...orderOfB(true, 7));
    const answer = world.effects.findLast((effect) => effect.kind === "reply");
    expect(answer?.afterSave).toBe(world.state.saves.failed);
    expect(answer?.ifUnsaved).toMatchObject({ kind: "error" });
  });

  it("says so when real sentinels fail over all the same", () => {
    const world = paused();
    const seen = world.hello("b", { currentEpoch: 5, configEpoch: 5, master: REPLICA_1 });
    expect(eventNames(seen)).toContain("+switch-master");
    expect(eventsIn(seen)).toContain(
      `+vedette-pause-overruled master mymaster ${MASTER.host} ${MASTER.port} by ${runIdOf("b")}`,
    );
  });

  it("is not reported as agreed on when the disk refuses it", () => {
    const world = new WatchedMaster();
    world.diskIsFull = true;
    world.ask("SENTINEL", "PAUSE", "mymaster");
    const answer = world.effects.findLast((effect) => effect.kind === "reply");
    expect(answer?.afterSave).toBe(world.state.saves.failed);
    expect(textOf(answer?.ifUnsaved ?? { kind: "null" })).toContain("save config");
  });
});

describe("SENTINEL RESUME", () => {
  it("is refused where there is no pause", () => {
    expect(textOf(new WatchedMaster().request("SENTINEL", "RESUME", "mymaster"))).toBe(
      "ERR This master is not paused",
    );
  });

  it("is remembered for as long as the pause would have lasted", () => {
    const world = paused(60);
    const { reply } = world.ask("SENTINEL", "RESUME", "mymaster");
    expect(fieldsOf(reply)["paused-until"]).toBe("0");
    expect(eventNames(world.effects)).toContain("-vedette-pause");
    expect(world.master.maintenance.orders.get(PAUSE)?.isOn).toBe(false);
    world.pass(61_000, () => world.answerAll());
    expect(world.master.maintenance.orders.size).toBe(0);
    expect(durableView(world.state).masters[0]?.extensions.maintenance.size).toBe(0);
  });

  it("has orders of servers follow it again", () => {
    const world = paused(60);
    world.ask("SENTINEL", "RESUME", "mymaster");
    const seen = world.startElection();
    expect(eventNames(seen)).toContain("+try-failover");
    expect(commandsIn(seen, "ask").length).toBeGreaterThan(0);
  });
});
