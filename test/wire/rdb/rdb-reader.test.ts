import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PositionFields } from "../../../src/wire/rdb/aux-fields.ts";
import { crc64Bytes, newCrc64, updateCrc64 } from "../../../src/wire/rdb/crc64.ts";
import { RdbError } from "../../../src/wire/rdb/errors.ts";
import { RdbReader } from "../../../src/wire/rdb/rdb-reader.ts";
import { keysOf } from "./contents.ts";
import { fixture, recordsOf } from "./fixtures.ts";

/** A whole version 9 file around the given records, its checksum right. */
function rdbOf(...records: readonly (string | readonly number[])[]): Buffer {
  const parts = records.map((part) =>
    typeof part === "string" ? Buffer.from(part, "latin1") : Buffer.from(part),
  );
  return withChecksum(Buffer.concat([Buffer.from("REDIS0009"), ...parts, Buffer.from([0xff])]));
}

function withChecksum(bytes: Buffer): Buffer {
  const crc = newCrc64();
  updateCrc64(crc, bytes, 0, bytes.length);
  return Buffer.concat([bytes, crc64Bytes(crc)]);
}

function errorOf(rdb: Buffer): RdbError {
  try {
    recordsOf(rdb);
  } catch (error) {
    if (error instanceof RdbError) return error;
    throw error;
  }
  throw new Error("the RDB was read without an error");
}

/** Reads to the end or the error; anything but an RdbError fails the test. */
function survives(rdb: Uint8Array, chunkBytes: number): void {
  try {
    recordsOf(Buffer.from(rdb), chunkBytes);
  } catch (error) {
    if (!(error instanceof RdbError)) throw error;
  }
}

describe("a dump of a real server", () => {
  it("gives every string, in every encoding", () => {
    const binary = Array.from({ length: 6000 }, (_, i) => (i * i * 7 + Math.floor(i / 3)) % 251);
    expect(keysOf(fixture("strings"))).toEqual({
      empty: { db: 0, value: "" },
      int8: { db: 0, value: "-128" },
      int16: { db: 0, value: "32767" },
      int32: { db: 0, value: "-2147483648" },
      "beyond-int32": { db: 0, value: "2147483648" },
      "not-canonical": { db: 0, value: "007" },
      run: { db: 0, value: "a".repeat(50) },
      octets: { db: 0, value: "abcdefgh".repeat(8) },
      "long-run": { db: 0, value: "x".repeat(5000) },
      "long-binary": { db: 0, value: Buffer.from(binary).toString("latin1") },
      "all-bytes": { db: 0, value: String.fromCharCode(...Array.from({ length: 256 }).keys()) },
      "k\xff\x01": { db: 0, value: "bytes-in-key" },
      "12345": { db: 0, value: "integer-key" },
      "expires-far": { db: 0, value: "v", expireAt: 4102444800123 },
      "in-db-3": { db: 3, value: "three" },
      lasts: { db: 3, value: "v", expireAt: 4102444800000 },
      "in-db-15": { db: 15, value: "x" },
    });
  });

  it("tells version, databases and sizes in the order of the file", () => {
    const others = recordsOf(fixture("strings")).filter(
      ({ kind }) => kind !== "key" && kind !== "aux",
    );
    expect(others).toEqual([
      { kind: "version", version: 10 },
      { kind: "select-db", db: 0 },
      { kind: "resize-db", keys: 14, expires: 1 },
      { kind: "select-db", db: 3 },
      { kind: "resize-db", keys: 2, expires: 1 },
      { kind: "select-db", db: 15 },
      { kind: "resize-db", keys: 1, expires: 0 },
      { kind: "end" },
    ]);
  });

  it("says where in which history it stands", () => {
    const fields = new PositionFields();
    for (const record of recordsOf(fixture("replication"))) {
      if (record.kind === "aux") fields.add(record.name, record.value);
    }
    expect(fields.position).toEqual({
      streamDb: 2,
      replicationId: "bafdfbdbd07511a66db3885df58ad76b5ebcfe19",
      offset: 50,
    });
  });

  it("keeps long values as buffers and short ones as text", () => {
    for (const record of recordsOf(fixture("strings"))) {
      if (record.kind !== "key" || record.value.kind !== "string") continue;
      expect(Buffer.isBuffer(record.value.bytes)).toBe(record.value.bytes.length > 4096);
    }
  });

  it.each(["strings", "empty", "no-checksum", "replication"])("reads %s in any slicing", (name) => {
    const rdb = fixture(name);
    const whole = recordsOf(rdb);
    for (const size of [1, 2, 3, 5, 7, 9, 16, 64, 500]) expect(recordsOf(rdb, size)).toEqual(whole);
  });
});

describe("the end of an RDB", () => {
  const rdb = rdbOf([0x00], "\x01k\x01v");

  it("is known to the byte, whatever follows in the same chunk", () => {
    const trailing = Buffer.from("*1\r\n$4\r\nping\r\n");
    for (let cut = 1; cut < rdb.length + trailing.length; cut++) {
      const reader = new RdbReader();
      const all = Buffer.concat([rdb, trailing]);
      reader.feed(all.subarray(0, cut));
      while (reader.next() !== undefined);
      reader.feed(all.subarray(cut));
      while (reader.next() !== undefined);
      expect(reader.ended).toBe(true);
      expect(reader.bytesRead).toBe(rdb.length);
      expect(reader.takeRest().equals(trailing)).toBe(true);
    }
  });

  it("is missed when the input stops before it", () => {
    for (let length = 0; length < rdb.length; length++) {
      expect(errorOf(rdb.subarray(0, length)).message).toContain("cut off");
    }
  });

  it("needs no checksum before version 5", () => {
    const old = Buffer.from("REDIS0004\x00\x01k\x01v\xff", "latin1");
    expect(recordsOf(old).at(-1)).toEqual({ kind: "end" });
  });

  it("verifies the checksum, unless it is zero", () => {
    const wrong = Buffer.from(rdb);
    wrong[wrong.length - 1] = (wrong.at(-1) ?? 0) ^ 1;
    expect(errorOf(wrong).message).toContain("wrong checksum");
    const none = Buffer.concat([rdb.subarray(0, -8), Buffer.alloc(8)]);
    expect(recordsOf(none)).toEqual(recordsOf(rdb));
    const careless = new RdbReader({ checksum: "ignore" });
    careless.feed(wrong);
    while (careless.next() !== undefined);
    expect(careless.ended).toBe(true);
  });
});

describe("versions", () => {
  it.each([1, 9, 12])("reads %d", (version) => {
    const header = `REDIS${String(version).padStart(4, "0")}\xff`;
    expect(recordsOf(withChecksum(Buffer.from(header, "latin1")))[0]).toEqual({
      kind: "version",
      version,
    });
  });

  it.each([0, 13, 9999])("refuses %d before any key", (version) => {
    const error = errorOf(Buffer.from(`REDIS${String(version).padStart(4, "0")}`));
    expect(error.message).toContain(`RDB version ${version} is not supported`);
    expect(error.kind).toBe("unsupported");
  });

  it.each(["VALKEY080", "REDIS00x9", "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00"])(
    "refuses the header %j",
    (header) => {
      expect(errorOf(Buffer.from(header, "latin1")).message).toContain("not an RDB file");
    },
  );
});

describe("records", () => {
  const key = [0x00, 0x01, 0x6b, 0x01, 0x76];

  it.each([
    ["milliseconds", [0xfc, 0xcb, 0x04, 0xfb, 0x71, 0x1f, 0x01, 0, 0], 1234567890123],
    ["milliseconds before 1970", [0xfc, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], -1],
    ["seconds", [0xfd, 0xd2, 0x02, 0x96, 0x49], 1234567890000],
  ])("carry expiry in %s", (_name, expiry, expireAt) => {
    const [, first, second] = recordsOf(rdbOf(expiry, key, [0x00], "\x01l\x01v"));
    expect(first).toMatchObject({ kind: "key", key: "k", expireAt });
    expect(second).toMatchObject({ kind: "key", key: "l", expireAt: undefined });
  });

  it("pass over idle time, access frequency and slot hints", () => {
    const rdb = rdbOf([0xf4, 1, 2, 0x40, 0x99], [0xf8, 0x80, 0, 0, 1, 0], [0xf9, 0xff], key);
    expect(recordsOf(rdb)[1]).toMatchObject({ kind: "key", key: "k" });
  });

  it.each([
    ["6 bits", [0x3f], 63],
    ["14 bits", [0x7f, 0xfe], 16382],
    ["32 bits", [0x80, 0xff, 0xff, 0xff, 0xff], 4294967295],
    ["64 bits", [0x81, 0, 0, 0, 1, 0, 0, 0, 2], 4294967298],
  ])("carry lengths of %s", (_name, length, keys) => {
    expect(recordsOf(rdbOf([0xfb], length, [0]))[1]).toEqual({
      kind: "resize-db",
      keys,
      expires: 0,
    });
  });

  it.each([
    [
      "a module's key",
      [7, 0x01, 0x6b, 0x81, 0, 0, 0, 0, 0, 0, 0x04, 0x01],
      "'k', made by 'AAAAAAAAB'",
    ],
    ["a module's data", [0xf7, 0x02], "data of module 'AAAAAAAAA' (encoding version 2)"],
    ["a pre-release function", [0xf6], "opcode 246"],
    ["type 8", [8], "unknown type or opcode 8"],
    ["type 26", [26], "unknown type or opcode 26"],
    ["opcode 243", [243], "unknown type or opcode 243"],
  ])("are refused by name: %s", (_name, bytes, message) => {
    const error = errorOf(rdbOf(bytes));
    expect(error.message).toContain(message);
    expect(error.kind).toBe("unsupported");
  });

  it.each([
    ["a length that is none", [0xfe, 0x82], "0x82 begins no length"],
    ["a string's encoding as a length", [0xfb, 0xc0, 1], "0xc0 begins no length"],
    ["an unknown string encoding", [0x00, 0xc4], "unknown string encoding 0xc4"],
    ["a string beyond all bounds", [0x00, 0x81, 0, 0xff, 0, 0, 0, 0, 0, 0], "a string of"],
    ["a compressed string that lies", [0x00, 0xc3, 2, 3, 0x20, 5], "cannot be expanded"],
  ])("are corrupt with %s", (_name, bytes, message) => {
    const error = errorOf(rdbOf(bytes));
    expect(error.message).toContain(message);
    expect(error.kind).toBe("corrupt");
  });

  it("name a long or binary key by its escaped beginning", () => {
    const error = errorOf(rdbOf([7, 0x40, 100], `a'\n\xff${"k".repeat(96)}\x01`));
    expect(error.message).toContain(`of key 'a'\\n\\xff${"k".repeat(60)}…'`);
  });
});

describe("any input", () => {
  it("throws nothing but RdbError when it is noise behind a header", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        fc.integer({ min: 1, max: 50 }),
        (noise, size) => {
          survives(noise, size);
          survives(Buffer.concat([Buffer.from("REDIS0009"), noise]), size);
        },
      ),
      { numRuns: 500 },
    );
  });

  it("throws nothing but RdbError when a good file was damaged", () => {
    const good = fixture("strings");
    const damage = fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(damage, fc.integer({ min: 1, max: 500 }), (changes, size) => {
        const rdb = Buffer.from(good);
        for (const [at, byte] of changes) rdb[at] = byte;
        survives(rdb, size);
      }),
      { numRuns: 500 },
    );
  });

  it("gives the same error again once it has failed", () => {
    const reader = new RdbReader();
    reader.feed(Buffer.from("REDIS0013"));
    expect(() => reader.next()).toThrow(RdbError);
    reader.feed(rdbOf());
    expect(() => reader.next()).toThrow("RDB version 13");
    expect(() => reader.endOfInput()).toThrow("RDB version 13");
  });
});
