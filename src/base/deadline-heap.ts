import { type Millis, NEVER } from "./units.ts";

interface Entry<Key> {
  readonly key: Key;
  at: Millis;
  /** Breaks ties by order of arming, so that equal deadlines come out in a defined order. */
  order: number;
  index: number;
}

/** Deadlines by key, earliest first: one deadline a key, set and moved in O(log n). */
export class DeadlineHeap<Key> {
  readonly #entries: Entry<Key>[] = [];
  readonly #byKey = new Map<Key, Entry<Key>>();
  #order = 0;

  get size(): number {
    return this.#entries.length;
  }

  /** The earliest deadline, or NEVER. */
  get next(): Millis {
    return this.#entries[0]?.at ?? NEVER;
  }

  deadlineOf(key: Key): Millis {
    return this.#byKey.get(key)?.at ?? NEVER;
  }

  /** Sets or moves the deadline of `key`; NEVER removes it. */
  set(key: Key, at: Millis): void {
    if (at === NEVER) {
      this.delete(key);
      return;
    }
    const known = this.#byKey.get(key);
    if (known === undefined) {
      const entry = { key, at, order: this.#order++, index: this.#entries.length };
      this.#byKey.set(key, entry);
      this.#entries.push(entry);
      this.#rise(entry);
    } else if (known.at !== at) {
      known.at = at;
      known.order = this.#order++;
      this.#rise(known);
      this.#sink(known);
    }
  }

  delete(key: Key): void {
    const entry = this.#byKey.get(key);
    if (entry === undefined) return;
    this.#byKey.delete(key);
    const last = this.#entries.pop();
    if (last === undefined || last === entry) return;
    this.#place(last, entry.index);
    this.#rise(last);
    this.#sink(last);
  }

  /** Removes and returns the earliest key whose deadline is not after `now`. */
  takeDue(now: Millis): Key | undefined {
    const first = this.#entries[0];
    if (first === undefined || first.at > now) return undefined;
    this.delete(first.key);
    return first.key;
  }

  #place(entry: Entry<Key>, index: number): void {
    this.#entries[index] = entry;
    entry.index = index;
  }

  #rise(entry: Entry<Key>): void {
    while (entry.index > 0) {
      const parent = this.#entries[(entry.index - 1) >> 1];
      if (parent === undefined || !isBefore(entry, parent)) return;
      this.#swap(entry, parent);
    }
  }

  #sink(entry: Entry<Key>): void {
    for (;;) {
      const left = this.#entries[2 * entry.index + 1];
      const right = this.#entries[2 * entry.index + 2];
      if (left === undefined) return;
      const child = right !== undefined && isBefore(right, left) ? right : left;
      if (!isBefore(child, entry)) return;
      this.#swap(entry, child);
    }
  }

  #swap(a: Entry<Key>, b: Entry<Key>): void {
    const index = a.index;
    this.#place(a, b.index);
    this.#place(b, index);
  }
}

function isBefore<Key>(a: Entry<Key>, b: Entry<Key>): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
