import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ScoredMember, SortedSet } from "../../../src/server/values/sorted-set.ts";

const member = fc.integer({ min: 0, max: 400 }).map((number) => `m${number}`);
const score = fc.oneof(
  fc.integer({ min: -20, max: 20 }),
  fc.double({ noNaN: true }),
  fc.constantFrom(Infinity, -Infinity, 0, -0),
);
const change = fc.record({ member, score, isRemoved: fc.boolean() });

function inOrder(model: ReadonlyMap<string, number>): ScoredMember[] {
  return [...model]
    .map(([name, value]) => ({ member: name, score: value }))
    .toSorted((one, other) => {
      if (one.score !== other.score) return one.score < other.score ? -1 : 1;
      return one.member < other.member ? -1 : 1;
    });
}

describe("SortedSet", () => {
  it("orders by score, then by bytes, and finds ranks", () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 1200 }), (changes) => {
        const set = new SortedSet();
        const model = new Map<string, number>();
        for (const { member: name, score: value, isRemoved } of changes) {
          if (isRemoved) {
            expect(set.delete(name)).toBe(model.delete(name));
          } else {
            const old = model.get(name);
            const outcome = set.set(name, value);
            if (old === undefined) expect(outcome).toBe("added");
            else expect(outcome).toBe(old === value ? "unchanged" : "updated");
            if (old !== value) model.set(name, value === 0 ? 0 : value);
          }
          expect(set.score(name)).toBe(model.get(name));
        }
        const expected = inOrder(model);
        expect([...set]).toEqual(expected);
        expect([...set.reversed()]).toEqual(expected.toReversed());
        for (const [rank, { member: name }] of expected.entries()) {
          expect(set.rank(name)).toBe(rank);
          expect(set.at(rank)?.member).toBe(name);
        }
        for (const limit of [-Infinity, -3, 0, 5, Infinity]) {
          expect(set.countBelow(limit)).toBe(expected.filter((one) => one.score < limit).length);
          expect(set.countUpTo(limit)).toBe(expected.filter((one) => one.score <= limit).length);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("finds members by their bytes where scores are equal", () => {
    const set = new SortedSet();
    for (const name of ["b", "a", "ab", "\xff", "B", ""]) set.set(name, 1);
    expect([...set].map((one) => one.member)).toEqual(["", "B", "a", "ab", "b", "\xff"]);
    expect(set.countBelowMember("a")).toBe(2);
    expect(set.countUpToMember("a")).toBe(3);
    expect(set.countUpToMember("aa")).toBe(3);
    expect(set.countBelowMember("\xff\xff")).toBe(6);
  });

  it("removes ranges of ranks", () => {
    const set = new SortedSet();
    for (let number = 0; number < 1000; number++) set.set(`m${number}`, number);
    const copied = set.copy();
    set.removeRange(10, 990);
    expect(set.size).toBe(20);
    expect(set.score("m10")).toBeUndefined();
    expect(set.rank("m990")).toBe(10);
    expect(copied.size).toBe(1000);
    expect(copied.rank("m990")).toBe(990);
  });

  it("is told as a skip list once it was large, or a member long", () => {
    const limits = { entries: 3, bytes: 5 };
    const long = new SortedSet();
    long.set("sixsix", 1);
    long.checkEncoding(limits);
    expect(long.encoding).toBe("skiplist");
    const large = new SortedSet();
    for (const name of ["a", "b", "c"]) large.set(name, 1);
    large.checkEncoding(limits);
    expect(large.encoding).toBe("listpack");
    large.set("d", 1);
    large.checkEncoding(limits);
    large.delete("d");
    large.checkEncoding(limits);
    expect(large.encoding).toBe("skiplist");
    expect(large.copy().encoding).toBe("skiplist");
  });
});
