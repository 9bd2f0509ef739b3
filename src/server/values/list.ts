import { newAccountedSize } from "../memory/accounted-size.ts";
import type { Bytes } from "../../base/bytes.ts";
import { CountedTree } from "./counted-tree.ts";

/**
 * A list. Both ends and the middle are found fast: see `CountedTree`, whose interface it has.
 * Elements are in the form of `stored`.
 */
export class List {
  /** What it counts for in the sum of all data. */
  readonly accounted = newAccountedSize();
  readonly kind = "list";
  #elements = new CountedTree<Bytes>();

  get size(): number {
    return this.#elements.size;
  }

  get encoding(): "quicklist" {
    return "quicklist";
  }

  /** @param index from 0; undefined is answered outside of the list */
  get(index: number): Bytes | undefined {
    return this.#elements.get(index);
  }

  set(index: number, element: Bytes): void {
    this.#elements.set(index, element);
  }

  insert(index: number, element: Bytes): void {
    this.#elements.insert(index, element);
  }

  pushHead(element: Bytes): void {
    this.#elements.insert(0, element);
  }

  pushTail(element: Bytes): void {
    this.#elements.push(element);
  }

  popHead(): Bytes | undefined {
    const element = this.#elements.get(0);
    if (element !== undefined) this.#elements.remove(0);
    return element;
  }

  popTail(): Bytes | undefined {
    const last = this.size - 1;
    const element = this.#elements.get(last);
    if (element !== undefined) this.#elements.remove(last);
    return element;
  }

  /** @param to the position behind the last that is removed */
  removeRange(from: number, to: number): void {
    this.#elements.removeRange(from, to);
  }

  /** Elements from one position up to another, which is not included; no changes meanwhile. */
  range(from?: number, to?: number): Generator<Bytes, void> {
    return this.#elements.range(from, to);
  }

  /** The same elements from the last to the first; no changes meanwhile. */
  reversed(from?: number, to?: number): Generator<Bytes, void> {
    return this.#elements.reversed(from, to);
  }

  /** A list of its own with the same elements, at the price of one step. */
  copy(): List {
    const copied = new List();
    copied.#elements = this.#elements.copy();
    return copied;
  }
}
