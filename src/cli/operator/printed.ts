import { durationText } from "../../base/quantity-text.ts";
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

/** Of a replica's link to its master. @param ms below 0: it was never up, or has not been told */
export function linkDownText(ms: number): string {
  return ms > 0 ? `link down for ${durationText(ms)}` : "link down";
}

export function jsonText(value: unknown): string {
  return JSON.stringify(value, undefined, 2);
}
