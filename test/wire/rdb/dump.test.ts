import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dumpOf, isIntactDump, readDump } from "../../../src/wire/rdb/dump.ts";
import type { RdbValue } from "../../../src/wire/rdb/record.ts";
import { joined, type PlainValue, plainValue } from "./contents.ts";
import { asDump, length, listpack, plainItems, string, uint } from "./encodings.ts";
import { anyValue } from "./values.ts";

function valueIn(bytes: Buffer): PlainValue | undefined {
  const pieces: PlainValue[] = [];
  const refusal = readDump(bytes, (piece) => {
    pieces.push(plainValue(piece));
    return undefined;
  });
  return refusal === undefined ? pieces.reduce(joined) : undefined;
}

describe("a dump", () => {
  it("is told as Redis tells it, but for the version", () => {
    const redis = Buffer.from("00c0010a002678e7b6d10111fc", "hex");
    expect(isIntactDump(redis, { checksum: true })).toBe(true);
    expect(valueIn(redis)).toBe("1");
    expect(dumpOf({ kind: "string", bytes: "1" }).toString("hex")).toMatch(/^00c0010900/);
  });

  it("is read as it was made", () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        const bytes = dumpOf(value);
        expect(isIntactDump(bytes, { checksum: true })).toBe(true);
        expect(valueIn(bytes)).toEqual(plainValue(value));
      }),
      { numRuns: 100 },
    );
  });

  it.each<[string, RdbValue, number]>([
    ["a plain value", { kind: "list", items: ["a"] }, 9],
    ["a stream of Redis 5", { kind: "opaque", type: 15, bytes: Buffer.from("x") }, 9],
    ["a stream of Redis 7.0", { kind: "opaque", type: 19, bytes: Buffer.from("x") }, 10],
    ["a stream of Redis 7.2", { kind: "opaque", type: 21, bytes: Buffer.from("x") }, 11],
  ])("has the version that it needs: %s", (_name, value, version) => {
    expect(dumpOf(value).readUInt16LE(dumpOf(value).length - 10)).toBe(version);
  });

  it("of a stream is its bytes again", () => {
    const none = length(0);
    const node = Buffer.concat([string("i".repeat(16)), string(listpack(["a"]))]);
    const stream = Buffer.concat([length(1), node, ...Array.from({ length: 3 }, () => none), none]);
    const bytes = asDump(15, stream);
    let read: RdbValue | undefined;
    readDump(bytes, (piece) => {
      read = piece;
      return undefined;
    });
    expect(read).toEqual({ kind: "opaque", type: 15, bytes: stream });
    if (read !== undefined) expect(dumpOf(read)).toEqual(bytes);
  });

  it.each([
    ["shorter than its end", Buffer.alloc(9)],
    ["of a version to come", asDump(0, string("a"), 13)],
    ["with a wrong checksum", Buffer.concat([asDump(0, string("a")).subarray(0, -1), uint(7, 1)])],
  ])("is not intact: %s", (_name, bytes) => {
    expect(isIntactDump(bytes, { checksum: true })).toBe(false);
  });

  it("may have a wrong checksum where none is asked for", () => {
    const wrong = Buffer.concat([asDump(0, string("a")).subarray(0, -8), Buffer.alloc(8)]);
    expect(isIntactDump(wrong, { checksum: false })).toBe(true);
  });

  it.each([
    ["nothing", Buffer.alloc(10), "cut off"],
    ["no value", asDump(0, Buffer.alloc(0)), "cut off"],
    ["a value cut off", asDump(1, plainItems(["a", "b"]).subarray(0, -1)), "cut off"],
    ["no listpack", asDump(16, string(Buffer.alloc(0))), "a listpack of wrong size"],
    ["an empty list", asDump(1, length(0)), "a container without elements"],
    ["a module", asDump(7, string("a")), "type 7 (module)"],
    ["an unknown type", asDump(26, string("a")), "type 26 (unknown)"],
    [
      "a huge string",
      asDump(0, Buffer.from("8100000000ffffffff", "hex")),
      "a string of 4294967295",
    ],
  ])("is refused: %s", (_name, bytes, reason) => {
    expect(readDump(bytes, () => undefined)).toContain(reason);
  });

  it("is refused when its taker objects", () => {
    expect(readDump(asDump(0, string("a")), () => "not now")).toBe("not now");
  });

  it("may have something behind its value", () => {
    expect(valueIn(asDump(0, Buffer.concat([string("a"), Buffer.from("more")])))).toBe("a");
  });
});
