import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RunId } from "../../src/base/ids.ts";
import { unixMillis } from "../../src/base/units.ts";
import {
  expectedOrder,
  isActive,
  isBelievable,
  joinOrders,
  LONGEST_PAUSE_MS,
  type MaintenanceOrder,
  orderWords,
  parseOrder,
  sameOrder,
} from "../../src/wire/maintenance-order.ts";

const order: fc.Arbitrary<MaintenanceOrder> = fc
  .record({
    isOn: fc.boolean(),
    until: fc.integer({ min: 0, max: 3 }).map(unixMillis),
    more: fc.integer({ min: 0, max: 3 }),
    stamp: fc.integer({ min: 0, max: 3 }),
    by: fc.constantFrom("a", "b").map((letter) => letter.repeat(40) as RunId),
    reason: fc.constantFrom("", "new kernel"),
  })
  .map(({ more, ...rest }) => ({ ...rest, keepUntil: unixMillis(rest.until + more) }));

describe("orders for a while", () => {
  it("join to the same whatever is heard first, how often, and from whom", () => {
    fc.assert(
      fc.property(order, order, order, (a, b, c) => {
        expect(joinOrders(a, b)).toEqual(joinOrders(b, a));
        expect(joinOrders(joinOrders(a, b), c)).toEqual(joinOrders(a, joinOrders(b, c)));
        expect(joinOrders(a, a)).toEqual(a);
      }),
    );
  });

  it("are remembered for as long as any that they replaced could come back", () => {
    fc.assert(
      fc.property(order, order, (a, b) => {
        const joined = joinOrders(a, b);
        expect(joined.keepUntil).toBe(Math.max(a.keepUntil, b.keepUntil));
        expect(isActive(joined, joined.keepUntil)).toBe(false);
      }),
    );
  });

  it("are read as they were written", () => {
    fc.assert(
      fc.property(order, (each) => {
        const read = parseOrder(orderWords(each));
        expect(read !== undefined && sameOrder(read, each)).toBe(true);
        expect(expectedOrder(["pause", ...orderWords(each)])).toBeUndefined();
      }),
    );
  });

  it.each([
    ["no words", []],
    ["another state", ["paused", "5", "5", "1", "a".repeat(40), ""]],
    ["a memory that ends before the order", ["on", "5", "4", "1", "a".repeat(40), ""]],
    ["a negative end", ["on", "-5", "4", "1", "a".repeat(40), ""]],
    ["a run id that is none", ["on", "5", "5", "1", "me", ""]],
    ["a line feed", ["on", "5", "5", "1", "a".repeat(40), "a\nb"]],
    ["a word too many", ["on", "5", "5", "1", "a".repeat(40), "a", "b"]],
  ])("are none: %s", (_name, words) => {
    expect(parseOrder(words)).toBeUndefined();
  });

  it("are not believed when they last longer than any may", () => {
    const wall = unixMillis(1_700_000_000_000);
    const until = (ms: number): MaintenanceOrder => ({
      isOn: true,
      until: unixMillis(wall + ms),
      keepUntil: unixMillis(wall + ms),
      stamp: wall,
      by: "a".repeat(40) as RunId,
      reason: "",
    });
    expect(isBelievable(until(LONGEST_PAUSE_MS), wall)).toBe(true);
    expect(isBelievable(until(3 * LONGEST_PAUSE_MS), wall)).toBe(false);
    expect(isBelievable({ ...until(1), stamp: wall + LONGEST_PAUSE_MS }, wall)).toBe(false);
  });
});
