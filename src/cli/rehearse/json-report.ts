import type { Rehearsal } from "../../sim/rehearsal/rehearsal.ts";

/** For programs; fields are added, never changed. Times are in ms. */
export function rehearsalAsJson(rehearsal: Rehearsal): string {
  const { topology, plan, runs, firstSeed, writesPerSecond, surroundings } = rehearsal;
  const report = {
    master: topology.master,
    settings: topology.settings,
    servers: topology.servers,
    sentinels: topology.sentinels,
    zones: Object.fromEntries(topology.zones),
    plan: plan.map(({ text }) => text),
    runs,
    firstSeed,
    writesPerSecond,
    surroundings,
    measures: rehearsal.measures.map(({ key, unit, distribution }) => ({
      key,
      unit,
      count: distribution?.count ?? 0,
      p50: distribution?.p50 ?? null,
      p95: distribution?.p95 ?? null,
      max: distribution?.max ?? null,
      mean: distribution?.mean ?? null,
    })),
    outcomes: Object.fromEntries(rehearsal.outcomes),
    reasons: Object.fromEntries(rehearsal.reasons),
    blames: rehearsal.blames.map(({ setting, message, help, runs: inRuns, change, tried }) => ({
      setting: setting ?? null,
      message,
      help,
      runs: inRuns,
      change: change ?? null,
      tried:
        tried === undefined
          ? null
          : {
              runs: tried.runs,
              noMaster: tried.noMaster,
              needless: tried.needless,
              withoutWrites: { p50: tried.withoutWrites.p50, p95: tried.withoutWrites.p95 },
            },
    })),
    typicalSeed: rehearsal.typical.seed,
  };
  return JSON.stringify(report, undefined, 2);
}
