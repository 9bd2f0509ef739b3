import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { seededRandom } from "../../../src/base/random.ts";
import { Dictionary, SMALL_ENTRIES } from "../../../src/server/values/dictionary.ts";

const key = fc.integer({ min: 0, max: 1000 }).map((number) => `field:${number}`);
const change = fc.record({ key, kind: fc.constantFrom("set", "set", "delete"), value: fc.nat() });

function filled(count: number): Dictionary<number> {
  const dictionary = new Dictionary<number>();
  for (let number = 0; number < count; number++) dictionary.set(`field:${number}`, number);
  return dictionary;
}

function scanned(dictionary: Dictionary<number>, between: () => void = () => undefined): string[] {
  const seen: string[] = [];
  let cursor = 0;
  do {
    cursor = dictionary.scan(cursor, (name) => seen.push(name));
    between();
  } while (cursor !== 0);
  return seen;
}

function sorted<Item>(items: Iterable<[string, Item]>): [string, Item][] {
  return [...items].toSorted(([one], [other]) => (one < other ? -1 : 1));
}

describe("Dictionary", () => {
  it("holds what a Map holds, and so do its copies whatever becomes of either", () => {
    fc.assert(
      fc.property(
        fc.array(change, { minLength: 300, maxLength: 2500 }),
        fc.integer({ min: 1, max: 400 }),
        (changes, every) => {
          const dictionary = new Dictionary<number>();
          const model = new Map<string, number>();
          const copies: [Dictionary<number>, Map<string, number>][] = [];
          for (const [number, { key: name, kind, value }] of changes.entries()) {
            const targets = [[dictionary, model] as const, ...copies.slice(number % 2)];
            for (const [target, expected] of targets) {
              if (kind === "set") {
                target.set(name, value);
                expected.set(name, value);
              } else {
                expect(target.delete(name)).toBe(expected.delete(name));
              }
              expect(target.get(name)).toBe(expected.get(name));
            }
            if (number % every === 0 && copies.length < 3) {
              copies.push([dictionary.copy(), new Map(model)]);
            }
          }
          for (const [target, expected] of [[dictionary, model] as const, ...copies]) {
            expect(target.size).toBe(expected.size);
            expect(sorted(target)).toEqual(sorted(expected));
          }
        },
      ),
      { numRuns: 15 },
    );
  });

  it("is in order of insertion while it is small", () => {
    const dictionary = filled(SMALL_ENTRIES);
    dictionary.delete("field:3");
    dictionary.set("field:5", 55);
    dictionary.set("field:3", 33);
    const names = [...dictionary].map(([name]) => name);
    expect(names.slice(0, 5)).toEqual(["field:0", "field:1", "field:2", "field:4", "field:5"]);
    expect(names.at(-1)).toBe("field:3");
    expect(scanned(dictionary)).toEqual(names);
  });

  it.each([SMALL_ENTRIES, SMALL_ENTRIES + 1, 5000])("draws every one of %i entries", (count) => {
    const dictionary = filled(count);
    const random = seededRandom(7);
    const drawn = new Set<string | undefined>();
    for (let draw = 0; draw < 40 * count; draw++) drawn.add(dictionary.random(random));
    expect(drawn.size).toBe(count);
    expect(new Dictionary().random(random)).toBeUndefined();
  });

  it("scans all that stay, while it grows and shrinks", () => {
    const dictionary = filled(3000);
    let number = 3000;
    let removed = 1000;
    const seen = new Set(
      scanned(dictionary, () => {
        if (number < 9000) for (let more = 0; more < 20; more++) dictionary.set(`x:${number++}`, 0);
        else if (removed < 3000) dictionary.delete(`field:${removed++}`);
      }),
    );
    for (let stayed = 0; stayed < 1000; stayed++) expect(seen.has(`field:${stayed}`)).toBe(true);
  });
});
