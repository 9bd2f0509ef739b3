import { describe, expect, it } from "vitest";
import { epoch, millis } from "../../src/base/units.ts";
import type { Failover } from "../../src/sentinel/failover-phase.ts";
import {
  eventNames,
  MASTER,
  REPLICA_1,
  REPLICA_2,
  replicaInfo,
  runIdOf,
  WatchedMaster,
} from "./watched-master.ts";
import { electForSwitchover } from "./switchover/answers.ts";

type Phase = Failover["phase"];

/**
 * What can happen to a failover in any phase. Every phase has an answer to every one of them: a new
 * phase or happening does not compile until the table is complete.
 */
type Happening =
  | "time passes its deadline"
  | "majority of votes arrives"
  | "all votes go elsewhere"
  | "a peer asks for the vote of a newer epoch"
  | "the peers no longer see the master down"
  | "the master answers again"
  | "the chosen replica says it is a master"
  | "another replica says it is a master"
  | "the link to the chosen replica is lost"
  | "a hello brings a newer configuration"
  | "a hello brings an old configuration"
  | "the save fails"
  | "an operator orders a failover"
  | "an operator resets the master"
  | "the process was stopped for long";

const HAPPENINGS: Readonly<Record<Happening, (world: WatchedMaster) => void>> = {
  "time passes its deadline": (world) => {
    world.pass(61_000, () => {
      world.answerAll({ but: [world.master] });
    });
  },
  "majority of votes arrives": (world) => {
    world.answerAsk("b", { down: true, leader: "a", epoch: world.state.currentEpoch });
  },
  "all votes go elsewhere": (world) => {
    world.answerAsk("b", { down: true, leader: "b", epoch: world.state.currentEpoch });
    world.answerAsk("c", { down: true, leader: "c", epoch: world.state.currentEpoch });
  },
  "a peer asks for the vote of a newer epoch": (world) => {
    world.request(
      "SENTINEL",
      "is-master-down-by-addr",
      MASTER.host,
      String(MASTER.port),
      "50",
      runIdOf("b"),
    );
  },
  "the peers no longer see the master down": (world) => {
    world.answerAsk("b", { down: false });
    world.answerAsk("c", { down: false });
  },
  "the master answers again": (world) => {
    world.open(world.master.link);
    world.pong(world.master);
  },
  "the chosen replica says it is a master": (world) => {
    world.info(world.replica(REPLICA_1), ["role:master", `run_id:${runIdOf("2")}`]);
  },
  "another replica says it is a master": (world) => {
    world.info(world.replica(REPLICA_2), ["role:master", `run_id:${runIdOf("3")}`]);
  },
  "the link to the chosen replica is lost": (world) => {
    const { link } = world.replica(REPLICA_1);
    world.give({ kind: "link-lost", link: link.id, reason: "reset" });
  },
  "a hello brings a newer configuration": (world) => {
    world.hello("b", { currentEpoch: 60, configEpoch: 60, master: REPLICA_2 });
  },
  "a hello brings an old configuration": (world) => {
    world.hello("b", { configEpoch: 1, master: REPLICA_2 });
  },
  "the save fails": (world) => {
    world.state.saves.done = 0 as typeof world.state.saves.done;
    world.give({
      kind: "config-save-failed",
      save: world.state.saves.requested,
      reason: "no space left on device",
    });
  },
  "an operator orders a failover": (world) => {
    world.request("SENTINEL", "FAILOVER", "mymaster");
  },
  "an operator resets the master": (world) => {
    world.request("SENTINEL", "RESET", "*");
  },
  "the process was stopped for long": (world) => {
    world.now = (world.state.wakeAt + 5000) as typeof world.now;
    world.give({ kind: "tick", afterPoll: false });
    world.give({ kind: "tick", afterPoll: true });
  },
};

/** `master` is where clients are sent afterwards, when that changed. */
interface Expected {
  readonly phase: Phase;
  readonly master?: typeof REPLICA_1;
}

const stays = (phase: Phase): Expected => ({ phase });

const TABLE: Readonly<Record<Phase, Readonly<Record<Happening, Expected>>>> = {
  none: {
    "time passes its deadline": stays("none"),
    "majority of votes arrives": stays("none"),
    "all votes go elsewhere": stays("none"),
    "a peer asks for the vote of a newer epoch": stays("none"),
    "the peers no longer see the master down": stays("none"),
    "the master answers again": stays("none"),
    "the chosen replica says it is a master": stays("none"),
    "another replica says it is a master": stays("none"),
    "the link to the chosen replica is lost": stays("none"),
    "a hello brings a newer configuration": { phase: "none", master: REPLICA_2 },
    "a hello brings an old configuration": stays("none"),
    "the save fails": stays("none"),
    // The others vote first, and what must be known is asked.
    "an operator orders a failover": stays("wait-start"),
    "an operator resets the master": stays("none"),
    "the process was stopped for long": stays("none"),
  },
  preparing: {
    // Nobody answers what was asked: it is refused.
    "time passes its deadline": stays("none"),
    "majority of votes arrives": stays("preparing"),
    "all votes go elsewhere": stays("preparing"),
    "a peer asks for the vote of a newer epoch": stays("preparing"),
    "the peers no longer see the master down": stays("preparing"),
    "the master answers again": stays("preparing"),
    "the chosen replica says it is a master": stays("preparing"),
    "another replica says it is a master": stays("preparing"),
    "the link to the chosen replica is lost": stays("preparing"),
    "a hello brings a newer configuration": { phase: "none", master: REPLICA_2 },
    "a hello brings an old configuration": stays("preparing"),
    "the save fails": stays("preparing"),
    // INPROG
    "an operator orders a failover": stays("preparing"),
    "an operator resets the master": stays("none"),
    "the process was stopped for long": stays("none"),
  },
  "handing-over": {
    // Given up: the old master is told to write again, and even that has not been answered in time.
    "time passes its deadline": stays("none"),
    "majority of votes arrives": stays("handing-over"),
    "all votes go elsewhere": stays("handing-over"),
    "a peer asks for the vote of a newer epoch": stays("handing-over"),
    "the peers no longer see the master down": stays("handing-over"),
    "the master answers again": stays("handing-over"),
    // Not ordered yet, and the old master has not said that it follows.
    "the chosen replica says it is a master": stays("handing-over"),
    "another replica says it is a master": stays("handing-over"),
    "the link to the chosen replica is lost": stays("handing-over"),
    "a hello brings a newer configuration": { phase: "none", master: REPLICA_2 },
    "a hello brings an old configuration": stays("handing-over"),
    "the save fails": stays("none"),
    "an operator orders a failover": stays("handing-over"),
    "an operator resets the master": stays("none"),
    "the process was stopped for long": stays("handing-over"),
  },
  "standing-by": {
    // Nobody answers that it is down for five seconds: the agreement is gone.
    "time passes its deadline": stays("none"),
    "majority of votes arrives": stays("standing-by"),
    "all votes go elsewhere": stays("standing-by"),
    "a peer asks for the vote of a newer epoch": stays("none"),
    "the peers no longer see the master down": stays("none"),
    "the master answers again": stays("none"),
    "the chosen replica says it is a master": stays("standing-by"),
    "another replica says it is a master": stays("standing-by"),
    "the link to the chosen replica is lost": stays("standing-by"),
    "a hello brings a newer configuration": { phase: "none", master: REPLICA_2 },
    "a hello brings an old configuration": stays("standing-by"),
    "the save fails": stays("none"),
    "an operator orders a failover": { phase: "wait-promotion" },
    "an operator resets the master": stays("none"),
    "the process was stopped for long": stays("standing-by"),
  },
  "wait-start": {
    "time passes its deadline": stays("none"),
    "majority of votes arrives": { phase: "wait-promotion" },
    "all votes go elsewhere": stays("none"),
    "a peer asks for the vote of a newer epoch": stays("none"),
    "the peers no longer see the master down": stays("none"),
    "the master answers again": stays("none"),
    "the chosen replica says it is a master": stays("wait-start"),
    "another replica says it is a master": stays("wait-start"),
    "the link to the chosen replica is lost": stays("wait-start"),
    "a hello brings a newer configuration": { phase: "none", master: REPLICA_2 },
    "a hello brings an old configuration": stays("wait-start"),
    "the save fails": stays("none"),
    // INPROG
    "an operator orders a failover": stays("wait-start"),
    "an operator resets the master": stays("none"),
    "the process was stopped for long": stays("wait-start"),
  },
  "select-replica": {
    // It is chosen, and does not obey.
    "time passes its deadline": stays("none"),
    "majority of votes arrives": stays("select-replica"),
    "all votes go elsewhere": stays("select-replica"),
    "a peer asks for the vote of a newer epoch": stays("select-replica"),
    "the peers no longer see the master down": stays("select-replica"),
    "the master answers again": stays("select-replica"),
    "the chosen replica says it is a master": stays("select-replica"),
    "another replica says it is a master": stays("select-replica"),
    "the link to the chosen replica is lost": stays("select-replica"),
    "a hello brings a newer configuration": { phase: "none", master: REPLICA_2 },
    "a hello brings an old configuration": stays("select-replica"),
    "the save fails": stays("none"),
    "an operator orders a failover": stays("select-replica"),
    "an operator resets the master": stays("none"),
    "the process was stopped for long": stays("select-replica"),
  },
  "send-slaveof-noone": {
    "time passes its deadline": stays("none"),
    "majority of votes arrives": stays("send-slaveof-noone"),
    "all votes go elsewhere": stays("send-slaveof-noone"),
    "a peer asks for the vote of a newer epoch": stays("send-slaveof-noone"),
    "the peers no longer see the master down": stays("send-slaveof-noone"),
    "the master answers again": stays("send-slaveof-noone"),
    "the chosen replica says it is a master": { phase: "none", master: REPLICA_1 },
    "another replica says it is a master": stays("send-slaveof-noone"),
    "the link to the chosen replica is lost": stays("send-slaveof-noone"),
    "a hello brings a newer configuration": { phase: "none", master: REPLICA_2 },
    "a hello brings an old configuration": stays("send-slaveof-noone"),
    "the save fails": stays("none"),
    "an operator orders a failover": stays("send-slaveof-noone"),
    "an operator resets the master": stays("none"),
    "the process was stopped for long": stays("send-slaveof-noone"),
  },
  "wait-promotion": {
    "time passes its deadline": stays("none"),
    "majority of votes arrives": stays("wait-promotion"),
    "all votes go elsewhere": stays("wait-promotion"),
    "a peer asks for the vote of a newer epoch": stays("wait-promotion"),
    "the peers no longer see the master down": stays("wait-promotion"),
    "the master answers again": stays("wait-promotion"),
    "the chosen replica says it is a master": { phase: "none", master: REPLICA_1 },
    "another replica says it is a master": stays("wait-promotion"),
    "the link to the chosen replica is lost": stays("send-slaveof-noone"),
    "a hello brings a newer configuration": { phase: "none", master: REPLICA_2 },
    "a hello brings an old configuration": stays("wait-promotion"),
    "the save fails": stays("none"),
    "an operator orders a failover": stays("wait-promotion"),
    "an operator resets the master": stays("none"),
    "the process was stopped for long": stays("wait-promotion"),
  },
};

/** A sentinel whose failover is in the given phase. */
function reach(phase: Phase): WatchedMaster {
  const world = new WatchedMaster();
  if (phase === "none") return world;
  if (phase === "preparing" || phase === "handing-over") {
    world.ask("SENTINEL", "FAILOVER", "mymaster", "COORDINATED");
    if (phase === "handing-over") electForSwitchover(world);
    return world;
  }
  world.loseMaster();
  if (phase === "standing-by") {
    // Another one is first in the order.
    world.master.configEpoch = epoch(2);
    world.answerAsk("b", { down: true });
    return world;
  }
  world.answerAsk("b", { down: true });
  world.pass(300, () => {
    world.answerAll({ but: [world.master] });
  });
  if (phase === "wait-start") return world;
  if (phase === "select-replica") {
    // Neither has answered since the election began.
    for (const { reported } of world.master.replicas.values()) {
      reported.infoSentAt = undefined;
      reported.infoAt = millis(world.now - 1_000);
      reported.infoAskedAt = world.now;
    }
  }
  world.answerAsk("b", { down: true, leader: "a", epoch: 5 });
  if (phase === "send-slaveof-noone") {
    const { link } = world.replica(REPLICA_1);
    world.give({ kind: "link-lost", link: link.id, reason: "reset" });
  }
  return world;
}

describe("the transition table of a failover", () => {
  for (const phase of Object.keys(TABLE) as Phase[]) {
    it(`reaches ${phase}`, () => {
      expect(reach(phase).master.failover.phase).toBe(phase);
    });
    for (const happening of Object.keys(HAPPENINGS) as Happening[]) {
      it(`${phase}: ${happening}`, () => {
        const world = reach(phase);
        const epochBefore = world.state.currentEpoch;
        HAPPENINGS[happening](world);
        const expected = TABLE[phase][happening];
        expect(world.master.failover.phase).toBe(expected.phase);
        expect(world.master.address).toEqual(expected.master ?? MASTER);
        expect(world.state.currentEpoch).toBeGreaterThanOrEqual(epochBefore);
      });
    }
  }
});

describe("every input in every phase", () => {
  it("never throws, whatever link it names", () => {
    for (const phase of Object.keys(TABLE) as Phase[]) {
      const world = reach(phase);
      const link = 999_999 as typeof world.master.link.id;
      const seen = [
        ...world.give({ kind: "link-opened", link, localHost: "::1", subscribed: false }),
        ...world.give({ kind: "link-lost", link, reason: "gone" }),
        ...world.give({ kind: "subscription-lost", link, reason: "gone" }),
        ...world.give({ kind: "ping-reply", link, reply: "pong" }),
        ...world.give({ kind: "info-reply", link, info: undefined }),
        ...world.give({ kind: "reconfigure-reply", link, refusal: "ERR no" }),
      ];
      expect(eventNames(seen)).toEqual([]);
      expect(
        world.info(world.replica(REPLICA_1), replicaInfo(world.replica(REPLICA_1), MASTER)),
      ).toBeDefined();
    }
  });
});
