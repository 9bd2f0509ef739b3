import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseRunId } from "../../src/base/ids.ts";
import { epoch as epochOf, millis } from "../../src/base/units.ts";
import type { Reply } from "../../src/resp/reply.ts";
import {
  commandsIn,
  eventNames,
  MASTER,
  REPLICA_1,
  runIdOf,
  WatchedMaster,
} from "./watched-master.ts";

function ask(world: WatchedMaster, epoch: number | string, candidate: string): Reply {
  return world.request(
    "SENTINEL",
    "is-master-down-by-addr",
    MASTER.host,
    String(MASTER.port),
    String(epoch),
    candidate,
  );
}

/** The vote in an answer: `[down, leader, epoch]`. */
function voteIn(reply: Reply): { readonly leader: string; readonly epoch: number } {
  if (reply.kind !== "array") throw new Error("no array");
  const [, leader, epoch] = reply.items;
  if (leader?.kind !== "bulk" || epoch?.kind !== "integer") throw new Error("not an answer");
  return { leader: String(leader.bytes), epoch: Number(epoch.value) };
}

describe("the vote", () => {
  it("goes to the first candidate of an epoch, and the second learns who has it", () => {
    const world = new WatchedMaster();
    expect(voteIn(ask(world, 7, runIdOf("b")))).toEqual({ leader: runIdOf("b"), epoch: 7 });
    expect(voteIn(ask(world, 7, runIdOf("c")))).toEqual({ leader: runIdOf("b"), epoch: 7 });
    expect(voteIn(ask(world, 8, runIdOf("c")))).toEqual({ leader: runIdOf("c"), epoch: 8 });
    expect(world.state.currentEpoch).toBe(8);
  });

  it("is held until it is saved, and leaves without a vote when the save fails", () => {
    const world = new WatchedMaster();
    ask(world, 7, runIdOf("b"));
    const answer = world.effects.findLast((effect) => effect.kind === "reply");
    expect(answer?.kind === "reply" && answer.afterSave).toBe(world.state.saves.requested);
    expect(answer?.kind === "reply" && voteIn(answer.ifUnsaved ?? { kind: "null" })).toEqual({
      leader: "*",
      epoch: 0,
    });
  });

  it("is not told either when it is asked for again while the disk is full", () => {
    const world = new WatchedMaster();
    world.diskIsFull = true;
    ask(world, 7, runIdOf("b"));
    expect(voteIn(ask(world, 7, runIdOf("b")))).toEqual({ leader: "*", epoch: 0 });
    world.diskIsFull = false;
    world.pass(1100, () => world.answerAll());
    expect(voteIn(ask(world, 7, runIdOf("c")))).toEqual({ leader: runIdOf("b"), epoch: 7 });
  });

  it.each([["-1"], ["9007199254740993"], ["18446744073709551615"]])(
    "is refused for the absurd epoch %s, which changes nothing (W-07)",
    (epoch) => {
      const world = new WatchedMaster();
      const before = world.state.currentEpoch;
      ask(world, epoch, runIdOf("b"));
      expect(world.state.currentEpoch).toBe(before);
      expect(world.master.vote.leader).toBeUndefined();
    },
  );

  it("is never given twice in one epoch, whatever is asked and in which order", () => {
    const candidate = fc.constantFrom("b", "c", "d", "e").map(runIdOf);
    const request = fc.tuple(fc.integer({ min: 0, max: 20 }), candidate);
    fc.assert(
      fc.property(fc.array(request, { maxLength: 40 }), (requests) => {
        const world = new WatchedMaster();
        const given = new Map<number, string>();
        let highest = 0;
        for (const [epoch, who] of requests) {
          const vote = voteIn(ask(world, epoch, who));
          if (parseRunId(vote.leader) !== undefined) {
            expect(given.get(vote.epoch) ?? vote.leader).toBe(vote.leader);
            given.set(vote.epoch, vote.leader);
          }
          expect(world.state.currentEpoch).toBeGreaterThanOrEqual(highest);
          highest = world.state.currentEpoch;
        }
      }),
      { numRuns: 100 },
    );
  });

  it("is not given against a new master that answers, and is given once it does not (W-04)", () => {
    const world = new WatchedMaster();
    world.hello("b", { currentEpoch: 6, configEpoch: 6, master: REPLICA_1 });
    world.answerAll();
    const askNew = (epoch: number): Reply =>
      world.request(
        "SENTINEL",
        "is-master-down-by-addr",
        REPLICA_1.host,
        String(REPLICA_1.port),
        String(epoch),
        runIdOf("c"),
      );
    expect(voteIn(askNew(7))).toEqual({ leader: "*", epoch: 0 });
    expect(world.state.currentEpoch).toBe(6);
    world.give({ kind: "link-lost", link: world.master.link.id, reason: "reset" });
    expect(voteIn(askNew(7))).toEqual({ leader: runIdOf("c"), epoch: 7 });
  });

  it("is given against a healthy master that is no longer new", () => {
    const world = new WatchedMaster();
    world.hello("b", { currentEpoch: 6, configEpoch: 6, master: REPLICA_1 });
    world.pass(5100, () => world.answerAll());
    const vote = world.request(
      "SENTINEL",
      "is-master-down-by-addr",
      REPLICA_1.host,
      String(REPLICA_1.port),
      "7",
      runIdOf("c"),
    );
    expect(voteIn(vote)).toEqual({ leader: runIdOf("c"), epoch: 7 });
  });

  it("asks only for an opinion when no candidate is named", () => {
    const world = new WatchedMaster();
    const saves = world.state.saves.requested;
    expect(voteIn(ask(world, 99, "*"))).toEqual({ leader: "*", epoch: 0 });
    expect(world.state.currentEpoch).toBe(4);
    expect(world.state.saves.requested).toBe(saves);
  });
});

describe("an election", () => {
  it("needs a majority of all known sentinels, the dead ones included", () => {
    const world = new WatchedMaster({ peers: 4, quorum: 2 });
    world.startElection();
    expect(eventNames(world.answerAsk("b", { down: true, leader: "a", epoch: 5 }))).toEqual([]);
    const won = world.answerAsk("c", { down: true, leader: "a", epoch: 5 });
    expect(eventNames(won)).toContain("+elected-leader");
  });

  it("needs the quorum as well", () => {
    const world = new WatchedMaster({ peers: 4, quorum: 4 });
    world.loseMaster();
    for (const peer of ["b", "c", "d"]) world.answerAsk(peer, { down: true });
    world.pass(300, () => world.answerAll({ but: [world.master] }));
    world.answerAsk("b", { down: true, leader: "a", epoch: 5 });
    expect(eventNames(world.answerAsk("c", { down: true, leader: "a", epoch: 5 }))).toEqual([]);
    const won = world.answerAsk("d", { down: true, leader: "a", epoch: 5 });
    expect(eventNames(won)).toContain("+elected-leader");
  });

  it("does not count votes of another epoch", () => {
    const world = new WatchedMaster();
    world.startElection();
    world.answerAsk("b", { down: true, leader: "a", epoch: 4 });
    world.answerAsk("c", { down: true, leader: "a", epoch: 6 });
    expect(world.master.failover.phase).toBe("wait-start");
  });

  it("does not start below the quorum, nor while the master is only subjectively down", () => {
    const world = new WatchedMaster({ quorum: 3 });
    world.loseMaster();
    world.answerAsk("b", { down: true });
    const seen = world.pass(1000, () => world.answerAll({ but: [world.master] }));
    expect(eventNames(seen)).not.toContain("+odown");
    expect(eventNames(seen)).not.toContain("+try-failover");
  });

  it("is tried again at once after a split, later after two, and stands aside after three", () => {
    const world = new WatchedMaster();
    world.startElection();
    const waits: number[] = [];
    for (let round = 0; round < 3; round++) {
      const epoch = world.state.currentEpoch;
      world.answerAsk("b", { down: true, leader: "b", epoch });
      const aborted = world.answerAsk("c", { down: true, leader: "c", epoch });
      expect(eventNames(aborted)).toContain("-failover-abort-not-elected");
      const waitMs = world.master.attempts.notBefore - world.now;
      waits.push(waitMs);
      if (round === 2) break;
      world.pass(waitMs + 200, () => {
        world.answerAll({ but: [world.master] });
        if (world.master.failover.phase !== "wait-start") world.answerAsk("b", { down: true });
      });
      expect(world.master.failover.phase).toBe("wait-start");
    }
    expect(waits[0]).toBeLessThan(500);
    expect(waits[1]).toBeLessThan(1000);
    expect(waits[2]).toBe(120_000);
  });

  it("is split at once when the two that are left vote for themselves and the third is down", () => {
    const world = new WatchedMaster();
    world.startElection();
    world.peer("c").sdown.down = true;
    const aborted = world.answerAsk("b", { down: true, leader: "b", epoch: 5 });
    expect(eventNames(aborted)).toContain("-failover-abort-not-elected");
    expect(world.master.attempts.notBefore - world.now).toBeLessThan(500);
  });

  it("is not nearer for who stands aside because of a vote given meanwhile", () => {
    const world = new WatchedMaster();
    const { attempts } = world.master;
    attempts.notBefore = millis(world.now + 120_000);
    ask(world, 9, runIdOf("b"));
    expect(attempts.notBefore).toBe(world.now + 120_000);
  });

  it("waits for the sentinel it voted for, and no longer once that one is down", () => {
    const world = new WatchedMaster();
    world.loseMaster();
    ask(world, 9, runIdOf("b"));
    world.answerAsk("c", { down: true });
    expect(world.master.odown.down).toBe(true);
    const meanwhile = world.pass(500, () =>
      world.answerAll({ but: [world.master, world.peer("b")] }),
    );
    expect(eventNames(meanwhile)).not.toContain("+try-failover");
    world.give({ kind: "link-lost", link: world.peer("b").link.id, reason: "reset" });
    const after = world.pass(2000, () => {
      world.answerAll({ but: [world.master, world.peer("b")] });
      if (world.master.failover.phase === "none") world.answerAsk("c", { down: true });
    });
    expect(eventNames(after)).toContain("+sdown");
    expect(eventNames(after)).toContain("+try-failover");
  });

  it("moves up to a newer epoch when a peer refuses the vote for that (W-06)", () => {
    const world = new WatchedMaster();
    world.startElection();
    world.hello("c", { currentEpoch: 30 });
    const refused = world.answerAsk("b", { down: true, leader: "a", epoch: 4 });
    const asked = commandsIn(refused, "ask").filter((each) => each.candidate !== undefined);
    expect(asked.map((each) => each.epoch)).toEqual([30, 30]);
    const won = world.answerAsk("b", { down: true, leader: "a", epoch: 30 });
    expect(eventNames(won)).toContain("+elected-leader");
  });

  describe("while votes are asked for another master (W-06)", () => {
    const OTHER = "10.0.5.1";

    /** A peer asks for our vote for the other master, in that epoch. */
    function askForOther(world: WatchedMaster, epoch: number): void {
      world.request("SENTINEL", "MONITOR", "other", OTHER, "6379", "2");
      const words = ["SENTINEL", "is-master-down-by-addr", OTHER, "6379"] as const;
      const vote = voteIn(world.request(...words, String(epoch), runIdOf("b")));
      expect(vote).toEqual({ leader: runIdOf("b"), epoch });
    }

    it("takes that epoch, in which nobody has voted for its own", () => {
      const world = new WatchedMaster();
      askForOther(world, 9);
      world.startElection();
      expect(world.master.failover).toMatchObject({ phase: "wait-start", failoverEpoch: 9 });
      expect(world.state.currentEpoch).toBe(9);
      const won = world.answerAsk("c", { down: true, leader: "a", epoch: 9 });
      expect(eventNames(won)).toContain("+elected-leader");
    });

    it("takes a new one where a vote for its own is spent", () => {
      const world = new WatchedMaster();
      askForOther(world, 9);
      world.peer("c").opinion.votedLeader = runIdOf("c");
      world.peer("c").opinion.votedLeaderEpoch = epochOf(9);
      world.startElection();
      expect(world.master.failover).toMatchObject({ phase: "wait-start", failoverEpoch: 10 });
    });

    it("takes a new one when that was a while ago", () => {
      const world = new WatchedMaster();
      askForOther(world, 9);
      world.pass(2_100, () => world.answerAll());
      world.startElection();
      expect(world.master.failover).toMatchObject({ phase: "wait-start", failoverEpoch: 10 });
    });
  });

  it("does not begin while the disk refuses saves", () => {
    const world = new WatchedMaster();
    world.diskIsFull = true;
    world.hello("b", { currentEpoch: 9 });
    world.loseMaster();
    world.answerAsk("b", { down: true });
    const seen = world.pass(900, () => world.answerAll({ but: [world.master] }));
    expect(world.master.odown.down).toBe(true);
    expect(eventNames(seen)).not.toContain("+try-failover");
    world.diskIsFull = false;
    world.answerAsk("b", { down: true });
    const later = world.pass(1500, () => world.answerAll({ but: [world.master] }));
    expect(eventNames(later)).toContain("+try-failover");
  });
});
