import { describe, expect, it } from "vitest";
import type { MasterDetails } from "../../src/dashboard/api/types.ts";
import {
  type Change,
  type ChangeKind,
  consequenceOf,
  obstacleTo,
} from "../../src/dashboard/model/changes.ts";
import { scrollToShow, visibleRows } from "../../src/dashboard/model/visible-rows.ts";
import {
  deathSaid,
  eventTone,
  marginSaid,
  replicaSaid,
  shortened,
} from "../../src/dashboard/model/words.ts";
import { aReplica, someDetails } from "./answers.ts";

const { quorum, ifMasterDied } = someDetails();

describe("what may still be lost", () => {
  it.each([
    ["all well", someDetails(), "1 sentinel and 1 replica more may be lost", "good"],
    [
      "a sentinel is gone",
      someDetails({ quorum: { ...quorum, up: 2, spare: 0 } }),
      "One more sentinel lost and no failover is possible",
      "warn",
    ],
    [
      "too few",
      someDetails({ quorum: { ...quorum, up: 1, ok: false, spare: -1 } }),
      "No failover is possible: 1 of 3 sentinels reached, 2 needed",
      "bad",
    ],
    [
      "nobody to promote",
      someDetails({ replicas: [aReplica("10.0.0.2:6379", { promotable: false })] }),
      "No failover is possible: no replica may be promoted now",
      "bad",
    ],
  ] as const)("%s", (_name, details, word, tone) => {
    expect(marginSaid(details)).toEqual({ word, tone });
  });
});

describe("what would happen if the master died", () => {
  it.each<readonly [string, Partial<MasterDetails>, string]>([
    ["well", {}, "10.0.0.2:6379 would take over (priority 100)"],
    [
      "blocked",
      { ifMasterDied: { promoted: null, reason: null, blockedBy: ["no quorum", "paused"] } },
      "Nobody would take over: no quorum; paused",
    ],
    ["down already", { state: "odown" }, "10.0.0.2:6379 is to take over"],
    [
      "a failover runs",
      {
        state: "failover",
        failover: { ...someDetails().failover, phase: "wait_promotion", promoted: "10.0.0.3:6379" },
      },
      "10.0.0.3:6379 takes over",
    ],
  ])("%s", (_name, changes, word) => {
    expect(deathSaid(someDetails(changes)).word).toContain(word);
  });
});

describe("states in words", () => {
  it.each([
    [{ down: "sdown", downForMs: 65_000 } as const, "not reached for 65 s"],
    [{ reportedRole: "master" } as const, "says it is a master"],
    [{ step: "sent" } as const, "changing its master"],
    [{ masterLink: "down", masterLinkDownMs: 6_000 } as const, "link down for 6.0 s"],
    [{}, "replicating"],
  ])("%o", (changes, word) => {
    expect(replicaSaid(aReplica("10.0.0.2:6379", changes)).word).toBe(word);
  });

  it.each([
    ["+sdown", "bad"],
    ["-sdown", "good"],
    ["+switch-master", "good"],
    ["+elected-leader", "busy"],
    ["-failover-abort-not-elected", "bad"],
    ["+sentinel", "quiet"],
    ["-vedette-credential-fault", "good"],
    ["-vedette-switchover-abort", "bad"],
    ["-vedette-switchover-refused", "bad"],
    ["constructor", "quiet"],
  ] as const)("%s is %s", (name, tone) => expect(eventTone({ name })).toBe(tone));

  it("shortens in the middle", () => {
    expect(shortened("redis-replica-4.example:6379", 14)).toBe("redis-r…e:6379");
    expect(shortened("short", 14)).toBe("short");
  });
});

describe("changes", () => {
  it.each<readonly [ChangeKind, Partial<MasterDetails>, string | undefined]>([
    ["failover", {}, undefined],
    ["failover", { quorum: { ...quorum, ok: false } }, undefined],
    ["failover", { replicas: [] }, undefined],
    [
      "failover",
      { ifMasterDied: { ...ifMasterDied, promoted: null, blockedBy: ["x"] } },
      undefined,
    ],
    ["failover", { state: "odown" }, undefined],
    [
      "failover",
      { failover: { ...someDetails().failover, phase: "wait_start" } },
      "a failover is running",
    ],
    ["switchover", {}, undefined],
    ["switchover", { quorum: { ...quorum, ok: false } }, "too few sentinels are reached"],
    ["switchover", { replicas: [] }, undefined],
    ["switchover", { state: "odown" }, "the master is not well: fail over instead"],
    [
      "switchover",
      { failover: { ...someDetails().failover, phase: "wait_start" } },
      "a failover is running",
    ],
    ["pause", {}, undefined],
    ["resume", {}, "it is not paused"],
  ])("%s with %o", (kind, changes, obstacle) => {
    expect(obstacleTo(kind, someDetails(changes))).toBe(obstacle);
  });

  it("say who is touched and what may be lost", () => {
    const details = someDetails();
    const kinds: readonly Change[] = [
      { kind: "failover" },
      { kind: "switchover", to: "10.0.0.3:6379" },
      { kind: "pause", forMs: 600_000, reason: "" },
      { kind: "resume" },
    ];
    const texts = kinds.map((change) => consequenceOf(change, details));
    expect(texts[0]).toContain("10.0.0.2:6379 becomes the master of mymaster");
    expect(texts[0]).toContain("up to 56 B");
    expect(texts[1]).toContain("10.0.0.3:6379 catches up");
    expect(texts[2]).toContain("For 10 min nobody takes over");
    expect(texts[3]).toContain("possible again");
  });
});

describe("a failover without a majority", () => {
  it("is said to be one", () => {
    const alone = someDetails({ quorum: { ...quorum, up: 1, ok: false } });
    expect(consequenceOf({ kind: "failover" }, alone)).toContain("Only 1 of 3 sentinels");
    expect(consequenceOf({ kind: "failover" }, someDetails())).not.toContain("sentinels");
  });
});

describe("a long list", () => {
  it("draws what is seen and a little more, inside its bounds", () => {
    const list = { count: 1_000, rowHeight: 50, scrollTop: 5_000, height: 500 };
    expect(visibleRows(list)).toEqual({ first: 92, end: 118 });
    expect(visibleRows({ ...list, scrollTop: -10 })).toEqual({ first: 0, end: 18 });
    expect(visibleRows({ ...list, scrollTop: 1e9 })).toEqual({ first: 1_000, end: 1_000 });
    expect(visibleRows({ ...list, count: 3, scrollTop: 0 })).toEqual({ first: 0, end: 3 });
  });

  it("scrolls no further than it must", () => {
    const list = { rowHeight: 50, scrollTop: 500, height: 200 };
    expect(scrollToShow(12, list)).toBeUndefined();
    expect(scrollToShow(3, list)).toBe(150);
    expect(scrollToShow(20, list)).toBe(850);
  });
});
