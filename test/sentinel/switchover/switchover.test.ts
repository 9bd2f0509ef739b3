import { describe, expect, it } from "vitest";
import { epoch as epochOf } from "../../../src/base/units.ts";
import type { Effect } from "../../../src/sentinel/effect.ts";
import {
  commandsIn,
  eventNames,
  eventsIn,
  MASTER,
  REPLICA_1,
  REPLICA_2,
  WatchedMaster,
} from "../watched-master.ts";
import {
  answerOrder,
  answerPreparation,
  demotedInfo,
  electForSwitchover,
  OFFSET,
  ordersIn,
  promotedInfo,
  wellMasterInfo,
  wellReplicaInfo,
} from "./answers.ts";

const TO_REPLICA_2 = ["TO", REPLICA_2.host, String(REPLICA_2.port)];

function order(world: WatchedMaster, ...words: readonly string[]): string {
  const { reply } = world.ask("SENTINEL", "FAILOVER", "mymaster", ...words);
  return reply === undefined ? "" : textOf(reply);
}

function textOf(reply: object): string {
  return "text" in reply ? String(reply.text) : "";
}

function answersIn(effects: readonly Effect[]): string[] {
  return effects.flatMap((effect) =>
    effect.kind === "reply" && effect.reply.kind === "value" ? [textOf(effect.reply.reply)] : [],
  );
}

/** Closed, and the old master has said where it stands. */
function close(world: WatchedMaster, more: Parameters<typeof wellMasterInfo>[0] = {}) {
  return [
    ...electForSwitchover(world),
    ...answerOrder(world, world.master, { kind: "pause-writes", forMs: 500 }),
    ...world.info(world.master, wellMasterInfo(more)),
  ];
}

describe("a coordinated switchover", () => {
  it("asks first, is elected, closes the master, changes places, and lets clients go", () => {
    const world = new WatchedMaster();
    expect(order(world, "COORDINATED")).toBe("");
    const elected = electForSwitchover(world);
    expect(answersIn(elected)).toEqual(["OK"]);
    expect(eventNames(elected)).toContain("+elected-leader");
    expect(ordersIn(elected)).toEqual([
      { kind: "probe-rights" },
      { kind: "pause-writes", forMs: 500 },
    ]);

    answerOrder(world, world.master, { kind: "pause-writes", forMs: 500 });
    expect(ordersIn(world.info(world.master, wellMasterInfo({ offset: 1200 })))).toEqual([]);
    const behind = wellReplicaInfo(world, REPLICA_1, { offset: 1199 });
    expect(ordersIn(world.info(world.replica(REPLICA_1), behind))).toEqual([]);
    const caughtUp = wellReplicaInfo(world, REPLICA_1, { offset: 1200 });
    expect(ordersIn(world.info(world.replica(REPLICA_1), caughtUp))).toEqual([
      { kind: "follow", master: REPLICA_1 },
    ]);

    answerOrder(world, world.master, { kind: "follow", master: REPLICA_1 });
    const demoted = world.info(world.master, demotedInfo(REPLICA_1, 1200));
    expect(ordersIn(demoted)).toEqual([{ kind: "be-master" }]);
    const oldLink = world.master.link;
    const switched = world.info(world.replica(REPLICA_1), promotedInfo(1200));
    expect(eventNames(switched)).toContain("+switch-master");
    expect(world.master.address).toEqual(REPLICA_1);
    expect(commandsIn(switched, "where-is")).toHaveLength(2);

    const announced = ["b", "c"].flatMap((letter) =>
      world.give({
        kind: "place-reply",
        link: world.peer(letter).link.id,
        master: world.master.masterName,
        round: 0,
        place: REPLICA_1,
      }),
    );
    expect(ordersIn(announced)).toEqual([
      { kind: "write-down" },
      { kind: "cut-clients" },
      { kind: "resume-writes" },
    ]);
    const old = world.replica(MASTER);
    expect(old.link).toBe(oldLink);
    const done = ordersIn(announced).flatMap((each) => answerOrder(world, old, each));
    expect(eventNames(done)).toContain("+vedette-switchover-end");
  });

  it("leaves it to the server where that knows the replica to have everything", () => {
    const world = new WatchedMaster();
    order(world, "COORDINATED");
    const closed = close(world, { acked: OFFSET });
    expect(ordersIn(closed).at(-1)).toMatchObject({ kind: "hand-over", target: REPLICA_1 });
    const handOver = { kind: "hand-over", target: REPLICA_1, timeoutMs: 1 } as const;
    answerOrder(world, world.master, handOver);
    world.info(world.replica(REPLICA_1), promotedInfo());
    expect(world.master.address).toEqual(MASTER);
    world.info(world.master, demotedInfo(REPLICA_1));
    expect(world.master.address).toEqual(REPLICA_1);
  });

  it("says no hello to a closed master", () => {
    const world = new WatchedMaster();
    order(world, "COORDINATED");
    close(world);
    const link = world.master.link.id;
    world.master.helloForced = true;
    const seen = world.pass(300);
    const hellos = seen.filter(
      (effect) => effect.kind === "send" && effect.link === link && effect.command.name === "hello",
    );
    expect(hellos).toEqual([]);
  });

  it("takes everything back when the replica does not catch up", () => {
    const world = new WatchedMaster();
    order(world, "COORDINATED");
    close(world, { offset: 5000 });
    const late = world.pass(600);
    expect(eventsIn(late)).toContain(
      "-vedette-switchover-abort master mymaster 10.0.0.2 6379 #10.0.0.2:6380 did not have all writes when the time was up",
    );
    expect(ordersIn(late)).toEqual([{ kind: "resume-writes" }]);
    answerOrder(world, world.master, { kind: "resume-writes" });
    world.info(world.master, wellMasterInfo());
    expect(world.master.failover.phase).toBe("none");
    expect(world.master.address).toEqual(MASTER);
  });

  it("aborts no hand-over of the server that it did not begin", () => {
    const world = new WatchedMaster();
    order(world, "COORDINATED");
    const ordered = ordersIn(close(world, { acked: OFFSET })).at(-1);
    if (ordered?.kind !== "hand-over") throw new Error("it was not left to the server");
    const refused = answerOrder(world, world.master, ordered, [
      "ERR FAILOVER already in progress.",
    ]);
    expect(ordersIn(refused)).toEqual([{ kind: "resume-writes" }]);
  });

  it("takes back once what the server has done already and nobody can confirm", () => {
    const world = new WatchedMaster();
    order(world, "COORDINATED");
    const ordered = ordersIn(close(world, { acked: OFFSET })).at(-1);
    if (ordered?.kind !== "hand-over") throw new Error("it was not left to the server");
    answerOrder(world, world.master, ordered);
    world.info(world.master, demotedInfo(REPLICA_1));
    world.master.vote.leaderEpoch = epochOf(world.state.currentEpoch + 1);
    const before = world.effects.length;
    for (let round = 0; round < 20; round++) {
      for (const each of ordersIn(world.effects.slice(before).splice(-8))) {
        answerOrder(world, world.master, each);
      }
      world.info(world.master, demotedInfo(REPLICA_1));
      world.pass(20);
    }
    const names = eventNames(world.effects.slice(before));
    expect(names.filter((name) => name === "-vedette-switchover-abort")).toHaveLength(1);
  });

  it("makes the old master one again when the replica is not promoted", () => {
    const world = new WatchedMaster();
    order(world, "COORDINATED");
    close(world);
    world.info(world.replica(REPLICA_1), wellReplicaInfo(world, REPLICA_1));
    answerOrder(world, world.master, { kind: "follow", master: REPLICA_1 });
    world.info(world.master, demotedInfo(REPLICA_1));
    const refused = answerOrder(world, world.replica(REPLICA_1), { kind: "be-master" }, ["ERR no"]);
    expect(ordersIn(refused)).toEqual([{ kind: "be-master" }, { kind: "resume-writes" }]);
  });
});

describe("SENTINEL FAILOVER without a word", () => {
  it("goes on as Redis does when what was begun is taken back", () => {
    const world = new WatchedMaster();
    expect(order(world)).toBe("OK");
    electForSwitchover(world);
    const refused = answerOrder(world, world.master, { kind: "pause-writes", forMs: 500 }, ["ERR"]);
    expect(ordersIn(refused)).toEqual([{ kind: "resume-writes" }]);
    answerOrder(world, world.master, { kind: "resume-writes" });
    world.info(world.master, wellMasterInfo());
    expect(world.master.failover.phase).toBe("wait-promotion");
  });

  it("does so at once where the rights are missing, and after a second without a majority", () => {
    const denied = new WatchedMaster();
    order(denied);
    const noRights = ["NOPERM no", "NOPERM no", "NOPERM no"];
    answerPreparation(denied, { rights: noRights });
    denied.answerAsk("b", { down: false, leader: "a", epoch: denied.state.currentEpoch });
    expect(denied.master.failover.phase).toBe("wait-promotion");

    const alone = new WatchedMaster();
    order(alone);
    answerPreparation(alone);
    expect(alone.master.failover.phase).toBe("wait-start");
    alone.pass(1_000, () => alone.answerAll());
    expect(alone.master.failover.phase).toBe("wait-promotion");
  });

  it("leaves it to another sentinel that has the votes", () => {
    const world = new WatchedMaster();
    order(world);
    answerPreparation(world);
    const epoch = world.state.currentEpoch;
    world.answerAsk("b", { down: false, leader: "0", epoch });
    world.answerAsk("c", { down: false, leader: "0", epoch });
    world.pass(1_000, () => world.answerAll());
    expect(world.master.failover.phase).toBe("none");
  });

  it("FORCE asks nobody", () => {
    const world = new WatchedMaster();
    order(world, "FORCE");
    expect(world.master.failover.phase).toBe("wait-promotion");
  });
});

describe("refusals of a coordinated switchover", () => {
  it.each([
    [
      "a stranger",
      ["TO", "10.9.9.9", "1"],
      /10\.9\.9\.9:1 is not a replica of mymaster; its replicas: /,
    ],
    ["a time-out too short", ["TIMEOUT", "10"], /TIMEOUT 10 is too short .* at least 50 ms/],
    ["no time", ["TIMEOUT", "soon"], /TIMEOUT takes milliseconds/],
    ["half a place", ["TO", "10.0.0.2"], /TO takes the host and the port of a replica/],
    ["an unknown word", ["NOW"], /use SENTINEL FAILOVER/],
  ])("%s", (_case, words, reason) => {
    expect(order(new WatchedMaster(), "COORDINATED", ...words)).toMatch(reason);
  });

  it("a second one, a replica of priority 0, a master that is down", () => {
    const world = new WatchedMaster();
    order(world, "COORDINATED");
    expect(order(world, "COORDINATED")).toBe("INPROG Failover already in progress");

    const barred = new WatchedMaster();
    barred.replica(REPLICA_2).priority = 0;
    expect(order(barred, "COORDINATED", ...TO_REPLICA_2)).toMatch(/priority is 0; raise its/);

    const down = new WatchedMaster();
    down.loseMaster();
    expect(order(down, "COORDINATED")).toMatch(/the master is down/);
  });

  it.each([
    [
      "rights",
      { rights: ["NOPERM a", "NOPERM b", undefined] },
      /NOPERM a.*\+failover \+client\|pause/,
    ],
    ["lag", { offset: OFFSET - 9_000_000 }, /is 9000000 bytes behind, 8388608 are tolerated/],
    ["no majority", { silent: ["b", "c"] }, /1 of 3 sentinels can be reached and 2 must vote/],
    ["another master", { view: REPLICA_2 }, /holds 10\.0\.0\.2:6381 for the master/],
    ["a short down-after", { downAfterMs: 60 }, /leaves writes 30 ms to wait; raise it/],
  ])("what is only found out by asking: %s", (_case, given, reason) => {
    const world = new WatchedMaster();
    expect(order(world, "COORDINATED")).toBe("");
    const seen = [...answerPreparation(world, given), ...world.pass(600)];
    expect(answersIn(seen)).toEqual([expect.stringMatching(reason)]);
    expect(eventNames(seen)).toContain("-vedette-switchover-refused");
    expect(eventNames(seen)).not.toContain("+try-failover");
  });
});

describe("a master that follows one of its own replicas", () => {
  it("is switched from to that one, whatever another has", () => {
    const world = new WatchedMaster();
    const lines = demotedInfo(REPLICA_2);
    world.replica(REPLICA_1).replicationOffset = 9000;
    const answer = () => {
      world.answerAll({ but: [world.master] });
      world.pong(world.master);
      world.info(world.master, lines);
    };
    world.info(world.master, lines);
    world.pass(1_100, answer);
    world.answerAsk("b", { down: true });
    world.pass(300, answer);
    const seen = world.answerAsk("b", { down: true, leader: "a", epoch: world.state.currentEpoch });
    expect(eventsIn(seen)).toContainEqual(
      expect.stringContaining("+selected-slave slave 10.0.0.2:6381"),
    );
  });
});
