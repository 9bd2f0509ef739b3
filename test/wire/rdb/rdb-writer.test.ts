import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bufferOf, type Bytes, textOf } from "../../../src/base/bytes.ts";
import { unixMillis } from "../../../src/base/units.ts";
import type { RdbOrigin } from "../../../src/wire/rdb/aux-fields.ts";
import { RdbWriter } from "../../../src/wire/rdb/rdb-writer.ts";
import type { RdbKey } from "../../../src/wire/rdb/record.ts";
import { keysOf, plainValue } from "./contents.ts";
import { recordsOf } from "./fixtures.ts";
import { anyContainer } from "./values.ts";

const origin: RdbOrigin = {
  redisVersion: "7.2.0",
  createdAt: unixMillis(1_700_000_000_999),
  usedMemoryBytes: 1_000_000,
  replication: undefined,
};

function key(name: Bytes, bytes: Bytes, expireAt?: number): RdbKey {
  return {
    key: name,
    value: { kind: "string", bytes },
    expireAt: expireAt === undefined ? undefined : unixMillis(expireAt),
  };
}

/** A file of one database, with what comes before its keys cut off when `bare`. */
function written(keys: readonly RdbKey[], compression: "lzf" | "none" = "none"): Buffer {
  const writer = new RdbWriter({ compression });
  writer.header(origin);
  writer.selectDb(0);
  writer.resizeDb({ keys: keys.length, expires: 0 });
  for (const record of keys) writer.key(record);
  writer.end();
  return Buffer.concat(writer.takeBlocks());
}

/** The bytes of one record: what a file with it has more than an empty one. */
function recordBytes(record: RdbKey, compression: "lzf" | "none" = "none"): string {
  const empty = written([]).length - 9;
  return written([record], compression).subarray(empty, -9).toString("hex");
}

describe("a written RDB", () => {
  it("has the header, the aux fields and the end in order", () => {
    const writer = new RdbWriter({ compression: "none" });
    const replication = { streamDb: 3, replicationId: "a".repeat(40), offset: 12345678901 };
    writer.header({ ...origin, replication });
    writer.selectDb(3);
    writer.resizeDb({ keys: 300, expires: 70000 });
    writer.end();
    expect(recordsOf(Buffer.concat(writer.takeBlocks()))).toEqual([
      { kind: "version", version: 9 },
      { kind: "aux", name: "redis-ver", value: "7.2.0" },
      { kind: "aux", name: "redis-bits", value: "64" },
      { kind: "aux", name: "ctime", value: "1700000000" },
      { kind: "aux", name: "used-mem", value: "1000000" },
      { kind: "aux", name: "repl-stream-db", value: "3" },
      { kind: "aux", name: "repl-id", value: "a".repeat(40) },
      { kind: "aux", name: "repl-offset", value: "12345678901" },
      { kind: "aux", name: "aof-base", value: "0" },
      { kind: "select-db", db: 3 },
      { kind: "resize-db", keys: 300, expires: 70000 },
      { kind: "end" },
    ]);
  });

  it.each([
    ["text", key("k", "v"), "00016b0176"],
    ["int 8", key("k", "-128"), "00016bc080"],
    ["int 16", key("k", "128"), "00016bc18000"],
    ["int 32", key("k", "-2147483648"), "00016bc200000080"],
    ["an integer key", key("12", "v"), "00c00c0176"],
    ["an integer in a buffer", key("k", Buffer.from("7")), "00016bc007"],
    ["what is no canonical integer", key("k", "007"), "00016b03303037"],
    ["minus zero", key("k", "-0"), "00016b022d30"],
    ["beyond 32 bits", key("k", "2147483648"), "00016b0a32313437343833363438"],
    ["expiry", key("k", "v", 1234567890123), "fccb04fb711f01000000016b0176"],
    ["expiry in the past", key("k", "v", -1), "fcffffffffffffffff00016b0176"],
    ["expiry beyond 64 bits", key("k", "v", 2 ** 63), "fcffffffffffffff7f00016b0176"],
  ])("encodes %s", (_name, record, hex) => {
    expect(recordBytes(record)).toBe(hex);
  });

  it("compresses where four bytes are gained", () => {
    expect(recordBytes(key("k", "a".repeat(50)), "lzf")).toBe("00016bc305320061e02800");
    expect(recordBytes(key("k", "a".repeat(20)), "lzf")).toBe("00016b14" + "61".repeat(20));
    const noise = "0aZ1bY2cX3dW4eV5fU6gT7hS8iR9jQ";
    expect(recordBytes(key("k", noise), "lzf")).toBe(recordBytes(key("k", noise)));
  });

  it("gives back what was put in, in blocks taken at any time", () => {
    const bytes: fc.Arbitrary<Bytes> = fc.oneof(
      fc.uint8Array({ maxLength: 30 }).map((some) => Buffer.from(some).toString("latin1")),
      fc.integer().map(String),
      fc
        .tuple(fc.uint8Array({ minLength: 1, maxLength: 60 }), fc.integer({ min: 100, max: 5000 }))
        .map(([piece, times]) => Buffer.from(Buffer.alloc(piece.length * times, piece))),
    );
    const keys = fc.array(
      fc.record({
        name: bytes,
        value: bytes,
        expireAt: fc.option(fc.maxSafeInteger(), { nil: undefined }),
        takes: fc.boolean(),
      }),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(keys, fc.constantFrom("lzf", "none"), (wanted, compression) => {
        const writer = new RdbWriter({ compression });
        const blocks: Buffer[] = [];
        writer.header(origin);
        writer.selectDb(7);
        for (const { name, value, expireAt, takes } of wanted) {
          writer.key(key(name, value, expireAt));
          if (takes) blocks.push(...writer.takeBlocks(5000));
        }
        writer.end();
        blocks.push(...writer.takeBlocks());
        const rdb = Buffer.concat(blocks);
        expect(writer.bytesWritten).toBe(rdb.length);
        expect(writer.bytesPending).toBe(0);
        const read = recordsOf(rdb, 4000).flatMap((record) =>
          record.kind === "key" && record.value.kind === "string"
            ? [[record.db, textOf(record.key), textOf(record.value.bytes), record.expireAt]]
            : [],
        );
        expect(read).toEqual(
          wanted.map(({ name, value, expireAt }) => [7, textOf(name), textOf(value), expireAt]),
        );
      }),
      { numRuns: 60 },
    );
  });

  it("gives back containers, whole or element by element", () => {
    fc.assert(
      fc.property(fc.array(anyContainer, { maxLength: 5 }), (values) => {
        const writer = new RdbWriter({ compression: "lzf" });
        writer.header(origin);
        values.forEach((value, at) => {
          const name = `k${at}`;
          writer.key({ key: name, value, expireAt: unixMillis(at + 1) });
          if (value.kind === "list") {
            writer.container(`${name}'`, undefined, { kind: "list", size: value.items.length });
            for (const item of value.items) writer.item(item);
          } else if (value.kind === "sorted-set") {
            const size = value.members.length;
            writer.container(`${name}'`, undefined, { kind: "sorted-set", size });
            for (const { member, score } of value.members) writer.scored(member, score);
          }
        });
        writer.end();
        const keys = keysOf(Buffer.concat(writer.takeBlocks()));
        values.forEach((value, at) => {
          expect(keys[`k${at}`]).toEqual({ db: 0, value: plainValue(value), expireAt: at + 1 });
          const again = keys[`k${at}'`];
          if (again !== undefined) expect(again.value).toEqual(plainValue(value));
        });
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    ["a list", { kind: "list", items: ["a", "1"] }, "01016b020161c001"],
    ["a set", { kind: "set", members: ["a"] }, "02016b010161"],
    [
      "a hash",
      { kind: "hash", fields: [{ field: "f", value: "v", expireAt: undefined }] },
      "04016b0101660176",
    ],
    [
      "a sorted set",
      { kind: "sorted-set", members: [{ member: "m", score: 1.5 }] },
      "05016b01016d000000000000f83f",
    ],
    [
      "a hash with expiring fields",
      {
        kind: "hash",
        fields: [
          { field: "f", value: "v", expireAt: unixMillis(7) },
          { field: "g", value: "w", expireAt: undefined },
        ],
      },
      "18016b07000000000000000201016601760001670177",
    ],
    ["a stream", { kind: "opaque", type: 19, bytes: Buffer.from("abc") }, "13016b616263"],
  ] as const)("encodes %s", (_name, value, hex) => {
    expect(recordBytes({ key: "k", value, expireAt: undefined })).toBe(hex);
  });

  it("has libraries of functions and another version where asked to", () => {
    const writer = new RdbWriter({ compression: "none", version: 10 });
    writer.header(origin);
    writer.functionLibrary("#!lua name=f");
    writer.end();
    const records = recordsOf(Buffer.concat(writer.takeBlocks()));
    expect(records[0]).toEqual({ kind: "version", version: 10 });
    expect(records.slice(-2)).toEqual([
      { kind: "function", source: "#!lua name=f" },
      { kind: "end" },
    ]);
  });

  it("ends with zeros where checksums are off", () => {
    const writer = new RdbWriter({ compression: "none", ending: "zeros" });
    writer.header(origin);
    writer.end();
    const pending = writer.bytesPending;
    const rdb = Buffer.concat(writer.takeBlocks());
    expect(rdb.subarray(-9).toString("hex")).toBe("ff0000000000000000");
    expect([pending, writer.bytesPending]).toEqual([rdb.length, 0]);
    expect(recordsOf(rdb).at(-1)).toEqual({ kind: "end" });
  });

  it("does not change blocks that were taken", () => {
    const writer = new RdbWriter({ compression: "none" });
    writer.header(origin);
    const [first] = writer.takeBlocks();
    const before = first?.toString("hex");
    writer.key(key("k", "v"));
    expect(first?.toString("hex")).toBe(before);
    expect(writer.bytesPending).toBe(5);
  });

  it("gives a long value in slices, without copying it", () => {
    const writer = new RdbWriter({ compression: "lzf" });
    const value = Buffer.alloc(
      3_000_000,
      "not compressed, because that would take too long at once",
    );
    writer.header(origin);
    writer.key(key("k", value));
    writer.end();
    const slices: Buffer[] = [];
    while (writer.bytesPending > 0) {
      const blocks = writer.takeBlocks(100_000);
      const bytes = blocks.reduce((sum, block) => sum + block.length, 0);
      expect(bytes).toBeLessThanOrEqual(100_000 + 8);
      expect(blocks.some((block) => block.length > 50_000 && block.buffer !== value.buffer)).toBe(
        false,
      );
      slices.push(...blocks);
    }
    expect(writer.takeBlocks()).toEqual([]);
    const [read] = recordsOf(Buffer.concat(slices), 65536).filter(({ kind }) => kind === "key");
    if (read?.kind !== "key" || read.value.kind !== "string") throw new Error("no key");
    // Compared as a whole: the matchers walk through a Buffer byte by byte.
    expect(bufferOf(read.value.bytes).equals(value)).toBe(true);
  });
});
