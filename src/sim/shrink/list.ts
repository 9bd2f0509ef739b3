/**
 * Delta debugging: leaves parts of a list out, the large ones first, as long as what is left still
 * will do.
 * @returns a list from which no single item can be left out, unless `willDo` has lost patience
 */
export function shorten<Item>(
  items: readonly Item[],
  willDo: (rest: readonly Item[]) => boolean,
): readonly Item[] {
  let kept = items;
  if (kept.length > 0 && willDo([])) return [];
  let size = Math.ceil(kept.length / 2);
  while (size > 0 && kept.length > 1) {
    const before = kept.length;
    for (let start = 0; start < kept.length;) {
      const rest = [...kept.slice(0, start), ...kept.slice(start + size)];
      if (rest.length > 0 && willDo(rest)) kept = rest;
      else start += size;
    }
    // What could not be left out before may be superfluous now.
    if (kept.length === before || size > 1) size = Math.floor(size / 2);
  }
  return kept;
}
