import { type Random, nextBelow } from "../base/random.ts";

/** A request for more than this share of all elements is served from a list of all. */
const MOST = 3;

/**
 * Some of the elements, each at most once, in no order.
 * @param draw one of them at random
 * @param all each of them, for when many are wanted
 */
export function sampleDistinct<Item>(
  random: Random,
  wanted: { readonly count: number; readonly size: number },
  draw: () => Item | undefined,
  all: () => Iterable<Item>,
): Item[] {
  const { count, size } = wanted;
  if (count >= size) return [...all()];
  if (count * MOST > size) return shuffled(random, [...all()], count);
  const found = new Set<Item>();
  while (found.size < count) {
    const item = draw();
    if (item === undefined) break;
    found.add(item);
  }
  return [...found];
}

/** The first `count` of the items in random order. */
function shuffled<Item>(random: Random, items: Item[], count: number): Item[] {
  for (let at = 0; at < count; at++) {
    const other = at + nextBelow(random, items.length - at);
    [items[at], items[other]] = [items[other] as Item, items[at] as Item];
  }
  return items.slice(0, count);
}
