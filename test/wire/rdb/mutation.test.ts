import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RdbError } from "../../../src/wire/rdb/errors.ts";
import { RdbReader } from "../../../src/wire/rdb/rdb-reader.ts";
import { fixture } from "./fixtures.ts";
import { type Damage, damaged } from "./mutation.ts";

/** Reads to the end or the error. @returns the bytes of all list elements that were handed over */
function read(rdb: Buffer, chunkBytes: number): number {
  const reader = new RdbReader();
  let bytes = 0;
  try {
    for (let at = 0; at < rdb.length; at += chunkBytes) {
      reader.feed(rdb.subarray(at, at + chunkBytes));
      for (let next = reader.next(); next !== undefined; next = reader.next()) {
        if (next.kind !== "key" && next.kind !== "more") continue;
        if (next.value.kind === "list") {
          for (const item of next.value.items) bytes += item.length;
        }
      }
    }
    reader.endOfInput();
  } catch (error) {
    if (!(error instanceof RdbError)) throw error;
  }
  return bytes;
}

const damage: fc.Arbitrary<Damage> = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
  how: fc.constantFrom("flip", "set", "cut", "repeat", "insert"),
  byte: fc.nat(255),
});

/** Checksums are off, so that the damage is met where it is. */
describe("a real file that was damaged", () => {
  it.each(["containers", "containers-plain", "stream", "strings", "function"])(
    "ends with an error or a value, within bounds: %s",
    (name) => {
      const good = fixture(name);
      fc.assert(
        fc.property(
          fc.array(damage, { minLength: 1, maxLength: 3 }),
          fc.integer({ min: 1, max: good.length }),
          (damages, chunkBytes) => {
            const rdb = damaged(good, damages);
            // LZF makes at most 88 bytes of one.
            expect(read(rdb, chunkBytes)).toBeLessThanOrEqual(rdb.length * 88);
          },
        ),
        { numRuns: 150 },
      );
    },
  );
});
