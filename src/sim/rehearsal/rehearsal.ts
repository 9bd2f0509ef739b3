import { failoversOf, type Failover } from "./failovers.ts";
import type { PlannedFault } from "./fault-text.ts";
import {
  type Blame,
  blamesOf,
  judge,
  type Outcome,
  type Reason,
  type Verdict,
} from "./findings.ts";
import { withoutWritesMs } from "./outages.ts";
import { runRehearsal, type RunOptions, type Surroundings, WRITE_INTERVAL_MS } from "./run.ts";
import { type Distribution, distributionOf } from "./statistics.ts";
import type { Topology } from "./topology.ts";
import type { Line } from "./record.ts";

/** One thing that was measured in many runs. */
export interface Measure {
  readonly key: string;
  readonly label: string;
  /** Whether smaller is better in ms, or a number of writes. */
  readonly unit: "ms" | "writes";
  /** Undefined where it never happened. */
  readonly distribution: Distribution | undefined;
}

export interface Rehearsal {
  readonly topology: Topology;
  readonly plan: readonly PlannedFault[];
  readonly surroundings: Surroundings;
  readonly runs: number;
  readonly firstSeed: number;
  readonly writesPerSecond: number;
  readonly measures: readonly Measure[];
  readonly outcomes: ReadonlyMap<Outcome, number>;
  readonly reasons: ReadonlyMap<Reason, number>;
  readonly blames: readonly TriedBlame[];
  /** A run whose time without writes is the median one. */
  readonly typical: { readonly seed: number; readonly lines: readonly Line[] };
}

/** What is to blame, and what the same plan does with the change that is suggested. */
export interface TriedBlame extends Blame {
  readonly tried: Tried | undefined;
}

export interface Tried {
  readonly runs: number;
  readonly noMaster: number;
  readonly needless: number;
  readonly withoutWrites: Distribution;
}

export interface RehearsalOptions extends RunOptions {
  readonly runs: number;
  readonly firstSeed: number;
  readonly writesPerSecond: number;
  /** Called after each run, to show progress. */
  readonly onRun: (done: number) => Promise<void>;
}

/** What a suggestion is tried with. */
const TRIAL_RUNS_MAX = 30;

/** Runs the plan with many seeds, and says what came of it. */
export async function rehearse(options: RehearsalOptions): Promise<Rehearsal> {
  const { topology, plan, surroundings, runs, firstSeed, writesPerSecond } = options;
  const verdicts: Verdict[] = [];
  for (let seed = firstSeed; seed < firstSeed + runs; seed++) {
    verdicts.push(oneRun(seed, options));
    await options.onRun(verdicts.length);
  }
  const writeMs = WRITE_INTERVAL_MS + 3 * surroundings.delayMs;
  const lost = ({ record }: Verdict, zone: string | undefined) =>
    Math.round(
      ((record.clients.find((client) => client.zone === zone)?.lostCount ?? 0) *
        writeMs *
        writesPerSecond) /
        1_000,
    );
  const zones = [undefined, ...topology.zones.keys()];
  const withoutWrites = verdicts.map((verdict) => outageOf(verdict, undefined));
  const lostByZone = new Map(
    zones.map((zone) => [zone, Math.max(0, ...verdicts.map((verdict) => lost(verdict, zone)))]),
  );
  const blames = blamesOf({ verdicts, topology, withoutWrites, lostByZone });
  return {
    topology,
    plan,
    surroundings,
    runs,
    firstSeed,
    writesPerSecond,
    measures: [
      ...phases(verdicts),
      ...zones.map((zone) => ({
        key: zone === undefined ? "without-writes" : `without-writes-${zone}`,
        label: zone === undefined ? "without writes" : `without writes, clients in ${zone}`,
        unit: "ms" as const,
        distribution: distributionOf(verdicts.map((verdict) => outageOf(verdict, zone))),
      })),
      ...zones.map((zone) => ({
        key: zone === undefined ? "writes-lost" : `writes-lost-${zone}`,
        label: zone === undefined ? "acknowledged writes lost" : `writes lost, clients in ${zone}`,
        unit: "writes" as const,
        distribution: distributionOf(verdicts.map((verdict) => lost(verdict, zone))),
      })),
    ],
    outcomes: counted(verdicts.map(({ outcome }) => outcome)),
    reasons: counted(verdicts.flatMap(({ reason }) => reason ?? [])),
    blames: await tried(blames, options),
    typical: typicalOf(verdicts, withoutWrites),
  };
}

function oneRun(seed: number, options: RunOptions): Verdict {
  const record = runRehearsal(seed, options);
  const sentinels = options.topology.sentinels.map(({ node }) => node);
  return judge(record, failoversOf(record, sentinels), options.topology);
}

function outageOf({ record }: Verdict, zone: string | undefined): number {
  const client = record.clients.find((each) => each.zone === zone);
  return client === undefined ? 0 : withoutWritesMs(client, record);
}

const PHASES: readonly {
  readonly key: string;
  readonly label: string;
  readonly from: keyof Failover;
  readonly to: keyof Failover;
}[] = [
  { key: "detect", label: "detect (first +sdown)", from: "faultAt", to: "sdownAt" },
  { key: "agree", label: "agree (+odown)", from: "sdownAt", to: "odownAt" },
  { key: "elect", label: "elect (+elected-leader)", from: "odownAt", to: "electedAt" },
  { key: "promote", label: "promote", from: "electedAt", to: "promotedAt" },
  { key: "announce", label: "announce to all", from: "promotedAt", to: "announcedAt" },
  { key: "failover", label: "fault to announced by all", from: "faultAt", to: "announcedAt" },
];

function phases(verdicts: readonly Verdict[]): Measure[] {
  // Noticing counts even where nothing came of it.
  const all = verdicts.flatMap(({ failovers }) => failovers.filter(({ fault }) => fault !== ""));
  return PHASES.map(({ key, label, from, to }) => ({
    key,
    label,
    unit: "ms",
    distribution: distributionOf(
      all.flatMap((failover) => {
        const [begin, end] = [failover[from], failover[to]];
        return typeof begin === "number" && typeof end === "number"
          ? [Math.max(0, end - begin)]
          : [];
      }),
    ),
  }));
}

function counted<Key>(keys: readonly Key[]): Map<Key, number> {
  const counts = new Map<Key, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}

/** The first seeds once more, with what is suggested. */
async function tried(blames: readonly Blame[], options: RehearsalOptions): Promise<TriedBlame[]> {
  const all: TriedBlame[] = [];
  const done = new Map<string, Tried>();
  for (const blame of blames) {
    const { change } = blame;
    if (change === undefined) {
      all.push({ ...blame, tried: undefined });
      continue;
    }
    const key = JSON.stringify(change);
    const known = done.get(key) ?? (await tryOut(change, options));
    done.set(key, known);
    all.push({ ...blame, tried: known });
  }
  return all;
}

async function tryOut(
  change: NonNullable<Blame["change"]>,
  options: RehearsalOptions,
): Promise<Tried> {
  const { topology, firstSeed } = options;
  const changed = {
    ...options,
    topology: { ...topology, settings: { ...topology.settings, ...change } },
  };
  const runs = Math.min(TRIAL_RUNS_MAX, options.runs);
  const verdicts: Verdict[] = [];
  for (let seed = firstSeed; seed < firstSeed + runs; seed++) {
    verdicts.push(oneRun(seed, changed));
    await options.onRun(options.runs);
  }
  const withoutWrites = distributionOf(verdicts.map((verdict) => outageOf(verdict, undefined)));
  if (withoutWrites === undefined) throw new Error("no runs");
  return {
    runs,
    noMaster: verdicts.filter(({ outcome }) => outcome === "no master").length,
    needless: verdicts.filter(({ record }) => record.wasNeedless).length,
    withoutWrites,
  };
}

function typicalOf(
  verdicts: readonly Verdict[],
  withoutWrites: readonly number[],
): Rehearsal["typical"] {
  const order = withoutWrites.map((ms, index) => ({ ms, index })).sort((a, b) => a.ms - b.ms);
  const middle = order[Math.floor((order.length - 1) / 2)];
  const record = verdicts[middle?.index ?? 0]?.record;
  return { seed: record?.seed ?? 0, lines: record?.lines ?? [] };
}
