import { type Random, nextBelow } from "../base/random.ts";
import type { Client } from "./client.ts";

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

/** A reply with more elements than this would not fit into memory. */
const MOST_REPEATS = 2 ** 24;
/** The longest reply that is begun although it cannot be sent. */
const MOST_BYTES = 2 ** 30;

/** Whether a reply of so many elements is refused: nothing else would stop it in time. */
export function isTooManyRepeats({ connection }: Client, count: number): boolean {
  const { outputLimitBytes } = connection;
  return count > MOST_REPEATS && (outputLimitBytes === 0 || outputLimitBytes > MOST_BYTES);
}

/**
 * Writes elements that may repeat, up to where the client will be closed for the length of the reply.
 * @param write adds one element to the reply; @returns its length in bytes at least
 */
export function replyRepeated({ connection }: Client, count: number, write: () => number): void {
  const { outputLimitBytes } = connection;
  const room = outputLimitBytes === 0 ? Number.POSITIVE_INFINITY : outputLimitBytes;
  let bytes = 0;
  for (let left = count; left > 0 && bytes < room; left--) bytes += write();
}
