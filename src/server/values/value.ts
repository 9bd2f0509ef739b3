import { unreachable } from "../../base/assert.ts";
import type { Bytes } from "../../base/bytes.ts";
import { encodingOf as stringEncoding } from "../strings.ts";
import type { Hash } from "./hash.ts";
import type { List } from "./list.ts";
import type { MemberSet } from "./member-set.ts";
import type { SortedSet } from "./sorted-set.ts";

export type Container = List | MemberSet | Hash | SortedSet;

/**
 * What a key holds. A string is the bytes themselves, latin1 text when short and a Buffer that
 * nobody changes when long; everything else is an object that is changed in place, by commands,
 * through the door of the keyspace (`Keyspace.openContainer`). No key holds an empty container.
 */
export type Value = Bytes | Container;

export type ValueKind = "string" | Container["kind"];

export function isString(value: Value): value is Bytes {
  return typeof value === "string" || value instanceof Uint8Array;
}

export function kindOf(value: Value): ValueKind {
  return isString(value) ? "string" : value.kind;
}

/** As TYPE tells it. */
export function typeName(value: Value): "string" | "list" | "set" | "hash" | "zset" {
  const kind = kindOf(value);
  return kind === "sorted-set" ? "zset" : kind;
}

/** As OBJECT ENCODING tells it. */
export function encodingOf(value: Value): string {
  return isString(value) ? stringEncoding(value) : value.encoding;
}

/** The value as it is now, whatever becomes of the key; in a step that does not grow with it. */
export function copyOf(value: Value): Value {
  return isString(value) ? value : value.copy();
}

/** Elements looked at to tell how large all of them are. */
const SAMPLES = 5;

/** Bytes of the value's contents: of a container, judged by some elements. */
export function estimatedBytes(value: Value): number {
  if (isString(value)) return value.length;
  let sampled = 0;
  let bytes = 0;
  for (const size of elementSizes(value)) {
    bytes += size;
    if (++sampled === SAMPLES) break;
  }
  return sampled === 0 ? 0 : Math.round((bytes / sampled) * value.size);
}

function* elementSizes(value: Container): Generator<number, void> {
  switch (value.kind) {
    case "list":
      for (const element of value.range()) yield element.length;
      return;
    case "set":
      for (const member of value) yield member.length;
      return;
    case "hash":
      for (const [field, held] of value) yield field.length + held.length;
      return;
    case "sorted-set":
      for (const { member } of value) yield member.length + SCORE_BYTES;
      return;
    default:
      unreachable(value);
  }
}

const SCORE_BYTES = 8;
