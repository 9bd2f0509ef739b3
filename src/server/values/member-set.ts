import { newAccountedSize } from "../memory/accounted-size.ts";
import type { Random } from "../../base/random.ts";
import { parseInt64, parseInteger } from "../../wire/integers.ts";
import { Dictionary } from "./dictionary.ts";

/**
 * A set of members, which are latin1 texts.
 *
 * Interface: `size`, `has`, `add`, `delete`, iteration, `random`, `scan`, `copy`; after additions
 * `checkEncoding`.
 */
export class MemberSet {
  /** What it counts for in the sum of all data. */
  readonly accounted = newAccountedSize();
  readonly kind = "set";
  #members = new Dictionary<true>();
  /** Only integers were ever added, and not too many: Redis keeps such sets as `intset`. */
  #intset = true;

  get size(): number {
    return this.#members.size;
  }

  get encoding(): "intset" | "hashtable" {
    return this.#intset ? "intset" : "hashtable";
  }

  /** @param maxIntsetEntries `set-max-intset-entries` */
  checkEncoding(maxIntsetEntries: number): void {
    if (this.size > maxIntsetEntries) this.#intset = false;
  }

  has(member: string): boolean {
    return this.#members.has(member);
  }

  /** @returns whether the member is new */
  add(member: string): boolean {
    const before = this.#members.size;
    this.#members.set(member, true);
    if (this.#members.size === before) return false;
    if (this.#intset && !isInteger(member)) this.#intset = false;
    return true;
  }

  delete(member: string): boolean {
    return this.#members.delete(member);
  }

  /** No changes meanwhile. */
  *[Symbol.iterator](): Generator<string, void> {
    for (const [member] of this.#members) yield member;
  }

  random(random: Random): string | undefined {
    return this.#members.random(random);
  }

  /** See `Dictionary.scan`. */
  scan(cursor: number, visit: (member: string) => void): number {
    return this.#members.scan(cursor, visit);
  }

  /** A set of its own with the same members; see `Dictionary` for the price. */
  copy(): MemberSet {
    const copied = new MemberSet();
    copied.#members = this.#members.copy();
    copied.#intset = this.#intset;
    return copied;
  }
}

function isInteger(text: string): boolean {
  return text.length <= 20 && (parseInteger(text) ?? parseInt64(text)) !== undefined;
}
