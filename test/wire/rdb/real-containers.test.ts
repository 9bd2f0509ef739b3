import { describe, expect, it } from "vitest";
import { keysOf, type PlainKey } from "./contents.ts";
import { fixture, recordsOf } from "./fixtures.ts";

function numbered<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

const INTEGERS =
  "0 127 128 -1 4095 -4096 4096 -4097 32767 -32768 32768 8388607 -8388608 8388608 2147483647 -2147483648 2147483648 9223372036854775807 -9223372036854775808";

/** What both files of containers hold. */
const CONTAINERS: Record<string, PlainKey["value"]> = {
  "l:vector": { list: ["a", "1", "-1", "1000", "hello world this is"] },
  "l:integers": { list: INTEGERS.split(" ") },
  "l:lengths": {
    list: [0, 1, 63, 64, 127, 128, 4095, 4096, 5000].map((length) => "x".repeat(length)),
  },
  "l:many": { list: numbered(2000, (index) => `item:${index}`) },
  "s:16": { set: numbered(43, (index) => String(7 * index)).sort() },
  "s:32": { set: ["-70000", "1", "70000"] },
  "s:64": { set: ["-9223372036854775808", "5", "9223372036854775807"] },
  "s:text": { set: ["", "1", "a", "b", "\xff"] },
  "s:many": { set: numbered(100, (index) => `member:${index}`).sort() },
  "h:few": { hash: { f1: "v1", f2: "v2", n: "42", "": "" }, expiries: {} },
  "h:many": {
    hash: Object.fromEntries(numbered(600, (index) => [`field:${index}`, String(index * index)])),
    expiries: {},
  },
  "z:few": {
    sortedSet: {
      a: 1,
      b: -1.5,
      c: Number.POSITIVE_INFINITY,
      d: Number.NEGATIVE_INFINITY,
      e: 1e300,
      f: 0.1,
      g: 9007199254740992,
    },
  },
  "z:many": {
    sortedSet: Object.fromEntries(numbered(140, (index) => [`member:${index}`, index / 8])),
  },
  "l:db3": { list: ["only"] },
};

function withoutStreams(keys: Record<string, PlainKey>): Record<string, PlainKey> {
  return Object.fromEntries(Object.entries(keys).filter(([key]) => key !== "st"));
}

describe("containers of a real server", () => {
  it.each([
    ["packed where the server packs them", "containers"],
    ["written plainly", "containers-plain"],
  ])("are read: %s", (_name, file) => {
    const { "l:plain": plain, ...keys } = withoutStreams(keysOf(fixture(file)));
    for (const [key, value] of Object.entries(CONTAINERS)) {
      expect(keys[key], key).toEqual({
        db: key === "l:db3" ? 3 : 0,
        value,
        ...(key === "h:few" ? { expireAt: 4102444800123 } : {}),
      });
    }
    expect(Object.keys(keys).sort()).toEqual(Object.keys(CONTAINERS).sort());
    if (file !== "containers") return;
    expect(plain?.value).toEqual({ list: ["short", "p".repeat(150), "end", "q".repeat(5000)] });
  });

  it.each(["containers", "containers-plain", "stream", "function"])(
    "are the same records in any slicing: %s",
    (file) => {
      const rdb = fixture(file);
      const whole = recordsOf(rdb);
      for (const size of [1, 7, 100, 4096]) expect(recordsOf(rdb, size)).toEqual(whole);
    },
  );

  it("come in pieces when they are big", () => {
    const rdb = fixture("containers-plain");
    const sizes = recordsOf(rdb).flatMap((record) => {
      if (record.kind !== "key" && record.kind !== "more") return [];
      return record.value.kind === "list" ? [record.value.items.length] : [];
    });
    expect(Math.max(...sizes)).toBe(512);
  });

  it("carry long elements as buffers and short ones as text", () => {
    for (const record of recordsOf(fixture("containers"))) {
      if (record.kind !== "key" || record.value.kind !== "list") continue;
      for (const item of record.value.items) expect(Buffer.isBuffer(item)).toBe(item.length > 4096);
    }
  });
});

describe("what is carried and not understood", () => {
  it("is the value of a stream, to the byte", () => {
    const rdb = fixture("containers");
    const stream = keysOf(rdb)["st"]?.value;
    if (typeof stream !== "object" || !("opaque" in stream)) throw new Error("no stream");
    expect(stream.opaque).toBe(19);
    // Between the type with the key, and what follows in the file.
    expect(rdb.toString("hex")).toContain(`13027374${stream.hex}`);
  });

  it("is the source of a library of functions", () => {
    const [library] = recordsOf(fixture("function")).filter(({ kind }) => kind === "function");
    expect(library).toMatchObject({
      source: expect.stringMatching(/^#!lua name=mylib\n/) as string,
    });
  });
});
