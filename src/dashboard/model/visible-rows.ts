/** The part of a long list that is worth drawing. */
export interface VisibleRows {
  readonly first: number;
  /** Behind the last. */
  readonly end: number;
}

/** Drawn above and below what is seen, so that scrolling shows no hole. */
const SPARE_ROWS = 8;

export function visibleRows(list: {
  readonly count: number;
  readonly rowHeight: number;
  readonly scrollTop: number;
  readonly height: number;
}): VisibleRows {
  const { count, rowHeight, scrollTop, height } = list;
  const first = Math.floor(Math.max(0, scrollTop) / rowHeight) - SPARE_ROWS;
  const end = Math.ceil((Math.max(0, scrollTop) + height) / rowHeight) + SPARE_ROWS;
  return {
    first: Math.min(Math.max(0, first), count),
    end: Math.min(Math.max(0, end), count),
  };
}

/** Where to scroll so that the row is seen; undefined: it is. */
export function scrollToShow(
  row: number,
  list: { readonly rowHeight: number; readonly scrollTop: number; readonly height: number },
): number | undefined {
  const top = row * list.rowHeight;
  if (top < list.scrollTop) return top;
  const bottom = top + list.rowHeight;
  return bottom > list.scrollTop + list.height ? bottom - list.height : undefined;
}
