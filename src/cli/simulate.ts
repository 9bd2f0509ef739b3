import type { Argv } from "yargs";
import type { Counts } from "../sim/coverage.ts";
import type { Outcome, SimulationOptions } from "../sim/simulation.ts";

const PROGRESS_EVERY_MS = 2_000;
/** Reports of the first failures are printed whole; of the others, a line. */
const REPORTS_MAX = 3;

/** The options of `vedette simulate`. */
export function simulateOptions(yargs: Argv) {
  return (
    yargs
      .usage(
        "vedette simulate [options]\n\n" +
          "Runs clusters over virtual time and network, breaks them, and checks every invariant.",
      )
      .option("seeds", {
        type: "number",
        requiresArg: true,
        default: 300,
        describe: "How many seeds to run",
      })
      .option("from", {
        type: "number",
        requiresArg: true,
        default: 1,
        describe: "The first of them",
      })
      .option("seed", {
        type: "number",
        requiresArg: true,
        describe: "Run this one seed",
      })
      .option("mixed", {
        type: "boolean",
        default: false,
        describe: "With models of redis-sentinel in each quorum",
      })
      .option("names", {
        type: "boolean",
        default: false,
        describe: "In a world of host names, where machines move",
      })
      .option("crowded", {
        type: "boolean",
        default: false,
        describe: "With many masters, which die together",
      })
      .option("journal", {
        type: "boolean",
        default: false,
        describe: "Print what happened",
      })
      .option("verbose", {
        type: "boolean",
        default: false,
        describe: "Print every input and effect as well",
      })
      .check(
        ({ seeds, from, seed = 0 }) =>
          [seeds, from, seed].every((value) => Number.isSafeInteger(value) && value >= 0) ||
          "--seeds, --from and --seed: whole numbers from 0 are expected",
      )
      // Not yargs' own `conflicts`: an option that has a default counts as given there.
      .check(
        ({ mixed, names, crowded }) =>
          !(mixed && (names || crowded)) || "--mixed goes neither with --names nor with --crowded",
      )
      // A replica whose IP passes to a server of another group is kept, as by the reference: such
      // clusters never agree on the number of replicas.
      .check(({ names, crowded }) => !(names && crowded) || "--names does not go with --crowded")
  );
}

export interface SimulateOptions {
  readonly seeds: number;
  readonly from: number;
  readonly seed: number | undefined;
  readonly mixed: boolean;
  readonly names: boolean;
  readonly crowded: boolean;
  readonly journal: boolean;
  readonly verbose: boolean;
}

interface Campaign {
  readonly counts: Counts;
  readonly failed: number[];
  seeds: number;
  simulatedMs: number;
}

/** @returns the exit status: 1 when any seed broke an invariant */
export async function runSimulate(options: SimulateOptions): Promise<number> {
  const { simulate } = await import("../sim/simulation.ts");
  const { addCounts } = await import("../sim/coverage.ts");
  const { formatFailure, formatCounts } = await import("../sim/report.ts");
  const isSingle = options.seed !== undefined;
  const first = options.seed ?? options.from;
  const total = isSingle ? 1 : options.seeds;
  const campaign: Campaign = { counts: new Map(), failed: [], seeds: 0, simulatedMs: 0 };
  const startedAt = performance.now();
  let reportedAt = startedAt;

  for (let seed = first; seed < first + total; seed++) {
    const outcome = simulate(seed, simulationOptions(options));
    addCounts(campaign.counts, outcome.counts);
    campaign.seeds++;
    campaign.simulatedMs += outcome.simulatedMs;
    if (options.journal || options.verbose) print(outcome.journal.join("\n"));
    if (outcome.violation !== undefined) {
      campaign.failed.push(seed);
      print(
        campaign.failed.length > REPORTS_MAX
          ? shortFailure(seed, outcome)
          : formatFailure(seed, outcome, simulationOptions(options)),
      );
    }
    if (performance.now() - reportedAt >= PROGRESS_EVERY_MS) {
      reportedAt = performance.now();
      process.stderr.write(`${progress(campaign, total, reportedAt - startedAt)}\n`);
      // Ctrl-C and the terminal get their turn.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  print(formatCounts(campaign.counts));
  print(progress(campaign, total, performance.now() - startedAt));
  print(verdict(campaign));
  return campaign.failed.length > 0 ? 1 : 0;
}

function simulationOptions(options: SimulateOptions): SimulationOptions {
  const { verbose, mixed, names, crowded } = options;
  return { isDetailed: verbose, isMixed: mixed, hasNames: names, isCrowded: crowded };
}

function shortFailure(seed: number, { violation }: Outcome): string {
  return `seed ${seed} breaks "${violation?.invariant ?? ""}": ${violation?.detail ?? ""}`;
}

function progress(campaign: Campaign, total: number, elapsedMs: number): string {
  const minutes = campaign.simulatedMs / 60_000;
  const perSecond = (minutes / elapsedMs) * 1000;
  return (
    `${campaign.seeds} of ${total} seeds, ${minutes.toFixed(1)} cluster-minutes in ` +
    `${(elapsedMs / 1000).toFixed(1)} s (${perSecond.toFixed(1)} a second), ${campaign.failed.length} failed`
  );
}

function verdict({ failed, seeds }: Campaign): string {
  return failed.length === 0
    ? `All invariants hold in ${seeds} seeds.`
    : `Broken by the seeds ${failed.join(" ")}.`;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
