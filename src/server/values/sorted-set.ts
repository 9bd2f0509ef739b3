import { newAccountedSize } from "../memory/accounted-size.ts";
import type { Random } from "../../base/random.ts";
import { CountedTree } from "./counted-tree.ts";
import { Dictionary } from "./dictionary.ts";
import { type PackedLimits, Packing } from "./packing.ts";

export interface ScoredMember {
  readonly member: string;
  /** Never NaN. */
  readonly score: number;
}

/**
 * A sorted set: members, which are latin1 texts, in the order of their scores, those with the same
 * score in the order of their bytes. Ranks and ranges are found in O(log n).
 *
 * Interface: `size`, `score`, `set`, `delete`, `rank`, `at`, `range`, `reversed`, `removeRange`,
 * the four `count…` to find ranges, iteration in order, `random`, `scan`, `copy`; after additions
 * `checkEncoding`.
 * Invariant: `#members` and `#order` hold the same objects.
 */
export class SortedSet {
  /** What it counts for in the sum of all data. */
  readonly accounted = newAccountedSize();
  readonly kind = "sorted-set";
  #members = new Dictionary<ScoredMember>();
  #order = new CountedTree<ScoredMember>();
  #packing = new Packing();

  get size(): number {
    return this.#order.size;
  }

  get encoding(): "listpack" | "skiplist" {
    return this.#packing.isPacked ? "listpack" : "skiplist";
  }

  checkEncoding(limits: PackedLimits): void {
    this.#packing.check(this.size, limits);
  }

  score(member: string): number | undefined {
    return this.#members.get(member)?.score;
  }

  /** Adds the member or gives it another score. @param score not NaN */
  set(member: string, score: number): "added" | "updated" | "unchanged" {
    const old = this.#members.get(member);
    if (old !== undefined) {
      if (old.score === score) return "unchanged";
      this.#order.remove(this.#countBefore(old));
    } else {
      this.#packing.note(member.length);
    }
    // Redis' compact form keeps whole scores as integers, which know no negative zero.
    const entry: ScoredMember = { member, score: score === 0 ? 0 : score };
    this.#members.set(member, entry);
    this.#order.insert(this.#countBefore(entry), entry);
    return old === undefined ? "added" : "updated";
  }

  delete(member: string): boolean {
    const entry = this.#members.get(member);
    if (entry === undefined) return false;
    this.#members.delete(member);
    this.#order.remove(this.#countBefore(entry));
    return true;
  }

  /** The member's place in the order, from 0. */
  rank(member: string): number | undefined {
    const entry = this.#members.get(member);
    return entry === undefined ? undefined : this.#countBefore(entry);
  }

  at(rank: number): ScoredMember | undefined {
    return this.#order.get(rank);
  }

  /** Members from one rank up to another, which is not included; no changes meanwhile. */
  range(from?: number, to?: number): Generator<ScoredMember, void> {
    return this.#order.range(from, to);
  }

  /** The same members from the last to the first; no changes meanwhile. */
  reversed(from?: number, to?: number): Generator<ScoredMember, void> {
    return this.#order.reversed(from, to);
  }

  [Symbol.iterator](): Generator<ScoredMember, void> {
    return this.#order.range();
  }

  /** @param to the rank behind the last that is removed */
  removeRange(from: number, to: number): void {
    for (const { member } of this.#order.range(from, to)) this.#members.delete(member);
    this.#order.removeRange(from, to);
  }

  countBelow(score: number): number {
    return this.#order.countWhile((entry) => entry.score < score);
  }

  countUpTo(score: number): number {
    return this.#order.countWhile((entry) => entry.score <= score);
  }

  /** Members before this one in the order of bytes; meant for sets in which all scores are equal. */
  countBelowMember(member: string): number {
    return this.#order.countWhile((entry) => entry.member < member);
  }

  countUpToMember(member: string): number {
    return this.#order.countWhile((entry) => entry.member <= member);
  }

  random(random: Random): ScoredMember | undefined {
    const member = this.#members.random(random);
    return member === undefined ? undefined : this.#members.get(member);
  }

  /** See `Dictionary.scan`. */
  scan(cursor: number, visit: (entry: ScoredMember) => void): number {
    return this.#members.scan(cursor, (_, entry) => visit(entry));
  }

  /** A sorted set of its own with the same members; see `Dictionary` for the price. */
  copy(): SortedSet {
    const copied = new SortedSet();
    copied.#members = this.#members.copy();
    copied.#order = this.#order.copy();
    copied.#packing = this.#packing.copy();
    return copied;
  }

  #countBefore({ member, score }: ScoredMember): number {
    return this.#order.countWhile(
      (entry) => entry.score < score || (entry.score === score && entry.member < member),
    );
  }
}
