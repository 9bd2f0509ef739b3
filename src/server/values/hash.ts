import { newAccountedSize } from "../memory/accounted-size.ts";
import type { Bytes } from "../../base/bytes.ts";
import type { Random } from "../../base/random.ts";
import { Dictionary } from "./dictionary.ts";
import { type PackedLimits, Packing } from "./packing.ts";
import { SortedSet } from "./sorted-set.ts";

/**
 * A hash: fields, which are latin1 texts, with values in the form of `stored`, and for some of the
 * fields a moment after which they are gone.
 *
 * Interface: `size`, `has`, `get`, `set`, `setKeepingExpiry`, `delete`, iteration, `random`, `scan`,
 * `expireAt`, `setExpiry`, `earliestExpiry`, `expiredFields`, `copy`; after additions `checkEncoding`.
 *
 * Fields whose moment has passed are here until somebody deletes them (`field-expiry.ts`).
 */
export class Hash {
  /** What it counts for in the sum of all data. */
  readonly accounted = newAccountedSize();
  readonly kind = "hash";
  #fields = new Dictionary<Bytes>();
  /** The fields that expire, the first to go first, by Unix ms; absent while there is none. */
  #expiries: SortedSet | undefined;
  #packing = new Packing();

  get size(): number {
    return this.#fields.size;
  }

  get encoding(): "listpack" | "hashtable" {
    return this.#packing.isPacked ? "listpack" : "hashtable";
  }

  checkEncoding(limits: PackedLimits): void {
    this.#packing.check(this.size, limits);
  }

  has(field: string): boolean {
    return this.#fields.has(field);
  }

  get(field: string): Bytes | undefined {
    return this.#fields.get(field);
  }

  /** A field that is set stays until it is set to expire again. @returns whether it is new */
  set(field: string, value: Bytes): boolean {
    const before = this.#fields.size;
    this.setKeepingExpiry(field, value);
    if (this.#expiries !== undefined) this.setExpiry(field, undefined);
    return this.#fields.size > before;
  }

  /** A field that is counted up goes when it would have gone anyway. */
  setKeepingExpiry(field: string, value: Bytes): void {
    this.#fields.set(field, value);
    this.#packing.note(field.length);
    this.#packing.note(value.length);
  }

  delete(field: string): boolean {
    if (this.#expiries !== undefined) this.setExpiry(field, undefined);
    return this.#fields.delete(field);
  }

  /** How many fields have an expiry. */
  get expiringFields(): number {
    return this.#expiries?.size ?? 0;
  }

  earliestExpiry(): number | undefined {
    return this.#expiries?.at(0)?.score;
  }

  /** Those whose moment is before `unixNow`, the earliest first. @param most how many are wanted */
  expiredFields(unixNow: number, most: number): string[] {
    const expiries = this.#expiries;
    if (expiries === undefined) return [];
    const fields = expiries.range(0, Math.min(expiries.countBelow(unixNow), most));
    return [...fields].map(({ member }) => member);
  }

  expireAt(field: string): number | undefined {
    return this.#expiries?.score(field);
  }

  /** @param at Unix ms, or undefined for a field that stays; the field must exist */
  setExpiry(field: string, at: number | undefined): void {
    if (at !== undefined) {
      this.#expiries ??= new SortedSet();
      this.#expiries.set(field, at);
    } else if (this.#expiries !== undefined) {
      this.#expiries.delete(field);
      if (this.#expiries.size === 0) this.#expiries = undefined;
    }
  }

  /** No changes meanwhile. */
  [Symbol.iterator](): Iterator<[string, Bytes]> & Iterable<[string, Bytes]> {
    return this.#fields[Symbol.iterator]();
  }

  random(random: Random): string | undefined {
    return this.#fields.random(random);
  }

  /** See `Dictionary.scan`. */
  scan(cursor: number, visit: (field: string, value: Bytes) => void): number {
    return this.#fields.scan(cursor, visit);
  }

  /** A hash of its own with the same fields; see `Dictionary` for the price. */
  copy(): Hash {
    const copied = new Hash();
    copied.#fields = this.#fields.copy();
    copied.#expiries = this.#expiries?.copy();
    copied.#packing = this.#packing.copy();
    return copied;
  }
}
