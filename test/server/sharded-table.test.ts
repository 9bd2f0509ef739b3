import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { seededRandom } from "../../src/base/random.ts";
import { ShardedTable } from "../../src/server/sharded-table.ts";

const key = fc.integer({ min: 0, max: 2000 }).map((number) => `key:${number}`);

describe("ShardedTable", () => {
  it("holds what a Map holds", () => {
    const change = fc.record({ key, value: fc.option(fc.nat()) });
    fc.assert(
      fc.property(fc.array(change, { minLength: 500, maxLength: 4000 }), (changes) => {
        const table = new ShardedTable<number>();
        const model = new Map<string, number>();
        for (const { key: name, value } of changes) {
          if (value === null) expect(table.delete(name)).toBe(model.delete(name));
          else {
            table.set(name, value);
            model.set(name, value);
          }
        }
        expect(table.size).toBe(model.size);
        expect(new Map(table)).toEqual(model);
        for (const [name, value] of model) expect(table.get(name)).toBe(value);
      }),
      { numRuns: 20 },
    );
  });

  it("shows every key that stays to a scan, however much the table grows meanwhile", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3000 }),
        fc.integer({ min: 0, max: 60 }),
        (stay, grow) => {
          const table = new ShardedTable<number>();
          for (let number = 0; number < stay; number++) table.set(`stays:${number}`, number);
          const seen = new Set<string>();
          let added = 0;
          let cursor = 0;
          do {
            cursor = table.scan(cursor, (name) => seen.add(name));
            for (let step = 0; step < grow && added < 6000; step++) table.set(`new:${added++}`, 0);
          } while (cursor !== 0);
          for (let number = 0; number < stay; number++) expect(seen).toContain(`stays:${number}`);
        },
      ),
      { numRuns: 30 },
    );
  });

  it("spreads keys evenly, whatever part of them differs", () => {
    for (const name of [
      (number: number) => `user:${number}:name`,
      (number: number) => `${number}${"x".repeat(200)}`,
      (number: number) => String.fromCharCode(number & 255, number >> 8),
    ]) {
      const table = new ShardedTable<number>();
      for (let number = 0; number < 100_000; number++) table.set(name(number), number);
      const sizes = Array.from({ length: table.shardCount }, (_, index) => table.shard(index).size);
      expect(Math.max(...sizes)).toBeLessThan(256 * 4);
    }
  });

  it("keeps keys in their shards while splits are held", () => {
    const table = new ShardedTable<number>();
    table.holdSplits();
    for (let number = 0; number < 1000; number++) table.set(String(number), number);
    expect(table.shardCount).toBe(1);
    table.releaseSplits();
    for (let number = 1000; number < 2000; number++) table.set(String(number), number);
    expect(table.shardCount).toBeGreaterThan(3);
    expect(table.size).toBe(2000);
  });

  it("finds any key at random", () => {
    const table = new ShardedTable<number>();
    const random = seededRandom(1);
    expect(table.random(random)).toBeUndefined();
    for (let number = 0; number < 300; number++) table.set(String(number), number);
    const seen = new Set<string>();
    for (let tries = 0; tries < 20_000; tries++) seen.add(table.random(random)?.[0] ?? "");
    expect(seen.size).toBe(300);
  });
});
