import { type Random, nextBelow } from "../base/random.ts";

/** Entries a shard holds on average before the table splits one more. */
const SHARD_LOAD = 256;
/** A longer key is hashed by its ends; equal hashes only make shards uneven. */
const HASHED_ENDS = 32;

/**
 * A hash table made of many small Maps, grown by linear hashing: each insertion splits at most one
 * shard, so no step rehashes the whole table, and the 2^24 entries that one Map can hold are no
 * limit (server spec §8.2). Shards are numbered by the low bits of the hash as in Redis' tables, so
 * a cursor in reversed binary order sees every key that stays while the table grows (§5.3).
 */
export class ShardedTable<Value> {
  readonly #shards: Map<string, Value>[] = [new Map<string, Value>()];
  /** The table has 2^level shards, plus one for each shard split in this round. */
  #level = 0;
  #split = 0;
  #size = 0;
  #holds = 0;

  get size(): number {
    return this.#size;
  }

  get shardCount(): number {
    return this.#shards.length;
  }

  get(key: string): Value | undefined {
    return this.#shardOf(key).get(key);
  }

  has(key: string): boolean {
    return this.#shardOf(key).has(key);
  }

  set(key: string, value: Value): void {
    const shard = this.#shardOf(key);
    const before = shard.size;
    shard.set(key, value);
    if (shard.size === before) return;
    this.#size++;
    if (this.#size > this.#shards.length * SHARD_LOAD && this.#holds === 0) this.#splitNext();
  }

  delete(key: string): boolean {
    if (!this.#shardOf(key).delete(key)) return false;
    this.#size--;
    return true;
  }

  /** The shard with that number: what a walk over the table visits one by one. */
  shard(index: number): ReadonlyMap<string, Value> {
    return this.#shards[index] ?? EMPTY;
  }

  /** Keeps every key in its shard until `releaseSplits`, for a walk that goes on over many turns. */
  holdSplits(): void {
    this.#holds++;
  }

  releaseSplits(): void {
    this.#holds--;
  }

  *[Symbol.iterator](): Generator<[string, Value]> {
    for (const shard of this.#shards) yield* shard;
  }

  /** A random entry; every entry can come, those of small shards a little more often. */
  random(random: Random): [string, Value] | undefined {
    if (this.#size === 0) return undefined;
    for (;;) {
      const shard = this.#shards[nextBelow(random, this.#shards.length)];
      if (shard === undefined || shard.size === 0) continue;
      let skip = nextBelow(random, shard.size);
      for (const entry of shard) if (skip-- === 0) return entry;
    }
  }

  /**
   * Visits the shards that `cursor` stands for.
   * @returns the next cursor, 0 when the walk is complete
   */
  scan(cursor: number, visit: (key: string, value: Value) => void): number {
    const mask = 2 ** this.#level - 1;
    const index = (cursor & mask) >>> 0;
    for (const [key, value] of this.shard(index)) visit(key, value);
    if (index < this.#split) {
      for (const [key, value] of this.shard(index + mask + 1)) visit(key, value);
    }
    return nextReversed(index, this.#level);
  }

  #shardOf(key: string): Map<string, Value> {
    const shards = this.#shards;
    let index = 0;
    if (shards.length > 1) {
      const hash = hashOf(key);
      index = hash & ((1 << this.#level) - 1);
      if (index < this.#split) index = hash & ((2 << this.#level) - 1);
    }
    return shards[index] as Map<string, Value>;
  }

  #splitNext(): void {
    const from = this.#shards[this.#split] as Map<string, Value>;
    const to = new Map<string, Value>();
    const bit = 1 << this.#level;
    for (const [key, value] of from) {
      if ((hashOf(key) & bit) === 0) continue;
      to.set(key, value);
      from.delete(key);
    }
    this.#shards.push(to);
    this.#split++;
    if (this.#split < bit) return;
    this.#level++;
    this.#split = 0;
  }
}

const EMPTY: ReadonlyMap<string, never> = new Map<string, never>();

/** FNV-1a over the key's characters, mixed so that the low bits depend on all of them. */
export function hashOf(key: string): number {
  let hash = 0x811c9dc5 ^ key.length;
  const length = key.length;
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
  return (hash ^ (hash >>> 13)) >>> 0;
}

/** Adds one at the highest of `bits` bits and carries downwards; 0 after the last. */
function nextReversed(cursor: number, bits: number): number {
  let next = cursor;
  for (let bit = 2 ** (bits - 1); bit >= 1; bit /= 2) {
    if ((next & bit) === 0) return (next | bit) >>> 0;
    next = (next & ~bit) >>> 0;
  }
  return 0;
}
