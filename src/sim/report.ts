import type { Counts } from "./coverage.ts";
import type { Variety } from "./draw-plan.ts";
import type { Outcome } from "./simulation.ts";

const LAST_LINES = 60;

/** Why a seed failed, how it came to that, and how to see it again. */
export function formatFailure(
  seed: number,
  { violation, journal }: Outcome,
  variety: Partial<Variety> = {},
): string {
  if (violation === undefined) return `seed ${seed} holds`;
  const command = `npx vedette simulate${optionsOf(variety)} --seed ${seed}`;
  const omitted = Math.max(0, journal.length - LAST_LINES);
  return [
    `seed ${seed} breaks "${violation.invariant}"`,
    `  ${violation.detail}`,
    `  replay: ${command} --journal`,
    `  with every message: ${command} --verbose`,
    "",
    ...(omitted > 0 ? journal.slice(0, 1) : []),
    ...(omitted > 0 ? [`… ${omitted} lines …`] : []),
    ...journal.slice(omitted > 0 ? -LAST_LINES : 0),
  ].join("\n");
}

function optionsOf({ isMixed, hasNames, isCrowded }: Partial<Variety>): string {
  const mixed = isMixed === true ? " --mixed" : "";
  const names = hasNames === true ? " --names" : "";
  const crowded = isCrowded === true ? " --crowded" : "";
  return `${mixed}${names}${crowded}`;
}

/** What the runs reached, most telling first: what stayed at zero was not tested. */
export function formatCounts(counts: Counts): string {
  const rows = [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
  const width = Math.max(0, ...rows.map(([key]) => key.length));
  return rows.map(([key, times]) => `  ${key.padEnd(width)} ${times}`).join("\n");
}
