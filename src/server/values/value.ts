import { unreachable } from "../../base/assert.ts";
import type { Bytes } from "../../base/bytes.ts";
import type { OpaqueValue } from "../../wire/rdb/record.ts";
import { encodingOf as stringEncoding } from "../strings.ts";
import type { Hash } from "./hash.ts";
import type { List } from "./list.ts";
import type { MemberSet } from "./member-set.ts";
import type { SortedSet } from "./sorted-set.ts";

export type Container = List | MemberSet | Hash | SortedSet;

/**
 * What a key holds. A string is the bytes themselves, latin1 text when short and a Buffer that
 * nobody changes when long; a container is an object that is changed in place, by commands,
 * through the door of the keyspace (`Keyspace.openContainer`). No key holds an empty container.
 * An opaque value came from another server as a whole and leaves as it came.
 */
export type Value = Bytes | Container | OpaqueValue;

export type ValueKind = "string" | "opaque" | Container["kind"];

export function isString(value: Value): value is Bytes {
  return typeof value === "string" || value instanceof Uint8Array;
}

export function isContainer(value: Value): value is Container {
  return !isString(value) && value.kind !== "opaque";
}

export function kindOf(value: Value): ValueKind {
  return isString(value) ? "string" : value.kind;
}

/** As TYPE tells it. */
export function typeName(value: Value): "string" | "list" | "set" | "hash" | "zset" | "stream" {
  const kind = kindOf(value);
  if (kind === "opaque") return "stream";
  return kind === "sorted-set" ? "zset" : kind;
}

/** As OBJECT ENCODING tells it. */
export function encodingOf(value: Value): string {
  if (isString(value)) return stringEncoding(value);
  return value.kind === "opaque" ? "stream" : value.encoding;
}

/** The value as it is now, whatever becomes of the key; in a step that does not grow with it. */
export function copyOf(value: Value): Value {
  return isContainer(value) ? value.copy() : value;
}

/** Elements looked at to tell how large all of them are. */
const SAMPLES = 5;

/** Bytes of the value's contents: of a container, judged by some elements. */
export function estimatedBytes(value: Value): number {
  if (isString(value)) return value.length;
  if (value.kind === "opaque") return value.bytes.length;
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
