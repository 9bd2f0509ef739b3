import { unreachable } from "../base/assert.ts";
import { unixMillis } from "../base/units.ts";
import { readDump } from "../wire/rdb/dump.ts";
import type { RdbValue } from "../wire/rdb/record.ts";
import { PLAIN_RDB_VERSION, versionFor } from "../wire/rdb/versions.ts";
import { addElements } from "./container-record.ts";
import { checkEncoding, newContainer } from "./containers.ts";
import type { EncodingLimits } from "./settings.ts";
import { stored } from "./strings.ts";
import type { Hash } from "./values/hash.ts";
import { isContainer, isString, type Value } from "./values/value.ts";

/** The whole value as it stands in an RDB or a dump. */
export function recordOf(value: Value): RdbValue {
  if (isString(value)) return { kind: "string", bytes: value };
  switch (value.kind) {
    case "opaque":
      return value;
    case "list":
      return { kind: "list", items: [...value.range()] };
    case "set":
      return { kind: "set", members: [...value] };
    case "hash":
      return { kind: "hash", fields: fieldsOf(value) };
    case "sorted-set":
      return { kind: "sorted-set", members: [...value.reversed()] };
    default:
      return unreachable(value);
  }
}

function fieldsOf(hash: Hash): (RdbValue & { readonly kind: "hash" })["fields"] {
  return [...hash].map(([field, value]) => {
    const expireAt = hash.expireAt(field);
    return { field, value, expireAt: expireAt === undefined ? undefined : unixMillis(expireAt) };
  });
}

export interface RestoredValue {
  readonly value: Value;
  /** In which it can stand. */
  readonly rdbVersion: number;
}

/** @returns the value in an intact dump, or why it holds none */
export function valueInDump(dump: Buffer, limits: EncodingLimits): RestoredValue | string {
  let value: Value | undefined;
  let rdbVersion = PLAIN_RDB_VERSION;
  const refusal = readDump(dump, (piece) => {
    rdbVersion = Math.max(rdbVersion, versionFor(piece));
    if (piece.kind === "string") {
      value = stored(piece.bytes);
      return undefined;
    }
    if (piece.kind === "opaque") {
      value = piece;
      return undefined;
    }
    value ??= newContainer(piece.kind);
    const isNew = isContainer(value) && addElements(value, piece);
    return isNew ? undefined : "an element that comes twice";
  });
  if (refusal !== undefined || value === undefined) return refusal ?? "no value";
  if (isContainer(value)) checkEncoding(limits, value);
  return { value, rdbVersion };
}
