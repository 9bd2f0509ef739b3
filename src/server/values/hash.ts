import { newAccountedSize } from "../memory/accounted-size.ts";
import type { Bytes } from "../../base/bytes.ts";
import type { Random } from "../../base/random.ts";
import { Dictionary } from "./dictionary.ts";
import { type PackedLimits, Packing } from "./packing.ts";

/**
 * A hash: fields, which are latin1 texts, with values in the form of `stored`, and for some of the
 * fields a moment after which they are gone.
 *
 * Interface: `size`, `has`, `get`, `set`, `delete`, iteration, `random`, `scan`, `expireAt`,
 * `setExpiry`, `copy`; after additions `checkEncoding`.
 */
export class Hash {
  /** What it counts for in the sum of all data. */
  readonly accounted = newAccountedSize();
  readonly kind = "hash";
  #fields = new Dictionary<Bytes>();
  /** Unix ms by field; absent while no field has one. */
  #expiries: Dictionary<number> | undefined;
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
    this.#fields.set(field, value);
    this.#packing.note(field.length);
    this.#packing.note(value.length);
    if (this.#expiries !== undefined) this.setExpiry(field, undefined);
    return this.#fields.size > before;
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
    let earliest: number | undefined;
    for (const [, at] of this.#expiries ?? []) if (at < (earliest ?? at + 1)) earliest = at;
    return earliest;
  }

  expireAt(field: string): number | undefined {
    return this.#expiries?.get(field);
  }

  /** @param at Unix ms, or undefined for a field that stays; the field must exist */
  setExpiry(field: string, at: number | undefined): void {
    if (at !== undefined) {
      this.#expiries ??= new Dictionary();
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
