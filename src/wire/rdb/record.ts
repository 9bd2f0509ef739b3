import type { Bytes } from "../../base/bytes.ts";
import type { UnixMillis } from "../../base/units.ts";

/** Versions that can be read; written is 9 where it suffices, which every server since Redis 5 loads. */
export const MIN_RDB_VERSION = 1;
export const MAX_RDB_VERSION = 12;

export interface HashField {
  readonly field: Bytes;
  readonly value: Bytes;
  /** When the field alone expires; undefined for most. */
  readonly expireAt: UnixMillis | undefined;
}

export interface ScoredMember {
  readonly member: Bytes;
  /** Never NaN. */
  readonly score: number;
}

/** The elements of a container, or some of them. */
export type RdbElements =
  | { readonly kind: "list"; readonly items: readonly Bytes[] }
  | { readonly kind: "set"; readonly members: readonly Bytes[] }
  | { readonly kind: "hash"; readonly fields: readonly HashField[] }
  | { readonly kind: "sorted-set"; readonly members: readonly ScoredMember[] };

/**
 * A value that is carried and not understood: its bytes as they stood behind the key, well formed,
 * to be written again as they are. `type` is the value type they have.
 */
export interface OpaqueValue {
  readonly kind: "opaque";
  readonly type: OpaqueType;
  readonly bytes: Buffer;
}

/** Streams as Redis 5, 7.0 and 7.2 write them. */
export type OpaqueType = 15 | 19 | 21;

/** The value of a key. */
export type RdbValue =
  { readonly kind: "string"; readonly bytes: Bytes } | RdbElements | OpaqueValue;

export interface RdbKey {
  readonly key: Bytes;
  readonly value: RdbValue;
  /** Exact up to 2^53; a moment further away than that is rounded. */
  readonly expireAt: UnixMillis | undefined;
}

/** What an RDB holds, in the order of the file (spec server §3.4). */
export type RdbRecord =
  | { readonly kind: "version"; readonly version: number }
  | { readonly kind: "aux"; readonly name: string; readonly value: Bytes }
  /** The source of a library of functions. */
  | { readonly kind: "function"; readonly source: Bytes }
  /** May repeat, in any order; whether we have that many databases is the caller's to know. */
  | { readonly kind: "select-db"; readonly db: number }
  /** A hint of how much follows; may be wrong. */
  | { readonly kind: "resize-db"; readonly keys: number; readonly expires: number }
  /** Unless `complete`, more elements of the same kind follow in records of their own. */
  | ({ readonly kind: "key"; readonly db: number; readonly complete: boolean } & RdbKey)
  /** Elements of the last key, possibly none. Whether one comes twice is the caller's to know. */
  | { readonly kind: "more"; readonly value: RdbElements; readonly complete: boolean }
  /** A container without elements: there is no such key, and servers pass it over. */
  | { readonly kind: "empty-key"; readonly db: number; readonly key: Bytes }
  | { readonly kind: "end" };
