import { beforeEach, describe, expect, it } from "vitest";
import { durableView } from "../../src/sentinel/durable.ts";
import { eventNames, MASTER, runIdOf, WatchedMaster } from "./watched-master.ts";

/** A sentinel that started from an old copy of its configuration: it may have voted since. */
let world: WatchedMaster;

beforeEach(() => {
  world = new WatchedMaster({ isMemoryLost: true });
});

function askForVote(epoch: number): unknown {
  const port = String(MASTER.port);
  const words = ["is-master-down-by-addr", MASTER.host, port, String(epoch), runIdOf("b")];
  const reply = world.request("SENTINEL", ...words);
  const leader = reply.kind === "array" ? reply.items[1] : undefined;
  return leader?.kind === "bulk" && leader.bytes;
}

function live(durationMs: number): void {
  world.pass(durationMs, () => world.answerAll());
}

describe("a sentinel that does not know which votes it gave", () => {
  it("gives none, and starts no election, however long its master is down", () => {
    expect(askForVote(5)).toBe("*");
    const seen = world.startElection();
    expect(eventNames(seen)).toContain("+odown");
    expect(eventNames(world.effects)).not.toContain("+try-failover");
    expect(askForVote(50)).toBe("*");
    expect(durableView(world.state)).toMatchObject({ isMemoryLost: true });
  });

  it("refuses to fail over by order", () => {
    expect(world.request("SENTINEL", "FAILOVER", "mymaster")).toMatchObject({ kind: "error" });
  });

  it("votes again once it has heard all others, and only above what it has heard of", () => {
    live(10_000);
    world.hello("b", { currentEpoch: 30 });
    live(2_000);
    expect(askForVote(31)).toBe("*");
    world.hello("c", { currentEpoch: 40 });
    live(2_000);
    expect(durableView(world.state)).toMatchObject({
      isMemoryLost: false,
      masters: [{ leaderEpoch: 40 }],
    });
    expect(askForVote(40)).toBe("*");
    expect(askForVote(41)).toBe(runIdOf("b"));
  });

  it("listens for two hello periods even when all have spoken", () => {
    world.hello("b");
    world.hello("c");
    live(3_000);
    expect(world.state.memory.isWhole).toBe(false);
    live(3_000);
    expect(world.state.memory.isWhole).toBe(true);
  });

  it("needs nobody whom an operator had it forget", () => {
    world.request("SENTINEL", "RESET", "*");
    live(6_000);
    expect(world.state.memory.isWhole).toBe(true);
  });
});
