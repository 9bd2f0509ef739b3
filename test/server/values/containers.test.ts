import { describe, expect, it } from "vitest";
import { Hash } from "../../../src/server/values/hash.ts";
import { List } from "../../../src/server/values/list.ts";
import { MemberSet } from "../../../src/server/values/member-set.ts";
import {
  type Container,
  copyOf,
  encodingOf,
  estimatedBytes,
  kindOf,
  typeName,
} from "../../../src/server/values/value.ts";
import { describeValue } from "../test-server.ts";

function listOf(...elements: string[]): List {
  const list = new List();
  for (const element of elements) list.pushTail(element);
  return list;
}

describe("List", () => {
  it("grows and shrinks at both ends and in the middle", () => {
    const list = listOf("b", "c");
    list.pushHead("a");
    list.insert(1, "between");
    list.set(3, "C");
    expect([...list.range()]).toEqual(["a", "between", "b", "C"]);
    expect([list.popHead(), list.popTail(), list.size]).toEqual(["a", "C", 2]);
    list.removeRange(0, 2);
    expect([list.popHead(), list.popTail(), list.size]).toEqual([undefined, undefined, 0]);
  });
});

describe("MemberSet", () => {
  it.each([
    ["integers", ["1", "-5", "9223372036854775807", "-9223372036854775808"], "intset"],
    ["an integer above 64 bits", ["9223372036854775808"], "hashtable"],
    ["a number in another spelling", ["01"], "hashtable"],
    ["a word", ["1", "x"], "hashtable"],
    ["too many", ["1", "2", "3", "4", "5"], "hashtable"],
  ])("with %s", (_, members, encoding) => {
    const set = new MemberSet();
    for (const member of members) expect(set.add(member)).toBe(true);
    expect(set.add(members[0] ?? "")).toBe(false);
    set.checkEncoding(4);
    expect(set.encoding).toBe(encoding);
  });

  it("does not become an intset again", () => {
    const set = new MemberSet();
    set.add("x");
    set.add("1");
    set.delete("x");
    expect(set.encoding).toBe("hashtable");
  });
});

describe("Hash", () => {
  it("forgets a field's expiry when the field is set or deleted", () => {
    const hash = new Hash();
    for (const field of ["a", "b", "c"]) {
      expect(hash.set(field, "1")).toBe(true);
      hash.setExpiry(field, field.charCodeAt(0));
    }
    expect([hash.expiringFields, hash.earliestExpiry()]).toEqual([3, 97]);
    expect(hash.set("a", "2")).toBe(false);
    hash.delete("b");
    expect(hash.expireAt("a")).toBeUndefined();
    expect(hash.expireAt("b")).toBeUndefined();
    expect([hash.expiringFields, hash.earliestExpiry()]).toEqual([1, 99]);
    hash.setExpiry("c", undefined);
    expect([hash.expiringFields, hash.earliestExpiry()]).toEqual([0, undefined]);
  });

  it.each([
    ["short", "listpack"],
    ["a value that is too long", "hashtable"],
  ])("with %s", (value, encoding) => {
    const hash = new Hash();
    hash.set("field", value);
    hash.checkEncoding({ entries: 2, bytes: 10 });
    expect(hash.encoding).toBe(encoding);
  });
});

describe("a copy of a value", () => {
  const hash = new Hash();
  hash.set("f", "v");
  hash.setExpiry("f", 5);
  const set = new MemberSet();
  set.add("m");
  const cases: [string, Container, string, string][] = [
    ["list", listOf("a"), "quicklist", "list a"],
    ["set", set, "hashtable", "set m"],
    ["hash", hash, "listpack", "hash f=v"],
  ];

  it.each(cases)("of a %s does not follow the value", (kind, container, encoding, text) => {
    const copied = copyOf(container);
    if (container.kind === "list") container.pushTail("more");
    else if (container.kind === "set") container.add("more");
    else if (container.kind === "hash") container.set("more", "");
    expect(describeValue(copied)).toBe(text);
    expect(describeValue(container)).not.toBe(text);
    expect(kindOf(copied)).toBe(kind);
    expect(typeName(copied)).toBe(kind);
    expect(encodingOf(copied)).toBe(encoding);
    expect(estimatedBytes(copied)).toBeGreaterThan(0);
  });

  it("keeps the expiry of fields", () => {
    const copied = hash.copy();
    hash.setExpiry("f", undefined);
    expect(copied.expireAt("f")).toBe(5);
  });
});
