import type { Bytes } from "../base/bytes.ts";

/**
 * A RESP value: what a server answers or pushes. One tree for RESP2 and RESP3; the writer flattens
 * what the older protocol lacks (server spec §1.2).
 */
export type Reply =
  | { readonly kind: "simple"; readonly text: string }
  /** The text with its code word first: `ERR syntax error`. */
  | { readonly kind: "error"; readonly text: string }
  | { readonly kind: "integer"; readonly value: number | bigint }
  | { readonly kind: "bulk"; readonly bytes: Bytes }
  | { readonly kind: "null" }
  /** RESP2 tells a null array (`*-1`) from a null bulk; RESP3 does not. */
  | { readonly kind: "null-array" }
  | { readonly kind: "array"; readonly items: readonly Reply[] }
  | { readonly kind: "map"; readonly entries: readonly (readonly [Reply, Reply])[] }
  | { readonly kind: "set"; readonly items: readonly Reply[] }
  | { readonly kind: "push"; readonly items: readonly Reply[] }
  | { readonly kind: "double"; readonly value: number }
  | { readonly kind: "boolean"; readonly value: boolean }
  | { readonly kind: "big-number"; readonly digits: string }
  | { readonly kind: "verbatim"; readonly format: string; readonly bytes: Bytes };

export const OK: Reply = { kind: "simple", text: "OK" };
export const NULL: Reply = { kind: "null" };
export const NULL_ARRAY: Reply = { kind: "null-array" };

export function simple(text: string): Reply {
  return { kind: "simple", text };
}

/** @param text with its code word: `ERR No such master with that name` */
export function error(text: string): Reply {
  return { kind: "error", text };
}

export function integer(value: number | bigint): Reply {
  return { kind: "integer", value };
}

export function bulk(bytes: Bytes | number): Reply {
  return { kind: "bulk", bytes: typeof bytes === "number" ? String(bytes) : bytes };
}

export function array(items: readonly Reply[]): Reply {
  return { kind: "array", items };
}

/** A map whose keys are bulk strings, in the given order. */
export function map(entries: readonly (readonly [string, Reply])[]): Reply {
  return { kind: "map", entries: entries.map(([key, value]) => [bulk(key), value] as const) };
}
