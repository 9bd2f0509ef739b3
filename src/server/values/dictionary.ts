import { type Random, nextBelow } from "../../base/random.ts";
import { SharedTable } from "./shared-table.ts";

/** Up to so many entries a Map is smaller and faster, and is copied and scanned as a whole. */
export const SMALL_ENTRIES = 128;

/**
 * What hashes, sets and sorted sets find their elements by: a Map while it is small, then a table
 * that shares its entries with copies. It does not become small again until it is empty.
 *
 * Interface: `size`, `has`, `get`, `set`, `delete`, iteration (a small one in order of insertion),
 * `random`, `scan`, `copy` in O(1) but for one pointer for each 64 entries.
 */
export class Dictionary<Value> {
  #entries: Map<string, Value> | SharedTable<Value> = new Map();

  get size(): number {
    return this.#entries.size;
  }

  get isSmall(): boolean {
    return this.#entries instanceof Map;
  }

  has(key: string): boolean {
    return this.#entries.has(key);
  }

  get(key: string): Value | undefined {
    return this.#entries.get(key);
  }

  set(key: string, value: Value): void {
    const entries = this.#entries;
    entries.set(key, value);
    if (entries instanceof Map && entries.size > SMALL_ENTRIES) {
      const table = new SharedTable<Value>();
      for (const [name, held] of entries) table.set(name, held);
      this.#entries = table;
    }
  }

  delete(key: string): boolean {
    return this.#entries.delete(key);
  }

  copy(): Dictionary<Value> {
    const copied = new Dictionary<Value>();
    const entries = this.#entries;
    copied.#entries = entries instanceof Map ? new Map(entries) : entries.copy();
    return copied;
  }

  /** No changes meanwhile. */
  [Symbol.iterator](): Iterator<[string, Value]> & Iterable<[string, Value]> {
    return this.#entries[Symbol.iterator]();
  }

  random(random: Random): string | undefined {
    const entries = this.#entries;
    if (!(entries instanceof Map)) return entries.random(random);
    if (entries.size === 0) return undefined;
    let skip = nextBelow(random, entries.size);
    for (const key of entries.keys()) if (skip-- === 0) return key;
    return undefined;
  }

  /**
   * Visits some entries: all of a small dictionary, else those of one bucket or two.
   * @returns the next cursor, 0 when the walk is complete
   */
  scan(cursor: number, visit: (key: string, value: Value) => void): number {
    const entries = this.#entries;
    if (!(entries instanceof Map)) return entries.scan(cursor, visit);
    for (const [key, value] of entries) visit(key, value);
    return 0;
  }
}
