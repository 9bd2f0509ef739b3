import { describe, expect, it } from "vitest";
import { millis } from "../../src/base/units.ts";
import type { Effect } from "../../src/sentinel/effect.ts";
import { ASK_BACK_GAP_MS } from "../../src/sentinel/tunables.ts";
import {
  commandsIn,
  eventNames,
  eventsIn,
  MASTER,
  REPLICA_1,
  replicaInfo,
  runIdOf,
  WatchedMaster,
} from "./watched-master.ts";

describe("subjectively down", () => {
  it("comes down-after after the first unanswered ping, to the millisecond, and not earlier", () => {
    const world = new WatchedMaster();
    world.give({ kind: "link-lost", link: world.master.link.id, reason: "reset" });
    const lostAt = world.now;
    const before = world.pass(999, () => world.answerAll({ but: [world.master] }));
    expect(eventNames(before)).toEqual([]);
    const at = world.pass(1, () => world.answerAll({ but: [world.master] }));
    expect(eventsIn(at)).toEqual(["+sdown master mymaster 10.0.0.2 6379"]);
    expect(world.master.sdown.since - lostAt).toBe(1000);
  });

  it("counts from the unanswered ping of a server that hangs with its connection open", () => {
    const world = new WatchedMaster();
    const seen = world.pass(2500, () => world.answerAll({ but: [world.master] }));
    const { actPingAt } = world.master.link;
    expect(eventNames(seen)).toContain("+sdown");
    expect(world.master.sdown.since - (actPingAt ?? 0)).toBe(1000);
  });

  it("ends with an accepted answer, and a refusal is none", () => {
    const world = new WatchedMaster();
    world.loseMaster();
    world.open(world.master.link);
    const refused = world.give({
      kind: "ping-reply",
      link: world.master.link.id,
      reply: "refused",
    });
    expect(eventNames(refused)).toEqual([]);
    expect(eventsIn(world.pong(world.master))).toEqual(["-sdown master mymaster 10.0.0.2 6379"]);
  });

  it("is not caused by a connection that a leader's CLIENT KILL cut", () => {
    const world = new WatchedMaster();
    const lost = world.give({ kind: "link-lost", link: world.master.link.id, reason: "killed" });
    expect(lost.map((effect) => effect.kind)).toContain("open-link");
    world.open(world.master.link);
    world.pong(world.master);
    const seen = world.pass(3000, () => world.answerAll());
    expect(eventNames(seen)).toEqual([]);
  });

  it.each([
    { of: "a stranger", follows: { host: "10.0.0.7", port: 6379 }, afterMs: 21_000 },
    { of: "one of its replicas", follows: REPLICA_1, afterMs: 1_000 },
  ])("befalls a master that reports to be a replica of $of", ({ follows, afterMs }) => {
    const world = new WatchedMaster();
    const replica = world.replica(REPLICA_1);
    const lines = replicaInfo(replica, follows).map((line) =>
      line.startsWith("run_id") ? `run_id:${runIdOf("1")}` : line,
    );
    const answer = (): void => {
      world.answerAll({ but: [world.master] });
      if (world.master.link.phase.phase === "connecting") world.open(world.master.link);
      world.pong(world.master);
      world.info(world.master, lines);
    };
    expect(eventNames(world.info(world.master, lines))).toEqual(["-role-change"]);
    expect(eventNames(world.pass(afterMs - 100, answer))).toEqual([]);
    expect(eventNames(world.pass(200, answer))).toEqual(["+sdown"]);
  });
});

/** The master answers LOADING to each PING. */
function passLoading(world: WatchedMaster, durationMs: number): string[] {
  const before = world.effects.length;
  world.pass(durationMs, () => {
    world.answerAll({ but: [world.master] });
    if (world.master.link.phase.phase === "connecting") world.open(world.master.link);
    world.give({ kind: "ping-reply", link: world.master.link.id, reply: "loading" });
  });
  return eventNames(world.effects.slice(before));
}

describe("a master that reboots", () => {
  const rebooted = [`run_id:${runIdOf("9")}`, "role:master", "loading:1"];
  it("is told by its new run id, and may load for ever", () => {
    const world = new WatchedMaster();
    expect(eventsIn(world.info(world.master, rebooted))).toEqual([
      "+reboot master mymaster 10.0.0.2 6379",
    ]);
    expect(passLoading(world, 60_000)).toEqual([]);
    expect(world.master.sdown.down).toBe(false);
  });

  it("is down when it still loads after master-reboot-down-after-period, until it says PONG", () => {
    const world = new WatchedMaster();
    world.request("SENTINEL", "SET", "mymaster", "master-reboot-down-after-period", "5000");
    world.info(world.master, rebooted);
    expect(passLoading(world, 4_900)).toEqual([]);
    expect(passLoading(world, 300)).toEqual(["+sdown"]);
    expect(eventNames(world.pong(world.master))).toEqual(["-sdown"]);
    expect(passLoading(world, 10_000)).toEqual([]);
  });
});

/** A peer that nobody can name asks about the master. */
function wonder(world: WatchedMaster): readonly Effect[] {
  const before = world.effects.length;
  world.request("SENTINEL", "is-master-down-by-addr", MASTER.host, "6379", "4", "*");
  return world.effects.slice(before);
}

describe("objectively down", () => {
  it("ends when answers grow older than five ask periods", () => {
    const world = new WatchedMaster({ quorum: 3 });
    world.loseMaster();
    world.answerAsk("b", { down: true });
    expect(eventNames(world.answerAsk("c", { down: true }))).toContain("+odown");
    const seen = world.pass(5200, () => {
      world.answerAll({ but: [world.master] });
      if (world.master.odown.down) world.answerAsk("b", { down: true });
    });
    expect(eventNames(seen)).toContain("-odown");
  });

  it("asks again on a short back-off while a peer does not see the master down", () => {
    const world = new WatchedMaster();
    world.loseMaster();
    let asks = 0;
    world.pass(1000, () => {
      world.answerAll({ but: [world.master] });
      const { opinion } = world.peer("b");
      if (opinion.askedAt !== undefined) {
        asks++;
        world.answerAsk("b", { down: false });
      }
    });
    expect(asks).toBeGreaterThanOrEqual(4);
    expect(asks).toBeLessThanOrEqual(8);
  });

  it("is not reached by questions of others, which anyone can send", () => {
    const world = new WatchedMaster();
    world.loseMaster();
    for (let count = 0; count < 10; count++) {
      world.request("SENTINEL", "is-master-down-by-addr", MASTER.host, "6379", "5", "*");
    }
    expect(world.master.odown.down).toBe(false);
  });

  it("asks back a moment after its no a peer that has begun to worry", () => {
    const world = new WatchedMaster();
    world.loseMaster();
    world.answerAsk("b", { down: false });
    world.answerAsk("c", { down: true });
    wonder(world);
    const asked = commandsIn(world.pass(ASK_BACK_GAP_MS), "ask");
    expect(asked).toHaveLength(1);
    expect(world.peer("b").opinion.askedAt).toBeDefined();
  });

  it("asks again soon where the worry overtook the answer", () => {
    const world = new WatchedMaster();
    world.loseMaster();
    expect(commandsIn(wonder(world), "ask")).toEqual([]);
    world.answerAsk("b", { down: false });
    expect(commandsIn(world.pass(ASK_BACK_GAP_MS), "ask")).toHaveLength(1);
  });

  it("asks nobody more often for being asked without end", () => {
    const world = new WatchedMaster();
    world.loseMaster();
    let asks = 0;
    for (let count = 0; count < 20; count++) {
      world.answerAsk("b", { down: false });
      asks += commandsIn([...wonder(world), ...world.pass(1)], "ask").length;
    }
    expect(asks).toBeLessThanOrEqual(1 + 20 / ASK_BACK_GAP_MS);
  });

  it("takes a peer's question as a reason to look at once", () => {
    const world = new WatchedMaster();
    world.pass(300, () => world.answerAll());
    const before = world.effects.length;
    world.request("SENTINEL", "is-master-down-by-addr", MASTER.host, "6379", "5", "*");
    expect(commandsIn(world.effects.slice(before), "ping")).toHaveLength(1);
  });
});

function stop(world: WatchedMaster, durationMs: number): ReturnType<WatchedMaster["give"]> {
  world.now = millis(world.state.wakeAt + durationMs);
  return world.give({ kind: "tick", afterPoll: false });
}

describe("TILT", () => {
  it("is entered by a wake-up that comes too late, and left after a quiet period", () => {
    const world = new WatchedMaster();
    expect(eventsIn(stop(world, 2100))).toEqual(["+tilt #tilt mode entered"]);
    world.give({ kind: "tick", afterPoll: true });
    const seen = world.pass(30_100, () => world.answerAll({ but: [world.master] }));
    expect(eventsIn(seen)[0]).toBe("-tilt #tilt mode exited");
    expect(eventsIn(seen)[1]).toBe("+sdown master mymaster 10.0.0.2 6379");
  });

  it("freezes decisions and denies that a master is down, but votes", () => {
    const world = new WatchedMaster();
    world.loseMaster();
    stop(world, 2100);
    world.give({ kind: "tick", afterPoll: true });
    const answer = world.request(
      "SENTINEL",
      "is-master-down-by-addr",
      MASTER.host,
      "6379",
      "9",
      runIdOf("b"),
    );
    expect(answer).toMatchObject({
      items: [{ value: 0 }, { bytes: runIdOf("b") }, { value: 9 }],
    });
  });

  it("reads the sockets before it judges anybody after a short stall", () => {
    const world = new WatchedMaster();
    world.pass(500, () => world.answerAll());
    const stalled = stop(world, 1500);
    expect(stalled.map((effect) => effect.kind)).toEqual(["poll"]);
    world.answerAll();
    expect(eventNames(world.give({ kind: "tick", afterPoll: true }))).toEqual([]);
    expect(world.master.sdown.down).toBe(false);
  });
});

/** The master's process dies; each attempt to connect is refused, or fails in another way. */
function crash(world: WatchedMaster, how: { readonly refused: boolean }): number {
  const { master } = world;
  const diedAt = world.now;
  world.give({ kind: "link-lost", link: master.link.id, reason: "reset" });
  const fail = (): void => {
    if (master.link.phase.phase !== "connecting") return;
    world.give({ kind: "link-lost", link: master.link.id, reason: "no", refused: how.refused });
  };
  fail();
  while (!master.sdown.down) {
    world.pass(1, () => {
      fail();
      world.answerAll({ but: [master] });
    });
  }
  return world.now - diedAt;
}

describe("crash detection", () => {
  it.each([
    ["is off by default", 0, true, 1000],
    ["finds a master down whose host refuses connections for so long", 100, true, 100],
    ["means nothing where the host is silent", 100, false, 1000],
    ["never makes anything later", 5000, true, 1000],
  ])("%s", (_, crashDetectionMs, refused, expected) => {
    const world = new WatchedMaster();
    const option = "crash-detection-milliseconds";
    world.request("SENTINEL", "SET", "mymaster", option, String(crashDetectionMs));
    const elapsed = crash(world, { refused });
    expect(elapsed).toBeGreaterThanOrEqual(expected);
    expect(elapsed).toBeLessThanOrEqual(expected + 2);
  });

  it("forgets refusals once it is connected again", () => {
    const world = new WatchedMaster();
    const { master } = world;
    world.request("SENTINEL", "SET", "mymaster", "crash-detection-milliseconds", "100");
    const refuse = (): unknown =>
      world.give({ kind: "link-lost", link: master.link.id, reason: "no", refused: true });
    refuse();
    world.pass(60, () => world.answerAll({ but: [master] }));
    world.open(master.link);
    world.pong(master);
    world.pass(60, () => world.answerAll());
    refuse();
    refuse();
    expect(master.sdown.down).toBe(false);
  });

  it.each(["-1", "soon"])("is no %s", (value) => {
    const option = "crash-detection-milliseconds";
    expect(new WatchedMaster().request("SENTINEL", "SET", "mymaster", option, value)).toEqual({
      kind: "error",
      text: `ERR Invalid argument '${value}' for SENTINEL SET '${option}': expected a whole number of 0..2147483647 (milliseconds)`,
    });
  });
});
