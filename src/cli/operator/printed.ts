import type { Paint, Tone } from "../paint.ts";

/** A cell of a table: a text, with a tone where it tells good or bad news. */
export type Cell = string | { readonly text: string; readonly tone: Tone };

/** What would move the cursor, colour or hide: names and reasons come from servers. */
const OBEYED = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** A server's text as a person may see it: one line, without what a terminal would obey. */
export function printable(text: string): string {
  return text.replace(OBEYED, "\ufffd");
}

/** Columns under their headings; the last one ragged. */
export function tableLines(
  headings: readonly string[],
  rows: readonly (readonly Cell[])[],
  paint: Paint,
): string[] {
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => textOf(row[column] ?? "").length)),
  );
  const lineOf = (cells: readonly Cell[], coloured: (cell: Cell, padded: string) => string) =>
    headings
      .map((_, column) => {
        const cell = cells[column] ?? "";
        const isLast = column === headings.length - 1;
        const text = textOf(cell);
        return coloured(cell, isLast ? text : text.padEnd(widths[column] ?? 0));
      })
      .join("  ")
      .trimEnd();
  return [
    lineOf(headings, (_, padded) => paint.faint(padded)),
    ...rows.map((row) =>
      lineOf(row, (cell, padded) =>
        typeof cell === "string" ? padded : paint.tone(cell.tone, padded),
      ),
    ),
  ];
}

function textOf(cell: Cell): string {
  return printable(typeof cell === "string" ? cell : cell.text);
}

const UNITS = ["B", "kB", "MB", "GB", "TB"];

/** `0 B`, `1.2 MB`: bytes as people say them, in steps of 1000. */
export function bytesText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  const digits = unit > 0 && value < 9.95 ? 1 : 0;
  return `${value.toFixed(digits)} ${UNITS[unit]}`;
}

/** `12 ms`, `3.4 s`, `5 min`, `2 h`, `3 d`. */
export function durationText(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 9_950) return `${(ms / 1_000).toFixed(1)} s`;
  if (ms < 120_000) return `${Math.round(ms / 1_000)} s`;
  if (ms < 7_200_000) return `${Math.round(ms / 60_000)} min`;
  return ms < 172_800_000 ? `${Math.round(ms / 3_600_000)} h` : `${Math.round(ms / 86_400_000)} d`;
}

/** Of a replica's link to its master. @param ms below 0: it was never up, or has not been told */
export function linkDownText(ms: number): string {
  return ms > 0 ? `link down for ${durationText(ms)}` : "link down";
}

export function jsonText(value: unknown): string {
  return JSON.stringify(value, undefined, 2);
}
