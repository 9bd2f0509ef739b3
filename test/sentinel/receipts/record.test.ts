import { describe, expect, it } from "vitest";
import type { HistoryEntry, Receipt } from "../../../src/sentinel/receipts/receipt.ts";
import { HISTORY_ENTRIES_MAX } from "../../../src/sentinel/receipts/history.ts";
import { textOf } from "../../../src/base/bytes.ts";
import { clientId } from "../../../src/base/ids.ts";
import {
  MASTER,
  REPLICA_1,
  REPLICA_2,
  replicaInfo,
  runIdOf,
  WatchedMaster,
} from "../watched-master.ts";

const HISTORY = "ab".repeat(20);
const NEXT_HISTORY = "cd".repeat(20);

function recorded(world: WatchedMaster): HistoryEntry[] {
  return world.effects.flatMap((effect) => (effect.kind === "record" ? [effect.entry] : []));
}

function receipts(world: WatchedMaster): Receipt[] {
  return recorded(world).flatMap((entry) => (entry.kind === "failover" ? [entry] : []));
}

/** What it is in the end. */
function lastReceipt(world: WatchedMaster): Receipt {
  const receipt = receipts(world).at(-1);
  if (receipt === undefined) throw new Error("nothing was recorded");
  return receipt;
}

/** The master writes 1000 bytes a second; its replicas have these offsets when it dies. */
function failOver(
  world: WatchedMaster,
  offsets: { readonly first: number; readonly second: number },
): void {
  const tell = (offset: number): void => {
    world.info(world.master, [
      `run_id:${runIdOf("1")}`,
      "role:master",
      `master_replid:${HISTORY}`,
      `master_repl_offset:${offset}`,
    ]);
  };
  tell(4_000);
  world.pass(1_000);
  tell(5_000);
  const follow = (port: typeof REPLICA_1, offset: number): void => {
    world.info(
      world.replica(port),
      replicaInfo(world.replica(port), MASTER, [
        `slave_repl_offset:${offset}`,
        `master_replid:${HISTORY}`,
        `master_repl_offset:${offset}`,
      ]),
    );
  };
  world.startElection();
  follow(REPLICA_1, offsets.first);
  follow(REPLICA_2, offsets.second);
  world.answerAsk("b", { down: true, leader: "a", epoch: 5 });
}

function promote(world: WatchedMaster): void {
  world.info(world.replica(REPLICA_1), [
    "role:master",
    `run_id:${runIdOf("2")}`,
    `master_replid:${NEXT_HISTORY}`,
    `master_replid2:${HISTORY}`,
    "second_repl_offset:5201",
  ]);
}

describe("the receipt of a failover", () => {
  it("says why, when, who voted, who was not chosen, and what is at risk", () => {
    const world = new WatchedMaster();
    failOver(world, { first: 5_200, second: 5_100 });
    expect(lastReceipt(world).outcome).toEqual({ result: "running" });
    promote(world);
    const receipt = lastReceipt(world);
    expect(receipt).toMatchObject({
      kind: "failover",
      id: "mymaster,5,auto",
      view: "leader",
      sentinel: runIdOf("a"),
      cause: "auto",
      outcome: { result: "completed" },
      from: MASTER,
      to: REPLICA_1,
      votes: { received: 2, needed: 2, voters: 3, quorum: 2, from: [runIdOf("a"), runIdOf("b")] },
      oldMaster: { offset: 5_000, replid: HISTORY, peakBytesPerSecond: 1_000 },
      fork: { replid: HISTORY, offset: 5_200 },
    });
    expect(receipt.phases.map(({ phase }) => phase)).toEqual([
      "detect",
      "agree",
      "elect",
      "select",
      "promote",
      "announce",
      "reconfigure",
    ]);
    const sumMs = receipt.phases.reduce((sum, { ms }) => sum + ms, 0);
    expect(sumMs).toBeCloseTo(receipt.totalMs, 0);
    expect(
      receipt.candidates.map(({ address, verdict, offset }) => [address, verdict, offset]),
    ).toEqual([
      [REPLICA_1, "chosen", 5_200],
      [REPLICA_2, "eligible", 5_100],
    ]);
    const { bytesAtLeast, bytesAtMost = 0 } = receipt.atRisk ?? { bytesAtLeast: Number.NaN };
    expect(bytesAtLeast).toBe(0);
    expect(bytesAtMost).toBeGreaterThanOrEqual(1_000);
  });

  it("counts what the master is known to have had beyond the chosen replica", () => {
    const world = new WatchedMaster();
    failOver(world, { first: 4_900, second: 4_900 });
    expect(lastReceipt(world).atRisk?.bytesAtLeast).toBe(100);
    expect(lastReceipt(world).candidates[0]?.behindBytes).toBe(100);
  });

  it("is written again when the replicas have followed, and told of once", () => {
    const world = new WatchedMaster();
    failOver(world, { first: 5_200, second: 5_200 });
    promote(world);
    world.pass(50);
    world.info(world.replica(REPLICA_2), replicaInfo(world.replica(REPLICA_2), REPLICA_1));
    const { phases, outcome } = lastReceipt(world);
    expect(outcome).toEqual({ result: "completed" });
    expect(phases.at(-1)?.ms).toBeGreaterThanOrEqual(50);
    expect(world.master.receipt).toBeUndefined();
    const told = world.effects.filter(
      (effect) => effect.kind === "publish-event" && effect.event.name === "+vedette-receipt",
    );
    expect(told).toHaveLength(1);
    const kept = world.state.history.entries.filter(({ kind }) => kind === "failover");
    expect(kept).toHaveLength(1);
  });

  it.each([
    ["went on alone", HISTORY, 5_900, 700],
    ["was restarted", "ef".repeat(20), 40, undefined],
  ])("learns what an old master had more that %s", (_, replid, offset, extraBytes) => {
    const world = new WatchedMaster();
    failOver(world, { first: 5_200, second: 5_200 });
    promote(world);
    const old = world.replica(MASTER);
    const tell = (role: string): void => {
      world.info(old, [`role:${role}`, `master_replid:${replid}`, `master_repl_offset:${offset}`]);
    };
    tell("master");
    tell("slave");
    expect(lastReceipt(world).returned).toMatchObject({ offset });
    expect(lastReceipt(world).returned?.extraBytes).toBe(extraBytes);
  });

  it("of an attempt in vain says so", () => {
    const world = new WatchedMaster();
    world.startElection();
    world.answerAsk("b", { down: true, leader: "b", epoch: 5 });
    world.answerAsk("c", { down: true, leader: "c", epoch: 5 });
    expect(lastReceipt(world).outcome).toMatchObject({ result: "aborted" });
    expect(world.master.receipt).toBeUndefined();
  });

  it("of an ordered failover names who ordered it", () => {
    const world = new WatchedMaster();
    const from = { user: "ops", address: "10.1.1.1:5000" };
    const args = ["SENTINEL", "FAILOVER", "mymaster", "FORCE"] as const;
    world.give({ kind: "client-request", client: clientId(9), request: 1, args, from });
    expect(lastReceipt(world)).toMatchObject({ cause: "forced", requestedBy: from });
  });

  it("is kept by an observer too, under the epoch that it was told", () => {
    const world = new WatchedMaster();
    world.hello("b", { currentEpoch: 7, configEpoch: 7, master: REPLICA_2 });
    expect(lastReceipt(world)).toMatchObject({
      id: "mymaster,7,observed",
      view: "observer",
      from: MASTER,
      to: REPLICA_2,
      reason: `told by ${runIdOf("b")}`,
    });
  });

  it.each(["RESET", "REMOVE"])("ends with SENTINEL %s", (order) => {
    const world = new WatchedMaster();
    failOver(world, { first: 5_000, second: 5_000 });
    world.request("SENTINEL", order, "mymaster");
    expect(receipts(world).at(-1)?.outcome).toEqual({
      result: "aborted",
      reason: `SENTINEL ${order}`,
    });
  });
});

describe("where the histories parted", () => {
  it("is not told by a server whose history has no end", () => {
    const world = new WatchedMaster();
    failOver(world, { first: 5_200, second: 5_100 });
    world.info(world.replica(REPLICA_1), [
      "role:master",
      `run_id:${runIdOf("2")}`,
      `master_replid:${NEXT_HISTORY}`,
      `master_replid2:${HISTORY}`,
      "second_repl_offset:-1",
    ]);
    expect(lastReceipt(world)).toMatchObject({ to: REPLICA_1, fork: undefined });
  });
});

describe("the history", () => {
  it("is told by SENTINEL HISTORY, the newest first, whole or of a master or one entry", () => {
    const world = new WatchedMaster();
    world.request("SENTINEL", "SET", "mymaster", "quorum", "2");
    failOver(world, { first: 5_000, second: 5_000 });
    const ids = (...words: string[]): unknown => {
      const reply = world.request("SENTINEL", "HISTORY", ...words);
      if (reply.kind !== "array") return reply;
      return reply.items.map((item) => {
        if (item.kind !== "bulk") return item;
        return (JSON.parse(textOf(item.bytes)) as HistoryEntry).id;
      });
    };
    const both = ["mymaster,5,auto", "audit,aaaaaaaa,1"];
    expect(ids()).toEqual(both);
    expect(ids("mymaster")).toEqual(both);
    expect(ids("mymaster", "COUNT", "1")).toEqual(both.slice(0, 1));
    expect(ids("audit,aaaaaaaa,1")).toEqual(both.slice(1));
    expect(ids("other")).toMatchObject({ text: "ERR No such master or history entry" });
    for (const words of [
      ["COUNT", "0"],
      ["COUNT", "x"],
      ["a", "b"],
    ]) {
      expect(ids(...words)).toMatchObject({ kind: "error" });
    }
  });

  it("of an earlier life says what it did not see the end of", () => {
    const first = new WatchedMaster();
    failOver(first, { first: 5_000, second: 5_000 });
    const running = lastReceipt(first);
    const world = new WatchedMaster();
    world.give({ kind: "history-loaded", entries: [running] });
    expect(lastReceipt(world)).toMatchObject({
      id: running.id,
      outcome: { result: "interrupted" },
    });

    const later = new WatchedMaster();
    const inForce = { ...running, epoch: later.master.configEpoch };
    later.give({ kind: "history-loaded", entries: [inForce] });
    expect(lastReceipt(later).outcome).toEqual({ result: "completed" });
  });

  it("that was read late loses none of its entries to those written meanwhile", () => {
    const first = new WatchedMaster();
    first.request("SENTINEL", "SET", "mymaster", "quorum", "2");
    const earlier = first.state.history.entries;
    const world = new WatchedMaster();
    world.give({ kind: "history-loaded", entries: [], auditsAbove: 5_000 });
    world.request("SENTINEL", "SET", "mymaster", "quorum", "2");
    world.give({ kind: "history-loaded", entries: earlier });
    world.request("SENTINEL", "SET", "mymaster", "quorum", "2");
    const ids = world.state.history.entries.map(({ id }) => id);
    expect(ids).toEqual([1, 5_001, 5_002].map((number) => `audit,aaaaaaaa,${number}`));
  });

  it("keeps the newest of many", () => {
    const world = new WatchedMaster();
    for (let times = 0; times < HISTORY_ENTRIES_MAX + 5; times++) {
      world.request("SENTINEL", "SET", "mymaster", "quorum", "2");
    }
    const { entries } = world.state.history;
    expect(entries).toHaveLength(HISTORY_ENTRIES_MAX);
    expect(entries.at(-1)?.id).toBe(`audit,${runIdOf("a").slice(0, 8)},${HISTORY_ENTRIES_MAX + 5}`);
  });
});
