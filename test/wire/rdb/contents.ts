import { textOf } from "../../../src/base/bytes.ts";
import type { RdbRecord, RdbValue } from "../../../src/wire/rdb/record.ts";
import { recordsOf } from "./fixtures.ts";

/** A value as tests compare it: latin1 texts, hashes and sorted sets by field and member. */
export type PlainValue =
  | string
  | { readonly list: readonly string[] }
  | { readonly set: readonly string[] }
  | { readonly hash: Readonly<Record<string, string>>; readonly expiries: Record<string, number> }
  | { readonly sortedSet: Readonly<Record<string, number>> }
  | { readonly opaque: number; readonly hex: string };

export interface PlainKey {
  readonly db: number;
  readonly value: PlainValue;
  readonly expireAt?: number;
}

/** The keys of an RDB, put together from the pieces in which the reader gives them. */
export function keysOf(rdb: Buffer, chunkBytes = rdb.length): Record<string, PlainKey> {
  const keys: Record<string, PlainKey> = {};
  let last = "";
  for (const record of recordsOf(rdb, chunkBytes)) {
    if (record.kind === "key") {
      last = textOf(record.key);
      keys[last] = plainKey(record);
    } else if (record.kind === "more") {
      const key = keys[last];
      if (key === undefined) throw new Error("elements without a key");
      keys[last] = { ...key, value: joined(key.value, plainValue(record.value)) };
    }
  }
  return keys;
}

function plainKey(record: RdbRecord & { readonly kind: "key" }): PlainKey {
  const { db, expireAt } = record;
  const value = plainValue(record.value);
  return expireAt === undefined ? { db, value } : { db, value, expireAt };
}

export function plainValue(value: RdbValue): PlainValue {
  switch (value.kind) {
    case "string":
      return textOf(value.bytes);
    case "list":
      return { list: value.items.map(textOf) };
    case "set":
      return { set: value.members.map(textOf).sort() };
    case "hash":
      return {
        hash: Object.fromEntries(
          value.fields.map(({ field, value: content }) => [textOf(field), textOf(content)]),
        ),
        expiries: Object.fromEntries(
          value.fields.flatMap(({ field, expireAt }) =>
            expireAt === undefined ? [] : [[textOf(field), expireAt]],
          ),
        ),
      };
    case "sorted-set":
      return {
        sortedSet: Object.fromEntries(
          value.members.map(({ member, score }) => [textOf(member), score]),
        ),
      };
    case "opaque":
      return { opaque: value.type, hex: value.bytes.toString("hex") };
  }
}

/** Two pieces of one value. */
export function joined(left: PlainValue, right: PlainValue): PlainValue {
  if (typeof left === "string" || typeof right === "string") throw new Error("no pieces");
  if ("list" in left && "list" in right) return { list: [...left.list, ...right.list] };
  if ("set" in left && "set" in right) return { set: [...left.set, ...right.set].sort() };
  if ("sortedSet" in left && "sortedSet" in right) {
    return { sortedSet: { ...left.sortedSet, ...right.sortedSet } };
  }
  if ("hash" in left && "hash" in right) {
    return {
      hash: { ...left.hash, ...right.hash },
      expiries: { ...left.expiries, ...right.expiries },
    };
  }
  throw new Error("pieces of different kinds");
}
