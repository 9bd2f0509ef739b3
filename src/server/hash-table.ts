import { type Random, nextBelow } from "../base/random.ts";

/** What a table's entries have for it: they are its chains, so that an entry costs one object. */
export interface Chained<Node> {
  readonly key: string;
  /** `hashOf(key)`, kept so that other keys are told apart without being looked at. */
  readonly hash: number;
  next: Node | undefined;
}

/** Buckets are kept in segments of this size, so that no growth copies more than a list of them. */
const SEGMENT_BITS = 12;
const SEGMENT_SIZE = 2 ** SEGMENT_BITS;
const SEGMENT_MASK = SEGMENT_SIZE - 1;
const LEAST_LEVEL = 2;
/** A table whose buckets are emptier than this on average gives some of them up. */
const SPARSE = 8;
/** A longer key is hashed by its ends; equal hashes only make chains longer. */
const HASHED_ENDS = 32;

type Segment<Node> = (Node | undefined)[];

/**
 * A chained hash table that grows and shrinks by linear hashing: each insertion splits at most two
 * buckets, so no step rehashes the whole table, and nothing limits its size but memory (a Map ends
 * at 2^24 entries and doubles in one go: server spec §8.2). Buckets are numbered by the low bits of
 * the hash as in Redis' tables, so a cursor in reversed binary order sees every key that stays while
 * the table changes its size (§5.3).
 */
export class HashTable<Node extends Chained<Node>> {
  readonly #segments: Segment<Node>[] = [[undefined, undefined, undefined, undefined]];
  /** The table has 2^level buckets, plus one for each bucket split in this round. */
  #level = LEAST_LEVEL;
  #split = 0;
  #size = 0;
  #holds = 0;

  get size(): number {
    return this.#size;
  }

  get bucketCount(): number {
    return 2 ** this.#level + this.#split;
  }

  get(key: string): Node | undefined {
    return this.find(key, hashOf(key));
  }

  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  /** @param hash `hashOf(key)` */
  find(key: string, hash: number): Node | undefined {
    const index = this.#indexOf(hash);
    let node = this.#segmentOf(index)[index & SEGMENT_MASK];
    while (node !== undefined && (node.hash !== hash || node.key !== key)) node = node.next;
    return node;
  }

  /** @param node its key must not be in the table */
  add(node: Node): void {
    this.#link(this.#indexOf(node.hash), node);
    this.#size++;
    if (this.#holds > 0) return;
    // Two, so that a table which could not grow for a while catches up.
    if (this.#size > this.bucketCount) this.#splitOne();
    if (this.#size > this.bucketCount) this.#splitOne();
  }

  delete(key: string): Node | undefined {
    const hash = hashOf(key);
    const index = this.#indexOf(hash);
    const segment = this.#segmentOf(index);
    let before: Node | undefined;
    let node = segment[index & SEGMENT_MASK];
    while (node !== undefined && (node.hash !== hash || node.key !== key)) {
      before = node;
      node = node.next;
    }
    if (node === undefined) return undefined;
    if (before === undefined) segment[index & SEGMENT_MASK] = node.next;
    else before.next = node.next;
    node.next = undefined;
    this.#size--;
    if (this.#holds === 0) this.#shrink();
    return node;
  }

  /** Visits the entries of one bucket; `visit` must not change the table. */
  visitBucket(index: number, visit: (node: Node) => void): void {
    for (let node = this.#bucket(index); node !== undefined; node = node.next) visit(node);
  }

  /** Keeps every key in its bucket until `releaseBuckets`, for a walk over many turns. */
  holdBuckets(): void {
    this.#holds++;
  }

  releaseBuckets(): void {
    this.#holds--;
  }

  /** All entries; the table must not change meanwhile. */
  *[Symbol.iterator](): Generator<Node> {
    for (let index = 0; index < this.bucketCount; index++) {
      for (let node = this.#bucket(index); node !== undefined; node = node.next) yield node;
    }
  }

  /** A random entry; every entry can come, those of short chains more often. */
  random(random: Random): Node | undefined {
    if (this.#size === 0) return undefined;
    let node: Node | undefined;
    while (node === undefined) node = this.#bucket(nextBelow(random, this.bucketCount));
    let length = 0;
    for (let at: Node | undefined = node; at !== undefined; at = at.next) length++;
    for (let skip = nextBelow(random, length); skip > 0; skip--) node = node?.next;
    return node;
  }

  /**
   * Visits the buckets that `cursor` stands for; `visit` must not change the table.
   * @returns the next cursor, 0 when the walk is complete
   */
  scan(cursor: number, visit: (node: Node) => void): number {
    const mask = 2 ** this.#level - 1;
    const index = (cursor & mask) >>> 0;
    this.visitBucket(index, visit);
    if (index < this.#split) this.visitBucket(index + mask + 1, visit);
    return nextReversed(index, this.#level);
  }

  #indexOf(hash: number): number {
    const index = hash & ((1 << this.#level) - 1);
    return index < this.#split ? hash & ((2 << this.#level) - 1) : index;
  }

  #segmentOf(index: number): Segment<Node> {
    return this.#segments[index >> SEGMENT_BITS] as Segment<Node>;
  }

  #bucket(index: number): Node | undefined {
    return this.#segmentOf(index)[index & SEGMENT_MASK];
  }

  #link(index: number, node: Node): void {
    const segment = this.#segmentOf(index);
    node.next = segment[index & SEGMENT_MASK];
    segment[index & SEGMENT_MASK] = node;
  }

  #takeBucket(index: number): Node | undefined {
    const segment = this.#segmentOf(index);
    const chain = segment[index & SEGMENT_MASK];
    segment[index & SEGMENT_MASK] = undefined;
    return chain;
  }

  #relink(chain: Node | undefined): void {
    for (let node = chain; node !== undefined;) {
      const { next } = node;
      this.#link(this.#indexOf(node.hash), node);
      node = next;
    }
  }

  #splitOne(): void {
    const segment = this.#segments[this.bucketCount >> SEGMENT_BITS];
    if (segment === undefined) this.#segments.push([undefined]);
    else segment.push(undefined);
    const chain = this.#takeBucket(this.#split);
    this.#split++;
    if (this.#split === 2 ** this.#level) {
      this.#level++;
      this.#split = 0;
    }
    this.#relink(chain);
  }

  /** As many as one deletion makes too many. */
  #shrink(): void {
    for (let merged = 0; merged < SPARSE; merged++) {
      const count = this.bucketCount;
      if (this.#size * SPARSE >= count || count <= 2 ** LEAST_LEVEL) return;
      if (this.#split === 0) {
        this.#level--;
        this.#split = 2 ** this.#level;
      }
      const segment = this.#segmentOf(count - 1);
      const chain = segment.pop();
      if (segment.length === 0) this.#segments.pop();
      this.#split--;
      this.#relink(chain);
    }
  }
}

/** FNV-1a over the key's characters, mixed so that the low bits depend on all of them. */
export function hashOf(key: string): number {
  const { length } = key;
  let hash = 0x811c9dc5 ^ length;
  if (length <= 2 * HASHED_ENDS) {
    for (let at = 0; at < length; at++) hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193);
  } else {
    for (let at = 0; at < HASHED_ENDS; at++) {
      hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193);
      hash = Math.imul(hash ^ key.charCodeAt(length - 1 - at), 0x01000193);
    }
  }
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x2c1b3c6d);
  return hash ^ (hash >>> 13);
}

/** Adds one at the highest of `bits` bits and carries downwards; 0 after the last. */
export function nextReversed(cursor: number, bits: number): number {
  let next = cursor;
  for (let bit = 2 ** (bits - 1); bit >= 1; bit /= 2) {
    if ((next & bit) === 0) return (next | bit) >>> 0;
    next = (next & ~bit) >>> 0;
  }
  return 0;
}
