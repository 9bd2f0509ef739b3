import type { JournalEntry } from "./journal.ts";
import type { Outcome } from "./simulation.ts";

/** Of a long story the beginning and the end. */
const FIRST_LINES = 60;
const LAST_LINES = 120;

/**
 * What happened in a run, a line each: seconds since the faults began, who, what; nodes by their
 * names. How the installation found itself before is left out, unless it broke there.
 */
export function formatTimeline({ entries, faultsBeganMs, readable }: Outcome): string {
  const beganMs = faultsBeganMs ?? 0;
  const told = entries.filter(({ at, what }) => at >= beganMs && !UNTOLD.test(what));
  const lines = told.map((entry) => readable(formatLine(entry, beganMs)));
  const omitted = lines.length - FIRST_LINES - LAST_LINES;
  if (omitted <= 0) return lines.join("\n");
  return [
    ...lines.slice(0, FIRST_LINES),
    `        … ${omitted} lines …`,
    ...lines.slice(-LAST_LINES),
  ].join("\n");
}

/** True of every switch, and told by other lines. */
const UNTOLD = /^\+(slave|monitor) /;

function formatLine({ at, node, what }: JournalEntry, beganMs: number): string {
  const seconds = ((at - beganMs) / 1000).toFixed(3);
  return `${seconds.padStart(10)}s ${node.padEnd(4)} ${what}`;
}
