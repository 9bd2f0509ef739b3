import { type Millis, millis } from "../base/units.ts";

/** Something that will happen. Cancelled by `done`, so that taking it back costs nothing. */
export interface Entry {
  readonly at: Millis;
  /** Equal moments happen in the order in which they were put on the agenda. */
  readonly order: number;
  readonly happen: () => void;
  done: boolean;
}

/**
 * Virtual time: everything that will happen, earliest first. Time passes only by taking the next
 * entry, so a run depends on nothing but what was put here, and a minute costs what happens in it.
 */
export class Agenda {
  readonly #heap: Entry[] = [];
  #order = 0;
  #now = millis(0);

  get now(): Millis {
    return this.#now;
  }

  /** @param delayMs not negative; 0 comes after everything already due at this moment */
  after(delayMs: number, happen: () => void): Entry {
    return this.at(this.#now + delayMs, happen);
  }

  at(moment: number, happen: () => void): Entry {
    const at = millis(Math.max(moment, this.#now));
    const entry: Entry = { at, order: this.#order++, happen, done: false };
    this.#rise(entry);
    return entry;
  }

  /** Lets everything happen that is due until then, and leaves the clock there. */
  runUntil(moment: Millis): void {
    while (this.#happenNext(moment)) {
      // One after the other.
    }
    this.#now = moment;
  }

  /** Lets the next entry happen, or time pass until then when none is due. */
  runOne(until: number): void {
    if (!this.#happenNext(until)) this.#now = millis(until);
  }

  #happenNext(until: number): boolean {
    for (let first = this.#heap[0]; first !== undefined; first = this.#heap[0]) {
      if (first.at > until) return false;
      this.#takeFirst();
      if (first.done) continue;
      this.#now = first.at;
      first.done = true;
      first.happen();
      return true;
    }
    return false;
  }

  #rise(entry: Entry): void {
    const heap = this.#heap;
    let index = heap.length;
    heap.push(entry);
    while (index > 0) {
      const up = (index - 1) >> 1;
      const parent = heap[up];
      if (parent === undefined || !isBefore(entry, parent)) break;
      heap[index] = parent;
      index = up;
    }
    heap[index] = entry;
  }

  #takeFirst(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let index = 0;
    for (;;) {
      let down = 2 * index + 1;
      let child = heap[down];
      if (child === undefined) break;
      const right = heap[down + 1];
      if (right !== undefined && isBefore(right, child)) {
        child = right;
        down++;
      }
      if (!isBefore(child, last)) break;
      heap[index] = child;
      index = down;
    }
    heap[index] = last;
  }
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
