import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { accountForLosses, type Acknowledgement, writeOutage } from "../../src/cli/demo/losses.ts";

const OLD = 7001;
const NEW = 7003;
const SUCCESSION = { startedAtMs: 100, newMasterPort: NEW };

/** Writes 1 to 5 by the old master every 10 ms until 100 ms, 6 to 8 by the new one from 1130 ms. */
const ACKNOWLEDGED: readonly Acknowledgement[] = [
  ...[60, 70, 80, 90, 100].map((atMs, index) => ({ number: index + 1, atMs, port: OLD })),
  ...[1130, 1140, 1150].map((atMs, index) => ({ number: index + 6, atMs, port: NEW })),
];

function accountWithout(...missing: number[]) {
  return accountForLosses(ACKNOWLEDGED, (write) => !missing.includes(write), SUCCESSION);
}

describe("the account of lost writes", () => {
  it("is empty when the new master holds all that was acknowledged", () => {
    expect(accountWithout()).toEqual({ lost: [], unexplained: undefined });
  });

  it("explains the end of what the old master acknowledged", () => {
    expect(accountWithout(4, 5)).toEqual({ lost: [4, 5], unexplained: undefined });
  });

  it("explains the loss of all that the old master acknowledged", () => {
    expect(accountWithout(1, 2, 3, 4, 5).unexplained).toBeUndefined();
  });

  it("does not explain a hole", () => {
    expect(accountWithout(3, 5)).toEqual({ lost: [3, 5], unexplained: 3 });
  });

  it("does not explain the loss of a write that the new master acknowledged", () => {
    expect(accountWithout(5, 7)).toEqual({ lost: [5, 7], unexplained: 7 });
  });

  it("does not take earlier writes by the same server for the new master's", () => {
    const earlier = ACKNOWLEDGED.map((ack) => (ack.number < 3 ? { ...ack, port: NEW } : ack));
    const account = accountForLosses(earlier, (write) => write !== 5, SUCCESSION);
    expect(account).toEqual({ lost: [5], unexplained: undefined });
  });

  it("names the first unexplained loss exactly when the lost are no tail of the old", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 8 })), (missing) => {
        const account = accountWithout(...missing);
        const lost = missing.toSorted((a, b) => a - b);
        expect(account.lost).toEqual(lost);
        const tail = [1, 2, 3, 4, 5].slice(5 - lost.length);
        expect(account.unexplained === undefined).toBe(lost.join() === tail.join());
      }),
    );
  });
});

describe("the write outage", () => {
  it("is the longest time between two acknowledgements", () => {
    expect(writeOutage(ACKNOWLEDGED, SUCCESSION)).toEqual({
      longestGapMs: 1030,
      resumedAtMs: 1130,
    });
  });

  it("counts a second gap when that is the longer one", () => {
    const late = { number: 9, atMs: 2900, port: NEW };
    expect(writeOutage([...ACKNOWLEDGED, late], SUCCESSION).longestGapMs).toBe(1750);
  });

  it("has not ended while the new master has acknowledged nothing", () => {
    const old = ACKNOWLEDGED.filter(({ port }) => port === OLD);
    expect(writeOutage(old, SUCCESSION).resumedAtMs).toBeUndefined();
  });

  it("takes no gap from before the failover", () => {
    const before = { number: 0, atMs: -5000, port: OLD };
    expect(writeOutage([before, ...ACKNOWLEDGED], SUCCESSION).longestGapMs).toBe(1030);
  });
});
