import type { Counts } from "./coverage.ts";
import type { Variety } from "./draw-plan.ts";
import { writePlanInline } from "./plan-file/write-plan.ts";
import type { SimulationPlan } from "./plan.ts";
import type { Outcome } from "./simulation.ts";
import { formatTimeline } from "./timeline.ts";

const LAST_LINES = 60;

/** Why a seed failed, how it came to that, and how to see it again. */
export function formatFailure(
  seed: number,
  { violation, journal }: Outcome,
  variety: Partial<Variety> = {},
): string {
  if (violation === undefined) return `seed ${seed} holds`;
  const command = replaySeed(seed, variety);
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

/** What is left of a failing run, how to see it again, and what happened in it. */
export function formatShrunk(
  whole: SimulationPlan,
  smallest: Outcome,
  { runs, seconds }: { readonly runs: number; readonly seconds: number },
): string {
  const { plan, violation } = smallest;
  const command = replayPlan(plan);
  return [
    `cut down in ${runs} runs (${seconds.toFixed(1)} s): ${comparePlans(whole, plan)}`,
    `  it breaks "${violation?.invariant ?? ""}"`,
    `  ${smallest.readable(violation?.detail ?? "")}`,
    `  replay: ${command}`,
    `  with every message: ${command} --verbose`,
    `  drawn: ${command} --drawing failure.html`,
    "",
    formatTimeline(smallest),
  ].join("\n");
}

/** Sizes before and after, the same on both sides told once. */
export function comparePlans(before: SimulationPlan, after: SimulationPlan): string {
  const sizes = SIZES.map(([what, size]) => {
    const [was, is] = [size(before), size(after)];
    return was === is ? `${is} ${what}` : `${was} → ${is} ${what}`;
  });
  return sizes.join(", ");
}

const SIZES: readonly (readonly [what: string, size: (plan: SimulationPlan) => string])[] = [
  ["faults", ({ faults }) => String(faults.length)],
  ["sentinels", ({ cluster }) => String(cluster.sentinels + cluster.references)],
  ["servers", ({ cluster }) => String(cluster.groups.flatMap(({ servers }) => servers).length)],
  ["seconds of faults", ({ phaseMs }) => (phaseMs / 1000).toFixed(1)],
];

export function replaySeed(seed: number, variety: Partial<Variety>): string {
  return `npx vedette simulate${optionsOf(variety)} --seed ${seed}`;
}

export function replayPlan(plan: SimulationPlan): string {
  return `npx vedette simulate --plan ${quoted(writePlanInline(plan))}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function optionsOf(variety: Partial<Variety>): string {
  const { isMixed, hasNames, isCrowded, isMaintained, isLosing } = variety;
  const mixed = isMixed === true ? " --mixed" : "";
  const names = hasNames === true ? " --names" : "";
  const crowded = isCrowded === true ? " --crowded" : "";
  const maintained = isMaintained === true ? " --maintained" : "";
  const losing = isLosing === true ? " --losing" : "";
  return `${mixed}${names}${crowded}${maintained}${losing}`;
}

/** What the runs reached, most telling first: what stayed at zero was not tested. */
export function formatCounts(counts: Counts): string {
  const rows = [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
  const width = Math.max(0, ...rows.map(([key]) => key.length));
  return rows.map(([key, times]) => `  ${key.padEnd(width)} ${times}`).join("\n");
}
