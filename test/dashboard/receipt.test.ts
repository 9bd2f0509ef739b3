import { assert, constantFrom, jsonValue, property } from "fast-check";
import { describe, expect, it } from "vitest";
import { readReceipt } from "../../src/dashboard/api/receipt.ts";

const TOLD = {
  kind: "failover",
  id: "mymaster,6,auto",
  at: "2026-01-31T12:00:00.000Z",
  sentinel: "1".repeat(40),
  view: "leader",
  master: "mymaster",
  epoch: 6,
  cause: "auto",
  reason: "quorum 2/2 finds it down",
  outcome: { result: "completed" },
  from: "10.0.0.3:6379",
  to: "[::1]:6379",
  phases: [
    { phase: "detect", ms: 5_003 },
    { phase: "agree", ms: 14 },
  ],
  totalMs: 5_017,
  votes: { received: 2, needed: 2, voters: 3, quorum: 2, from: [] },
  candidates: [
    {
      address: "[::1]:6379",
      verdict: "chosen",
      reason: "the furthest",
      priority: 100,
      offset: 998_877,
      behindBytes: 0,
    },
  ],
  atRisk: { bytesAtLeast: 0, bytesAtMost: 18_000, mayGoOn: true, basis: "42 kB/s" },
  notes: ["one"],
};

describe("a receipt", () => {
  it("is read", () => {
    const receipt = readReceipt(TOLD);
    expect(receipt).toMatchObject({
      id: "mymaster,6,auto",
      at: 1_769_860_800_000,
      result: "completed",
      from: "10.0.0.3:6379",
      to: "[::1]:6379",
      phases: TOLD.phases,
      votes: "2 of 3 votes, 2 needed, quorum 2",
      atRisk: "0 to 18,000 bytes; the old master may have written on: 42 kB/s",
      candidates: [{ address: "[::1]:6379", verdict: "chosen", reason: "the furthest" }],
      notes: ["one"],
    });
  });

  it("is none of an operator's order", () => {
    expect(readReceipt({ kind: "audit", id: "x" })).toBeUndefined();
  });

  it("is shown as far as it is known, whatever else is told", () => {
    assert(
      property(jsonValue(), constantFrom(...Object.keys(TOLD)), (value, field) => {
        readReceipt(value);
        const receipt = readReceipt({ ...TOLD, [field]: value });
        if (field !== "id" && field !== "kind") expect(receipt?.id).toBe(TOLD.id);
      }),
    );
  });
});
