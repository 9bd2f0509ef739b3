/** Whoever holds the token a part was made with may change the part; others copy it first. */
type Owner = object;

/** Items of a leaf: moving so many pointers is still cheaper than another level. */
const LEAF_ITEMS = 128;
const BRANCH_CHILDREN = 64;
/** A part emptier than this share of its room is joined to its neighbour, if that has room. */
const SPARSE = 4;

class Leaf<Item> {
  readonly owner: Owner;
  readonly items: Item[];

  constructor(owner: Owner, items: Item[]) {
    this.owner = owner;
    this.items = items;
  }

  get count(): number {
    return this.items.length;
  }
}

class Branch<Item> {
  readonly owner: Owner;
  readonly children: Part<Item>[];
  /** Items below. */
  count: number;

  constructor(owner: Owner, children: Part<Item>[], count: number) {
    this.owner = owner;
    this.children = children;
    this.count = count;
  }
}

type Part<Item> = Leaf<Item> | Branch<Item>;

/**
 * A sequence as a tree that knows how many items are below each branch: every position is found in
 * O(log n), and both ends in a few steps. `copy` costs O(1): both sides share all parts, and each
 * copies a part (at most `LEAF_ITEMS` pointers) before it changes it for the first time. Snapshots
 * and COPY rest on that (server spec §7.2).
 *
 * Interface: `size`, `get`, `set`, `insert`, `removeRange`, `range`, `reversed`, `countWhile`,
 * `copy`. Positions are from 0 and must be within the sequence.
 */
export class CountedTree<Item> {
  #owner: Owner = {};
  #root: Part<Item>;

  constructor() {
    this.#root = new Leaf<Item>(this.#owner, []);
  }

  get size(): number {
    return this.#root.count;
  }

  /** A sequence of its own with the same items. */
  copy(): CountedTree<Item> {
    const copied = new CountedTree<Item>();
    copied.#root = this.#root;
    this.#owner = {};
    return copied;
  }

  get(index: number): Item | undefined {
    if (index < 0 || index >= this.size) return undefined;
    const { leaf, offset } = this.#leafAt(index);
    return leaf.items[offset];
  }

  set(index: number, item: Item): void {
    let part = this.#ownedRoot();
    let offset = index;
    while (part instanceof Branch) {
      const at = childAt(part, offset);
      offset -= at.before;
      part = this.#ownedChild(part, at.child);
    }
    part.items[offset] = item;
  }

  /** @param index the position the item will have; `size` to append */
  insert(index: number, item: Item): void {
    const root = this.#ownedRoot();
    const right = this.#insertInto(root, index, item);
    if (right === undefined) return;
    this.#root = new Branch<Item>(this.#owner, [root, right], root.count + right.count);
  }

  push(item: Item): void {
    this.insert(this.size, item);
  }

  /** @param to the position behind the last that is removed */
  removeRange(from: number, to: number): void {
    if (from >= to) return;
    this.#removeFrom(this.#ownedRoot(), from, to);
    while (this.#root instanceof Branch && this.#root.children.length <= 1) {
      this.#root = this.#root.children[0] ?? new Leaf<Item>(this.#owner, []);
    }
  }

  remove(index: number): void {
    this.removeRange(index, index + 1);
  }

  /** Items from one position up to another, which is not included; no changes meanwhile. */
  *range(from = 0, to = this.size): Generator<Item, void> {
    for (let at = from; at < to;) {
      const { leaf, offset } = this.#leafAt(at);
      const end = Math.min(leaf.items.length, offset + to - at);
      for (let index = offset; index < end; index++) yield leaf.items[index] as Item;
      at += end - offset;
    }
  }

  /** The same items from the last to the first; no changes meanwhile. */
  *reversed(from = 0, to = this.size): Generator<Item, void> {
    for (let at = to - 1; at >= from;) {
      const { leaf, offset } = this.#leafAt(at);
      const end = Math.max(0, offset - (at - from));
      for (let index = offset; index >= end; index--) yield leaf.items[index] as Item;
      at -= offset - end + 1;
    }
  }

  [Symbol.iterator](): Generator<Item, void> {
    return this.range();
  }

  /** @param holds true for a first part of the sequence and false behind. @returns how many it holds for */
  countWhile(holds: (item: Item) => boolean): number {
    let part = this.#root;
    let before = 0;
    while (part instanceof Branch) {
      const { children } = part;
      const child = Math.max(
        0,
        firstFailing(children.length, (at) => holds(firstItem(children[at] as Part<Item>))) - 1,
      );
      for (let at = 0; at < child; at++) before += (children[at] as Part<Item>).count;
      part = children[child] as Part<Item>;
    }
    const { items } = part;
    return before + firstFailing(items.length, (at) => holds(items[at] as Item));
  }

  #leafAt(index: number): { readonly leaf: Leaf<Item>; readonly offset: number } {
    let part = this.#root;
    let offset = index;
    while (part instanceof Branch) {
      const at = childAt(part, offset);
      offset -= at.before;
      part = part.children[at.child] as Part<Item>;
    }
    return { leaf: part, offset };
  }

  #ownedRoot(): Part<Item> {
    this.#root = this.#owned(this.#root);
    return this.#root;
  }

  #ownedChild(branch: Branch<Item>, at: number): Part<Item> {
    const child = this.#owned(branch.children[at] as Part<Item>);
    branch.children[at] = child;
    return child;
  }

  #owned(part: Part<Item>): Part<Item> {
    if (part.owner === this.#owner) return part;
    return part instanceof Leaf
      ? new Leaf(this.#owner, part.items.slice())
      : new Branch(this.#owner, part.children.slice(), part.count);
  }

  /** @returns what was split off on the right, if the part was full */
  #insertInto(part: Part<Item>, index: number, item: Item): Part<Item> | undefined {
    if (part instanceof Leaf) {
      place(part.items, index, item);
      if (part.items.length <= LEAF_ITEMS) return undefined;
      return new Leaf(this.#owner, part.items.splice(splitPoint(part.items.length, index)));
    }
    // At the border between two children the left one takes it, so that appending fills leaves.
    const at = childAt(part, Math.max(0, index - 1));
    part.count++;
    const right = this.#insertInto(this.#ownedChild(part, at.child), index - at.before, item);
    if (right === undefined) return undefined;
    place(part.children, at.child + 1, right);
    if (part.children.length <= BRANCH_CHILDREN) return undefined;
    const moved = part.children.splice(splitPoint(part.children.length, at.child));
    const count = countOf(moved);
    part.count -= count;
    return new Branch(this.#owner, moved, count);
  }

  #removeFrom(part: Part<Item>, from: number, to: number): void {
    if (part instanceof Leaf) {
      if (to - from > 1) part.items.splice(from, to - from);
      else takeOut(part.items, from);
      return;
    }
    const first = childAt(part, from);
    part.count -= to - from;
    let child = first.child;
    let start = first.before;
    for (let left = to - from; left > 0;) {
      const { count } = part.children[child] as Part<Item>;
      const begin = Math.max(from - start, 0);
      const taken = Math.min(count - begin, left);
      if (taken === count) {
        part.children.splice(child, 1);
      } else {
        this.#removeFrom(this.#ownedChild(part, child), begin, begin + taken);
        child++;
        start += count - taken;
      }
      left -= taken;
    }
    this.#join(part, Math.min(child, part.children.length - 1));
    this.#join(part, first.child);
  }

  /** Joins a sparse child to its left neighbour, or the right one to it. */
  #join(branch: Branch<Item>, at: number): void {
    const left = Math.max(0, at - 1);
    const one = branch.children[left];
    const other = branch.children[left + 1];
    if (one === undefined || other === undefined) return;
    if (one instanceof Leaf && other instanceof Leaf) {
      if (!fit(one.items.length, other.items.length, LEAF_ITEMS)) return;
      const joined = new Leaf(this.#owner, [...one.items, ...other.items]);
      branch.children.splice(left, 2, joined);
    } else if (one instanceof Branch && other instanceof Branch) {
      if (!fit(one.children.length, other.children.length, BRANCH_CHILDREN)) return;
      const children = [...one.children, ...other.children];
      branch.children.splice(left, 2, new Branch(this.#owner, children, one.count + other.count));
    }
  }
}

function fit(one: number, other: number, room: number): boolean {
  return Math.min(one, other) < room / SPARSE && one + other <= room / 2 + room / SPARSE;
}

/** Full parts at the ends stay full when a sequence grows there. */
function splitPoint(length: number, inserted: number): number {
  if (inserted >= length - 2) return length - 1;
  return inserted === 0 ? 1 : length >> 1;
}

/** @returns the child that holds position `index`, and how many items are before it */
function childAt<Item>(
  branch: Branch<Item>,
  index: number,
): { readonly child: number; readonly before: number } {
  const { children } = branch;
  if (index * 2 < branch.count) {
    let before = 0;
    let child = 0;
    for (; child < children.length - 1; child++) {
      const { count } = children[child] as Part<Item>;
      if (index < before + count) break;
      before += count;
    }
    return { child, before };
  }
  let child = children.length - 1;
  let before = branch.count - (children[child] as Part<Item>).count;
  while (index < before && child > 0) before -= (children[--child] as Part<Item>).count;
  return { child, before };
}

function firstItem<Item>(part: Part<Item>): Item {
  let at = part;
  while (at instanceof Branch) at = at.children[0] as Part<Item>;
  return at.items[0] as Item;
}

/** @param holds true below some number, false from there on. @returns that number, at most `count` */
function firstFailing(count: number, holds: (index: number) => boolean): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function countOf<Item>(parts: readonly Part<Item>[]): number {
  let count = 0;
  for (const part of parts) count += part.count;
  return count;
}

/** The engine is faster at the ends of an array when told so. */
function place<Item>(items: Item[], index: number, item: Item): void {
  if (index === items.length) items.push(item);
  else if (index === 0) items.unshift(item);
  else items.splice(index, 0, item);
}

function takeOut(items: unknown[], index: number): void {
  if (index === items.length - 1) items.pop();
  else if (index === 0) items.shift();
  else items.splice(index, 1);
}
