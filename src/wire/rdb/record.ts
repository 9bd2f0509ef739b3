import type { Bytes } from "../../base/bytes.ts";
import type { UnixMillis } from "../../base/units.ts";

/** Versions that can be read; written is 9, which every server since Redis 5 loads (D2, D3). */
export const MIN_RDB_VERSION = 1;
export const MAX_RDB_VERSION = 12;

/** The value of a key. */
export interface RdbValue {
  readonly kind: "string";
  readonly bytes: Bytes;
}

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
  /** May repeat, in any order; whether we have that many databases is the caller's to know. */
  | { readonly kind: "select-db"; readonly db: number }
  /** A hint of how much follows; may be wrong. */
  | { readonly kind: "resize-db"; readonly keys: number; readonly expires: number }
  | ({ readonly kind: "key"; readonly db: number } & RdbKey)
  | { readonly kind: "end" };
