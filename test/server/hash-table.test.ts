import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { seededRandom } from "../../src/base/random.ts";
import { type Chained, hashOf, HashTable } from "../../src/server/hash-table.ts";

interface Item extends Chained<Item> {
  readonly value: number;
}

function item(key: string, value = 0): Item {
  return { key, hash: hashOf(key), next: undefined, value };
}

function filled(count: number, name: (number: number) => string): HashTable<Item> {
  const table = new HashTable<Item>();
  for (let number = 0; number < count; number++) table.add(item(name(number), number));
  return table;
}

/** How many keys each bucket has. */
function lengths(table: HashTable<Item>): number[] {
  return Array.from({ length: table.bucketCount }, (_, index) => {
    const keys: string[] = [];
    table.visitBucket(index, ({ key }) => keys.push(key));
    return keys.length;
  });
}

const key = fc.integer({ min: 0, max: 2000 }).map((number) => `key:${number}`);

describe("HashTable", () => {
  it("holds what a Map holds", () => {
    const change = fc.record({ key, isRemoved: fc.boolean(), value: fc.nat() });
    fc.assert(
      fc.property(fc.array(change, { minLength: 500, maxLength: 4000 }), (changes) => {
        const table = new HashTable<Item>();
        const model = new Map<string, number>();
        for (const { key: name, isRemoved, value } of changes) {
          const known = table.get(name);
          expect(known?.value).toBe(model.get(name));
          if (isRemoved) {
            expect(table.delete(name)).toBe(known);
            model.delete(name);
          } else if (known === undefined) {
            table.add(item(name, value));
            model.set(name, value);
          }
        }
        expect(table.size).toBe(model.size);
        expect(new Map([...table].map((one) => [one.key, one.value]))).toEqual(model);
      }),
      { numRuns: 20 },
    );
  });

  it("grows and shrinks with what it holds, a few buckets at a time", () => {
    const table = filled(20_000, (number) => `key:${number}`);
    expect(table.bucketCount).toBe(20_000);
    for (let number = 0; number < 19_990; number++) {
      const before = table.bucketCount;
      table.delete(`key:${number}`);
      expect(before - table.bucketCount).toBeLessThanOrEqual(8);
    }
    expect(table.bucketCount).toBeLessThanOrEqual(80);
    expect([...table].map(({ value }) => value).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 10 }, (_, index) => 19_990 + index),
    );
  });

  it("shows every key that stays to a scan, however much the table changes meanwhile", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 300 }),
        fc.array(fc.integer({ min: -400, max: 400 }), { maxLength: 300 }),
        (stay, changes) => {
          const table = filled(stay, (number) => `stays:${number}`);
          const seen = new Set<string>();
          let others = 0;
          let step = 0;
          let cursor = 0;
          do {
            cursor = table.scan(cursor, (one) => seen.add(one.key));
            const change = changes[step++] ?? 0;
            for (let added = 0; added < change; added++) table.add(item(`other:${others++}`));
            for (let removed = 0; removed > change && others > 0; removed--) {
              table.delete(`other:${--others}`);
            }
          } while (cursor !== 0);
          for (let number = 0; number < stay; number++) expect(seen).toContain(`stays:${number}`);
        },
      ),
      { numRuns: 100 },
    );
  });

  it.each([
    ["in the middle", (number: number) => `user:${number}:name`],
    ["at the beginning of long ones", (number: number) => `${number}${"x".repeat(200)}`],
    ["in raw bytes", (number: number) => String.fromCharCode(number & 255, number >> 8)],
  ])("spreads keys that differ %s", (_, name) => {
    expect(Math.max(...lengths(filled(50_000, name)))).toBeLessThan(16);
  });

  it("keeps keys in their buckets while these are held, and catches up afterwards", () => {
    const table = new HashTable<Item>();
    table.holdBuckets();
    for (let number = 0; number < 1000; number++) table.add(item(String(number)));
    expect(table.bucketCount).toBe(4);
    for (let number = 0; number < 900; number++) table.delete(String(number));
    table.releaseBuckets();
    for (let number = 1000; number < 2000; number++) table.add(item(String(number)));
    expect(table.bucketCount).toBe(1100);
    expect(table.size).toBe(1100);
  });

  it("finds any key at random", () => {
    const random = seededRandom(1);
    expect(new HashTable<Item>().random(random)).toBeUndefined();
    const table = filled(300, String);
    const seen = new Set<string>();
    for (let tries = 0; tries < 20_000; tries++) seen.add(table.random(random)?.key ?? "");
    expect(seen.size).toBe(300);
  });
});
