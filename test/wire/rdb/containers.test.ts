import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RdbError } from "../../../src/wire/rdb/errors.ts";
import { keysOf, type PlainValue } from "./contents.ts";
import {
  expiringFields,
  expiringListpack,
  fileOf,
  intset,
  latin1,
  length,
  listpack,
  plainFields,
  plainItems,
  plainScores,
  quicklist,
  quicklist2,
  string,
  textScores,
  uint,
  ziplist,
  zipmap,
} from "./encodings.ts";
import { recordsOf } from "./fixtures.ts";

function valueOf(type: number, value: Buffer, chunkBytes?: number): PlainValue | undefined {
  const rdb = fileOf(type, "k", value);
  return keysOf(rdb, chunkBytes ?? rdb.length)["k"]?.value;
}

const text = fc.oneof(
  fc.integer({ min: -200, max: 5000 }).map(String),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String),
  fc.constantFrom("", "007", "-0", "+1", "9223372036854775808", "x".repeat(63), "y".repeat(64)),
  fc.integer({ min: 100, max: 20000 }).map((count) => "z".repeat(count)),
  fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes).toString("latin1")),
);
const texts = fc.array(text, { minLength: 1, maxLength: 40 });
const pairs = fc.uniqueArray(fc.tuple(text, text), {
  minLength: 1,
  maxLength: 20,
  selector: ([first]) => first,
});
const score = fc.double({ noNaN: true });
const scored = fc.uniqueArray(fc.tuple(text, score), {
  minLength: 1,
  maxLength: 20,
  selector: ([member]) => member,
});
const expiring = fc.uniqueArray(
  fc.tuple(text, text, fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 2 ** 46 }))),
  { minLength: 1, maxLength: 20, selector: ([field]) => field },
);
const integers = fc.uniqueArray(
  fc.oneof(
    fc.bigInt({ min: -40000n, max: 40000n }),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  ),
  { minLength: 1, maxLength: 30 },
);

/** Scores as text, the way packed containers hold them. */
function flat(members: readonly (readonly [string, number])[]): string[] {
  return members.flatMap(([member, value]) => [
    member,
    Number.isFinite(value) ? String(value) : value > 0 ? "inf" : "-inf",
  ]);
}

function expectRead(type: number, value: Buffer, expected: PlainValue, chunkBytes: number): void {
  expect(valueOf(type, value, chunkBytes)).toEqual(expected);
}

const chunk = fc.integer({ min: 1, max: 3000 });
const RUNS = { numRuns: 40 };

describe("every encoding of a container", () => {
  it.each([
    [1, plainItems],
    [10, (items: readonly string[]) => string(ziplist(items))],
    [14, (items: readonly string[]) => quicklist(items, 3)],
    [18, (items: readonly string[]) => quicklist2(items, 1000)],
  ])("is read: list, type %i", (type, encode) => {
    fc.assert(
      fc.property(texts, chunk, (items, size) => {
        expectRead(type, encode(items), { list: items }, size);
      }),
      RUNS,
    );
  });

  it.each([
    [2, plainItems],
    [20, (items: readonly string[]) => string(listpack(items))],
  ])("is read: set, type %i", (type, encode) => {
    fc.assert(
      fc.property(texts, chunk, (items, size) => {
        const members = [...new Set(items)];
        expectRead(type, encode(members), { set: [...members].sort() }, size);
      }),
      RUNS,
    );
  });

  it("is read: set of integers, type 11", () => {
    fc.assert(
      fc.property(integers, chunk, (members, size) => {
        expectRead(11, string(intset(members)), { set: members.map(String).sort() }, size);
      }),
      RUNS,
    );
  });

  it.each([
    [4, plainFields],
    [9, (fields: readonly [string, string][]) => string(zipmap(fields, 3))],
    [13, (fields: readonly [string, string][]) => string(ziplist(fields.flat()))],
    [16, (fields: readonly [string, string][]) => string(listpack(fields.flat()))],
  ])("is read: hash, type %i", (type, encode) => {
    fc.assert(
      fc.property(pairs, chunk, (fields, size) => {
        const hash = Object.fromEntries(fields);
        expectRead(type, encode(fields), { hash, expiries: {} }, size);
      }),
      RUNS,
    );
  });

  it.each([22, 23, 24, 25] as const)("is read: hash with expiring fields, type %i", (type) => {
    fc.assert(
      fc.property(expiring, chunk, (fields, size) => {
        // These types are only written when a field expires.
        const all = [...fields, ["~expires", "v", 1_700_000_000_000] as const];
        const encoded =
          type === 22 || type === 24 ? expiringFields(all, type) : expiringListpack(all, type);
        const hash = Object.fromEntries(all.map(([field, value]) => [field, value]));
        const expiries = Object.fromEntries(
          all.flatMap(([field, , time]) => (time === 0 ? [] : [[field, time]])),
        );
        expectRead(type, encoded, { hash, expiries }, size);
      }),
      RUNS,
    );
  });

  it.each([
    [3, textScores],
    [5, plainScores],
    [12, (members: readonly [string, number][]) => string(ziplist(flat(members)))],
    [17, (members: readonly [string, number][]) => string(listpack(flat(members)))],
  ])("is read: sorted set, type %i", (type, encode) => {
    fc.assert(
      fc.property(scored, chunk, (members, size) => {
        const isText = type !== 5;
        const sortedSet = Object.fromEntries(
          members.map(([member, value]) => [member, isText && value === 0 ? 0 : value]),
        );
        expectRead(type, encode(members), { sortedSet }, size);
      }),
      RUNS,
    );
  });

  it("is read with more elements than its header can count", () => {
    const many = Array.from({ length: 70000 }, (_, index) => String(index));
    expect(valueOf(10, string(ziplist(many)))).toEqual({ list: many });
    expect(valueOf(18, Buffer.concat([length(1), length(2), string(listpack(many))]))).toEqual({
      list: many,
    });
  });

  it("is read at the bounds where the size behind an element grows", () => {
    for (const size of [124, 125, 126, 127, 16376, 16377, 16378, 16379, 2097146, 2097147]) {
      const items = ["a".repeat(size), "end"];
      expect(valueOf(18, Buffer.concat([length(1), length(2), string(listpack(items))]))).toEqual({
        list: items,
      });
    }
  });
});

describe("vectors of the specification", () => {
  it.each([
    [
      "a list in a listpack",
      18,
      "0102 27270000000500" +
        "816102" +
        "0101" +
        "dfff02" +
        "c3e802" +
        "9368656c6c6f20776f726c64207468697320697314" +
        "ff",
      { list: ["a", "1", "-1", "1000", "hello world this is"] },
    ],
    ["an intset", 11, "0e 02000000030000000100020 02c01", { set: ["1", "2", "300"] }],
    [
      "a hash in a ziplist",
      13,
      "1b 1b00000016000000040000026631040276310402663204027632ff",
      { hash: { f1: "v1", f2: "v2" }, expiries: {} },
    ],
    [
      "a hash in a zipmap",
      9,
      "10 0202663102007631026632020076 32ff",
      { hash: { f1: "v1", f2: "v2" }, expiries: {} },
    ],
  ])("%s", (_name, type, hex, expected) => {
    expect(valueOf(type, Buffer.from(hex.replaceAll(" ", ""), "hex"))).toEqual(expected);
  });
});

describe("a stream", () => {
  it("is well formed with a group and what is pending in it", () => {
    const value = stream({ pending: 2, consumers: [[2, 1]] });
    expect(valueOf(15, value, 3)).toEqual({ opaque: 15, hex: value.toString("hex") });
  });
});

describe("empty containers", () => {
  it.each([
    ["a plain list", 1, length(0)],
    ["a plain hash", 4, length(0)],
    ["a list of no nodes", 14, length(0)],
    ["a list of empty ziplists", 14, quicklist([], 1)],
    ["a list of an empty ziplist", 14, Buffer.concat([length(1), string(ziplist([]))])],
    [
      "a list of an empty listpack",
      18,
      Buffer.concat([length(1), length(2), string(listpack([]))]),
    ],
    ["a listpack", 16, string(listpack([]))],
    ["a zipmap", 9, string(zipmap([]))],
  ])("are told as such: %s", (_name, type, value) => {
    const records = recordsOf(fileOf(type, "k", value));
    expect(records.map(({ kind }) => kind)).toEqual(["version", "empty-key", "end"]);
    expect(records[1]).toEqual({ kind: "empty-key", db: 0, key: "k" });
  });

  it("do not give their expiry to the next key", () => {
    const expiry = Buffer.concat([uint(0xfd, 1), uint(1, 4)]);
    const records = Buffer.concat([expiry, uint(1, 1), string("empty"), length(0)]);
    const rdb = fileOf(1, "k", plainItems(["a"]));
    const file = Buffer.concat([rdb.subarray(0, 9), records, rdb.subarray(9)]);
    expect(keysOf(file)).toEqual({ k: { db: 0, value: { list: ["a"] } } });
  });
});

/** A container with one byte or more replaced. */
function patched(bytes: Buffer, at: number, ...replacement: number[]): Buffer {
  const copy = Buffer.from(bytes);
  copy.set(replacement, at < 0 ? copy.length + at : at);
  return copy;
}

describe("a container that contradicts itself", () => {
  const pack = listpack(["a", "b"]);
  const list = ziplist(["a", "b"]);
  const map = zipmap([["f", "v"]]);
  const numbers = intset([1n, 2n]);

  it.each([
    ["a listpack with a wrong size", 16, patched(pack, 0, 99), "a listpack of wrong size"],
    ["a listpack without an end", 16, patched(pack, -1, 0), "a listpack of wrong size"],
    ["a listpack cut short", 16, latin1("\x06\0\0\0\0\0"), "a listpack of wrong size"],
    ["a listpack with a wrong count", 16, patched(pack, 4, 3), "of 2 elements that says it has 3"],
    ["a listpack with a wrong back length", 16, patched(pack, 8, 1), "wrong size behind it"],
    ["a listpack that ends in between", 16, patched(pack, 9, 0xff), "ends too early"],
    ["a listpack with an unknown element", 16, patched(pack, 6, 0xf5), "0xf5 begins no element"],
    ["a listpack element beyond the end", 16, patched(pack, 9, 0xbf), "beyond the end"],
    [
      "a listpack element as long as can be",
      16,
      patched(pack, 6, 0xf0, 0xff, 0xff, 0xff, 0xff),
      "beyond the end",
    ],
    ["a listpack integer beyond the end", 16, patched(pack, 9, 0xf4), "beyond the end"],
    ["a hash of three elements", 16, listpack(["a", "b", "c"]), "without all its elements"],
    ["a score that is none", 17, listpack(["a", "b"]), "a score that is not a number"],
    ["a score that is NaN", 17, listpack(["a", "nan"]), "a score that is not a number"],
    ["a ziplist with a wrong size", 13, patched(list, 0, 99), "a ziplist of wrong size"],
    ["a ziplist with a wrong tail", 13, patched(list, 4, 10), "last entry is not where it says"],
    ["a ziplist with a wrong count", 13, patched(list, 8, 1), "of 2 entries that says it has 1"],
    ["a ziplist with a wrong previous size", 13, patched(list, 13, 2), "wrong size before it"],
    ["a ziplist with an unknown entry", 13, patched(list, 11, 0xc1), "0xc1 begins no entry"],
    ["a ziplist entry beyond the end", 13, patched(list, 14, 9), "beyond the end"],
    ["a ziplist integer beyond the end", 13, patched(list, 14, 0xe0), "beyond the end"],
    ["a ziplist that ends in between", 13, patched(list, 13, 0xff), "ends too early"],
    ["a zipmap without an end", 9, patched(map, -1, 0), "a zipmap of wrong size"],
    ["a zipmap with a wrong count", 9, patched(map, 0, 2), "of 1 fields that says it has 2"],
    ["a zipmap field beyond the end", 9, patched(map, 1, 9), "beyond the end"],
    ["a zipmap value with too much slack", 9, patched(map, 4, 9), "beyond the end"],
    ["a zipmap field without a value", 9, latin1("\x01\x01f\xff"), "a field without a value"],
    ["an intset with a wrong width", 11, patched(numbers, 0, 3), "numbers of 3 bytes"],
    ["an intset with a wrong count", 11, patched(numbers, 4, 3), "an intset of wrong size"],
    ["an intset out of order", 11, patched(numbers, 8, 3), "out of order"],
    ["an intset with a number twice", 11, patched(numbers, 8, 2), "out of order"],
    ["an expiry that is no number", 23, listpack(["f", "v", "x"]), "expires at no possible time"],
    ["an expiry before 1970", 23, listpack(["f", "v", "-1"]), "expires at no possible time"],
  ])("is corrupt: %s", (_name, type, packed, message) => {
    const failure = failureOf(fileOf(type, "my-key", string(packed)));
    expect(failure.kind).toBe("corrupt");
    expect(failure.message).toContain(message);
    expect(failure.message).toMatch(new RegExp(`in type ${type} \\(.*\\) of key 'my-key'`));
  });

  it.each([
    [
      "a node of an unknown kind",
      18,
      Buffer.concat([length(1), length(3), string("a")]),
      "unknown kind 3",
    ],
    ["a binary score that is NaN", 5, plainScores([["a", Number.NaN]]), "a score that is not"],
    ["a text score that is NaN", 3, textScores([["a", Number.NaN]]), "a score that is not"],
    [
      "an impossible expiry",
      22,
      Buffer.concat([
        length(1),
        latin1("\x81\xff\xff\xff\xff\xff\xff\xff\xff"),
        string("f"),
        string("v"),
      ]),
      "no possible time",
    ],
    [
      "a list node of nothing",
      18,
      Buffer.concat([length(1), length(1), string("")]),
      "without anything",
    ],
    ["a node of a stream twice", 15, stream({ nodes: 2 }), "a stream node that comes twice"],
    [
      "a consumer twice",
      15,
      stream({ consumers: [[], []] }),
      "a consumer of a group that comes twice",
    ],
    [
      "an entry pending with nobody",
      15,
      stream({ pending: 1, consumers: [[]] }),
      "without a consumer",
    ],
    ["an entry pending with one alone", 15, stream({ consumers: [[1]] }), "that it has not"],
    ["an entry pending twice", 15, stream({ pending: 1, consumers: [[1, 1]] }), "that it has not"],
    [
      "a stream node without an id",
      15,
      Buffer.concat([length(1), string("short"), string(pack)]),
      "without an id",
    ],
    [
      "a stream with a broken listpack",
      15,
      Buffer.concat([length(1), string("i".repeat(16)), string(patched(pack, 0, 99))]),
      "a listpack of wrong size",
    ],
  ])("is corrupt: %s", (_name, type, value, message) => {
    expect(failureOf(fileOf(type, "k", value)).message).toContain(message);
  });
});

function idOf(entry: number): Buffer {
  return Buffer.alloc(16, entry);
}

/** A stream of Redis 5 with one group: so many nodes, so many pending entries, and who has which. */
function stream({
  nodes = 1,
  pending = 0,
  consumers = [],
}: {
  readonly nodes?: number;
  readonly pending?: number;
  readonly consumers?: readonly (readonly number[])[];
}): Buffer {
  const node = Buffer.concat([string("i".repeat(16)), string(listpack(["a"]))]);
  const time = Buffer.alloc(8);
  return Buffer.concat([
    length(nodes),
    ...Array.from({ length: nodes }, () => node),
    ...Array.from({ length: 3 }, () => length(0)),
    length(1),
    string("group"),
    length(0),
    length(0),
    length(pending),
    ...Array.from({ length: pending }, (_, at) => Buffer.concat([idOf(at + 1), time, length(1)])),
    length(consumers.length),
    ...consumers.map((entries) =>
      Buffer.concat([string("me"), time, length(entries.length), ...entries.map(idOf)]),
    ),
  ]);
}

function failureOf(rdb: Buffer): RdbError {
  try {
    recordsOf(rdb);
  } catch (error) {
    if (error instanceof RdbError) return error;
    throw error;
  }
  throw new Error("the RDB was read without an error");
}
