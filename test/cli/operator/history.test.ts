import { describe, expect, it } from "vitest";
import { chosenReceipt } from "../../../src/cli/history/explain.ts";
import { rowOf } from "../../../src/cli/history/history.ts";
import {
  entriesIn,
  historyOf,
  mergedEntries,
  receiptsIn,
} from "../../../src/cli/history/receipts.ts";
import { storyOf } from "../../../src/cli/history/story.ts";
import type { Receipt } from "../../../src/sentinel/receipts/receipt.ts";

const LEADER = "c65716fcd9cce4563e469d6add9478aadf7bb968";

/** As a sentinel wrote it, shortened. */
const TOLD = {
  kind: "failover",
  id: "mymaster,2,auto",
  at: 1_795_556_447_926,
  sentinel: LEADER,
  view: "leader",
  master: "mymaster",
  epoch: 2,
  cause: "auto",
  reason: "2 of 3 agree, quorum 2",
  outcome: { result: "completed" },
  from: { host: "127.0.0.1", port: 7000 },
  to: { host: "127.0.0.1", port: 7001 },
  phases: [
    { phase: "detect", ms: 1_003.2 },
    { phase: "elect", ms: 17.4 },
  ],
  totalMs: 1_083.2,
  votes: { received: 2, needed: 2, voters: 3, quorum: 2, from: [LEADER] },
  candidates: [
    {
      address: { host: "127.0.0.1", port: 7001 },
      verdict: "chosen",
      reason: "the furthest",
      priority: 100,
      offset: 3_008,
      behindBytes: 0,
    },
    {
      address: { host: "127.0.0.1", port: 7002 },
      verdict: "excluded",
      reason: "priority 0",
      priority: 0,
      offset: 1_808,
      behindBytes: 1_200,
    },
  ],
  atRisk: {
    bytesAtLeast: 0,
    bytesAtMost: 18_000,
    operationsAtMost: 420,
    mayGoOn: true,
    basis: "42 kB/s for 420 ms",
  },
  returned: { at: 1_795_556_500_000, extraBytes: 1_210, reason: "It was silent for 52 s." },
  notes: ["A note."],
};

const AUDIT = {
  kind: "audit",
  id: "audit,c65716fc,1",
  at: 1_795_556_451_067,
  sentinel: LEADER,
  master: "mymaster",
  by: { user: "default", address: "127.0.0.1:36356" },
  command: "SENTINEL RESUME mymaster",
  answer: "ERR This master is not paused",
};

function receipts(...told: readonly object[]): Receipt[] {
  return receiptsIn(mergedEntries(entriesIn(told.map((each) => JSON.stringify(each)))));
}

describe("what the vedettes of a set remember", () => {
  it("is one list, of one failover the account of the one that led it", () => {
    const observed = { ...TOLD, view: "observer", sentinel: "0".repeat(40), phases: [] };
    const earlier = { ...TOLD, id: "mymaster,1,manual", at: TOLD.at - 1_000 };
    for (const order of [
      [observed, TOLD, earlier],
      [earlier, TOLD, observed],
    ]) {
      const found = receipts(...order);
      expect(found.map(({ id, view }) => [id, view])).toEqual([
        ["mymaster,1,manual", "leader"],
        ["mymaster,2,auto", "leader"],
      ]);
    }
  });

  it("is taken from lists and from lines, without what is no entry", () => {
    const lines = `${JSON.stringify(TOLD)}\nnonsense\n${JSON.stringify(AUDIT)}`;
    expect(entriesIn(lines).map(({ kind }) => kind)).toEqual(["failover", "audit"]);
    expect(entriesIn(undefined)).toEqual([]);
  });

  it("is a row each", () => {
    const [failover, audit] = entriesIn([JSON.stringify(TOLD), JSON.stringify(AUDIT)]);
    expect(failover === undefined ? [] : rowOf(failover)).toEqual([
      "2026-11-24 21:40:47",
      "mymaster",
      "auto",
      { text: "completed", tone: "good" },
      "127.0.0.1:7000",
      "127.0.0.1:7001",
      "1.1 s",
      "0 B to 18 kB",
      "mymaster,2,auto",
    ]);
    expect(audit === undefined ? [] : rowOf(audit).slice(2, 4)).toEqual([
      "SENTINEL RESUME mymaster",
      { text: "ERR This master is not paused", tone: "bad" },
    ]);
  });
});

/** Sentinels that answer each question with this, and what they were asked. */
function someWith(...answers: readonly unknown[]) {
  const asked: string[][] = [];
  const conversations = answers.map((answer) => ({
    askAll: (requests: readonly (readonly string[])[]): Promise<unknown[]> => {
      asked.push(...requests.map((words) => [...words]));
      return Promise.resolve([answer]);
    },
  }));
  return { conversations, asked };
}

describe("the history of a set", () => {
  const OTHER = new Error("ERR Unknown sentinel subcommand 'HISTORY'");

  it("is asked for whole", async () => {
    const { conversations, asked } = someWith([JSON.stringify(TOLD)], OTHER);
    expect(await historyOf({ conversations }, "mymaster")).toHaveLength(1);
    expect(asked[0]).toEqual(["SENTINEL", "HISTORY", "mymaster", "COUNT", "256"]);
  });

  it.each([
    [[OTHER, new Error("ERR No such master or history entry")], "No such master"],
    [[OTHER], "only vedettes do"],
  ])("of %o is refused", async (answers, message) => {
    await expect(historyOf(someWith(...answers), "mymaster")).rejects.toThrow(message);
  });
});

describe("a receipt in words", () => {
  it("tells who, why, how long, and what was at risk", () => {
    const [receipt] = receipts(TOLD);
    expect(receipt === undefined ? [] : storyOf(receipt)).toEqual([
      "mymaster,2,auto: 127.0.0.1:7001 became the master in place of 127.0.0.1:7000, in 1.1 s.",
      "",
      "2026-11-24T21:40:47.926Z, master mymaster, epoch 2, told by sentinel c65716fc.",
      "The master did not answer any more: 2 of 3 agree, quorum 2.",
      "Votes: 2 of 3 (c65716fc); 2 were needed, quorum 2.",
      "",
      "Who could have taken over:",
      "  127.0.0.1:7001  chosen: the furthest",
      "  127.0.0.1:7002  excluded: priority 0, 1.2 kB behind",
      "",
      "How long it took:",
      "  1003 ms  to notice, counted from the last answer",
      "    17 ms  to elect a leader",
      "  1.1 s in all",
      "",
      "Between 0 B and 18 kB may be lost, some 420 commands (42 kB/s for 420 ms).",
      "The old master may have taken writes after that, until it was reached.",
      "",
      "The old master came back at 2026-11-24T21:41:40.000Z: it had 1.2 kB that its successor has not. It was silent for 52 s.",
      "",
      "A note.",
    ]);
  });

  it.each([
    [{ result: "aborted", reason: "no votes" }, "given up after 1.1 s: no votes."],
    [{ result: "running" }, "under way since 1.1 s"],
    [{ result: "interrupted", reason: "restart" }, "was stopped in the middle (restart)"],
  ])("of one that ended as %o", (outcome, text) => {
    const [receipt] = receipts({ ...TOLD, outcome });
    expect(receipt === undefined ? "" : storyOf(receipt)[0]).toContain(text);
  });

  it("is found by its id, the beginning of it, or as the newest", () => {
    const all = receipts({ ...TOLD, id: "mymaster,1,auto", at: 1 }, TOLD);
    expect(chosenReceipt(all, undefined).id).toBe("mymaster,2,auto");
    expect(chosenReceipt(all, "mymaster,1").id).toBe("mymaster,1,auto");
    expect(() => chosenReceipt(all, "mymaster")).toThrow("begins several");
    expect(() => chosenReceipt(all, "other")).toThrow("no receipt other");
    expect(() => chosenReceipt([], undefined)).toThrow("the newest are: none");
  });
});
