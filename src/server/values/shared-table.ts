import { type Random, nextBelow } from "../../base/random.ts";
import { hashOf, nextReversed } from "../hash-table.ts";

type Owner = object;

interface Node<Value> {
  readonly key: string;
  readonly hash: number;
  value: Value;
  next: Node<Value> | undefined;
}

/** Buckets that are copied together when a shared table is changed: some 64 entries. */
const SEGMENT_BITS = 6;
const SEGMENT_MASK = 2 ** SEGMENT_BITS - 1;
const LEAST_LEVEL = 2;
/** A table whose buckets are emptier than this on average gives some of them up. */
const SPARSE = 8;

type Buckets<Value> = (Node<Value> | undefined)[];

class Segment<Value> {
  readonly owner: Owner;
  readonly buckets: Buckets<Value>;

  constructor(owner: Owner, buckets: Buckets<Value>) {
    this.owner = owner;
    this.buckets = buckets;
  }
}

/**
 * A hash table that grows and shrinks by linear hashing, as the table of keys does (`HashTable`),
 * and whose `copy` shares all entries: both sides copy a segment before its first change. A copy
 * costs one pointer for each 64 entries.
 */
export class SharedTable<Value> {
  #owner: Owner = {};
  #segments: Segment<Value>[];
  #level = LEAST_LEVEL;
  #split = 0;
  #size = 0;

  constructor() {
    const empty: Buckets<Value> = [];
    for (let index = 0; index < 2 ** LEAST_LEVEL; index++) empty.push(undefined);
    this.#segments = [new Segment(this.#owner, empty)];
  }

  get size(): number {
    return this.#size;
  }

  get bucketCount(): number {
    return 2 ** this.#level + this.#split;
  }

  copy(): SharedTable<Value> {
    const copied = new SharedTable<Value>();
    copied.#segments = this.#segments.slice();
    copied.#level = this.#level;
    copied.#split = this.#split;
    copied.#size = this.#size;
    this.#owner = {};
    return copied;
  }

  has(key: string): boolean {
    return this.#find(key) !== undefined;
  }

  get(key: string): Value | undefined {
    return this.#find(key)?.value;
  }

  /** @returns whether the key is new */
  set(key: string, value: Value): boolean {
    const hash = hashOf(key);
    const buckets = this.#owned(this.#indexOf(hash));
    const at = this.#indexOf(hash) & SEGMENT_MASK;
    for (let node = buckets[at]; node !== undefined; node = node.next) {
      if (node.hash === hash && node.key === key) {
        node.value = value;
        return false;
      }
    }
    buckets[at] = { key, hash, value, next: buckets[at] };
    this.#size++;
    if (this.#size > this.bucketCount) this.#splitOne();
    return true;
  }

  delete(key: string): boolean {
    if (!this.has(key)) return false;
    const hash = hashOf(key);
    const index = this.#indexOf(hash);
    const buckets = this.#owned(index);
    let before: Node<Value> | undefined;
    let node = buckets[index & SEGMENT_MASK];
    while (node !== undefined && (node.hash !== hash || node.key !== key)) {
      before = node;
      node = node.next;
    }
    if (before === undefined) buckets[index & SEGMENT_MASK] = node?.next;
    else before.next = node?.next;
    this.#size--;
    this.#shrink();
    return true;
  }

  /** All entries; the table must not change meanwhile. */
  *[Symbol.iterator](): Generator<[string, Value], void> {
    for (const { buckets } of this.#segments) {
      for (const first of buckets) {
        for (let node = first; node !== undefined; node = node.next) yield [node.key, node.value];
      }
    }
  }

  /** A random key; every key can come, those of short chains more often. */
  random(random: Random): string | undefined {
    if (this.#size === 0) return undefined;
    let node: Node<Value> | undefined;
    while (node === undefined) node = this.#bucket(nextBelow(random, this.bucketCount));
    let length = 0;
    for (let at: Node<Value> | undefined = node; at !== undefined; at = at.next) length++;
    for (let skip = nextBelow(random, length); skip > 0; skip--) node = node?.next;
    return node?.key;
  }

  /**
   * Visits the buckets that `cursor` stands for; `visit` must not change the table.
   * @returns the next cursor, 0 when the walk is complete
   */
  scan(cursor: number, visit: (key: string, value: Value) => void): number {
    const mask = 2 ** this.#level - 1;
    const index = (cursor & mask) >>> 0;
    this.#visitBucket(index, visit);
    if (index < this.#split) this.#visitBucket(index + mask + 1, visit);
    return nextReversed(index, this.#level);
  }

  #visitBucket(index: number, visit: (key: string, value: Value) => void): void {
    for (let node = this.#bucket(index); node !== undefined; node = node.next) {
      visit(node.key, node.value);
    }
  }

  #find(key: string): Node<Value> | undefined {
    const hash = hashOf(key);
    let node = this.#bucket(this.#indexOf(hash));
    while (node !== undefined && (node.hash !== hash || node.key !== key)) node = node.next;
    return node;
  }

  #indexOf(hash: number): number {
    const index = hash & ((1 << this.#level) - 1);
    return index < this.#split ? hash & ((2 << this.#level) - 1) : index;
  }

  #bucket(index: number): Node<Value> | undefined {
    return this.#segments[index >> SEGMENT_BITS]?.buckets[index & SEGMENT_MASK];
  }

  /** The buckets of the segment with bucket `index`, which may be changed. */
  #owned(index: number): Buckets<Value> {
    const at = index >> SEGMENT_BITS;
    const segment = this.#segments[at] as Segment<Value>;
    if (segment.owner === this.#owner) return segment.buckets;
    const owned = new Segment(this.#owner, segment.buckets.map(copyChain));
    this.#segments[at] = owned;
    return owned.buckets;
  }

  #splitOne(): void {
    const added = this.bucketCount;
    if (added >> SEGMENT_BITS === this.#segments.length) {
      this.#segments.push(new Segment(this.#owner, [undefined]));
    } else {
      this.#owned(added).push(undefined);
    }
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
      const buckets = this.#owned(count - 1);
      const chain = buckets.pop();
      if (buckets.length === 0) this.#segments.pop();
      this.#split--;
      this.#relink(chain);
    }
  }

  #takeBucket(index: number): Node<Value> | undefined {
    const buckets = this.#owned(index);
    const chain = buckets[index & SEGMENT_MASK];
    buckets[index & SEGMENT_MASK] = undefined;
    return chain;
  }

  #relink(chain: Node<Value> | undefined): void {
    for (let node = chain; node !== undefined;) {
      const { next } = node;
      const index = this.#indexOf(node.hash);
      const buckets = this.#owned(index);
      node.next = buckets[index & SEGMENT_MASK];
      buckets[index & SEGMENT_MASK] = node;
      node = next;
    }
  }
}

function copyChain<Value>(first: Node<Value> | undefined): Node<Value> | undefined {
  if (first === undefined) return undefined;
  const { key, hash, value, next } = first;
  return { key, hash, value, next: copyChain(next) };
}
