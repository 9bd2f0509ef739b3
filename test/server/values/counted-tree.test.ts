import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CountedTree } from "../../../src/server/values/counted-tree.ts";

type Change =
  | { readonly kind: "insert"; readonly at: number; readonly count: number }
  | { readonly kind: "set"; readonly at: number }
  | { readonly kind: "remove"; readonly at: number; readonly count: number }
  | { readonly kind: "copy" };

/** Positions are shares of the length, so that they fit whatever length it is then. */
const at = fc.oneof(fc.constantFrom(0, 1), fc.double({ min: 0, max: 1, noNaN: true }));
const change: fc.Arbitrary<Change> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("insert"), at, count: fc.nat(300) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("set"), at }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("remove"), at, count: fc.nat(400) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("copy") }) },
);

/** A tree and an array that must hold the same. */
class Pair {
  tree = new CountedTree<number>();
  model: number[] = [];
  #next = 0;

  apply(what: Change): void {
    const { tree, model } = this;
    if (what.kind === "copy") return;
    const index = Math.floor(what.at * model.length);
    switch (what.kind) {
      case "insert":
        for (let added = 0; added < what.count; added++) {
          const item = this.#next++;
          const place = what.at === 1 ? model.length : index;
          tree.insert(place, item);
          model.splice(place, 0, item);
        }
        return;
      case "set":
        if (index === model.length) return;
        tree.set(index, -1);
        model[index] = -1;
        return;
      case "remove": {
        const end = Math.min(model.length, index + what.count);
        tree.removeRange(index, end);
        model.splice(index, end - index);
        return;
      }
    }
  }

  check(): void {
    const { tree, model } = this;
    expect(tree.size).toBe(model.length);
    expect([...tree]).toEqual(model);
    expect([...tree.reversed()]).toEqual(model.toReversed());
    const middle = model.length >> 1;
    expect([
      ...tree.range(middle, middle + 200 > model.length ? model.length : middle + 200),
    ]).toEqual(model.slice(middle, middle + 200));
    expect(tree.get(middle)).toBe(model[middle]);
    expect(tree.get(model.length)).toBeUndefined();
    expect(tree.get(-1)).toBeUndefined();
  }
}

describe("CountedTree", () => {
  it("holds what an array holds, and so do its copies whatever becomes of either", () => {
    fc.assert(
      fc.property(fc.array(change, { minLength: 5, maxLength: 60 }), (changes) => {
        const pair = new Pair();
        const copies: Pair[] = [];
        for (const [number, what] of changes.entries()) {
          if (what.kind === "copy") {
            const copied = new Pair();
            copied.tree = pair.tree.copy();
            copied.model = [...pair.model];
            copies.push(copied);
          }
          pair.apply(what);
          if (number % 7 === 0) copies[number % Math.max(1, copies.length)]?.apply(what);
        }
        for (const checked of [pair, ...copies]) checked.check();
      }),
      { numRuns: 60 },
    );
  });

  it("finds the end of a first part", () => {
    const tree = new CountedTree<number>();
    for (let number = 0; number < 20_000; number++) tree.push(number);
    for (const limit of [-1, 0, 1, 127, 128, 129, 9999, 19_999, 20_000, 50_000]) {
      const expected = Math.max(0, Math.min(20_000, limit));
      expect(tree.countWhile((item) => item < limit)).toBe(expected);
    }
  });

  it("keeps no room for what was removed", () => {
    const tree = new CountedTree<number>();
    for (let number = 0; number < 50_000; number++) tree.insert(number >> 1, number);
    while (tree.size > 1) tree.removeRange(0, Math.ceil(tree.size / 3));
    expect([...tree]).toHaveLength(1);
    tree.remove(0);
    expect([...tree]).toEqual([]);
    tree.push(7);
    expect([...tree]).toEqual([7]);
  });
});
