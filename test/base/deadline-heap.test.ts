import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DeadlineHeap } from "../../src/base/deadline-heap.ts";
import { millis, NEVER } from "../../src/base/units.ts";

describe("the heap of deadlines", () => {
  it("gives keys in the order of their deadlines, whatever was set, moved and removed", () => {
    const change = fc.record({
      key: fc.integer({ min: 0, max: 9 }),
      at: fc.oneof(fc.integer({ min: 0, max: 50 }), fc.constant(Number.POSITIVE_INFINITY)),
    });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 60 }), (changes) => {
        const heap = new DeadlineHeap<number>();
        const expected = new Map<number, number>();
        for (const { key, at } of changes) {
          heap.set(key, millis(at));
          if (at === NEVER) expected.delete(key);
          else expected.set(key, at);
          expect(heap.next).toBe(Math.min(NEVER, ...expected.values()));
          expect(heap.size).toBe(expected.size);
        }
        const taken: number[] = [];
        for (let key = heap.takeDue(NEVER); key !== undefined; key = heap.takeDue(NEVER)) {
          taken.push(expected.get(key) ?? Number.NaN);
        }
        expect(taken).toEqual([...expected.values()].sort((a, b) => a - b));
      }),
    );
  });

  it("gives equal deadlines in the order in which they were set", () => {
    const heap = new DeadlineHeap<string>();
    for (const key of ["c", "a", "b"]) heap.set(key, millis(7));
    heap.set("c", millis(8));
    heap.set("c", millis(7));
    expect([heap.takeDue(millis(7)), heap.takeDue(millis(7)), heap.takeDue(millis(7))]).toEqual([
      "a",
      "b",
      "c",
    ]);
  });

  it("gives nothing before its time", () => {
    const heap = new DeadlineHeap<string>();
    heap.set("later", millis(5));
    expect(heap.takeDue(millis(4.99))).toBeUndefined();
    expect(heap.deadlineOf("later")).toBe(5);
    expect(heap.takeDue(millis(5))).toBe("later");
    expect(heap.next).toBe(NEVER);
  });
});
