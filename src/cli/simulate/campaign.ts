import { addCounts, type Counts } from "../../sim/coverage.ts";
import type { Variety } from "../../sim/draw-plan.ts";
import { formatCounts, replaySeed } from "../../sim/report.ts";
import { formatReach, missedPoints, varietyForReach } from "../../sim/reach/report-reach.ts";
import { type Outcome, simulate } from "../../sim/simulation.ts";
import { shrinkSecondsOf, type SimulateOptions } from "./command.ts";
import { reportFailure } from "./failure.ts";

const PROGRESS_EVERY_MS = 2_000;
/** The first failures are cut down and printed whole; of the others, a line. */
const REPORTS_MAX = 3;

interface Campaign {
  readonly counts: Counts;
  readonly failed: number[];
  seeds: number;
  simulatedMs: number;
}

/** Many seeds. @returns the exit status: 1 when any seed broke an invariant */
export async function runCampaign(options: SimulateOptions): Promise<number> {
  const { from, seeds } = options;
  const campaign: Campaign = { counts: new Map(), failed: [], seeds: 0, simulatedMs: 0 };
  const isForReach = options.coverage || options.coverageRequired;
  const startedAt = performance.now();
  let reportedAt = startedAt;

  for (let seed = from; seed < from + seeds; seed++) {
    const variety = isForReach ? varietyForReach(seed) : varietyOf(options);
    const how = { isDetailed: options.verbose, countsReach: isForReach };
    const outcome = simulate(seed, { ...variety, ...how });
    addCounts(campaign.counts, outcome.counts);
    campaign.seeds++;
    campaign.simulatedMs += outcome.simulatedMs;
    if (options.journal || options.verbose) print(outcome.journal.join("\n"));
    if (outcome.violation !== undefined) {
      campaign.failed.push(seed);
      reportSeed(seed, outcome, {
        options,
        variety,
        isWhole: campaign.failed.length <= REPORTS_MAX,
      });
    }
    if (performance.now() - reportedAt >= PROGRESS_EVERY_MS) {
      reportedAt = performance.now();
      process.stderr.write(`${progress(campaign, seeds, reportedAt - startedAt)}\n`);
      // Ctrl-C and the terminal get their turn.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  print(isForReach ? formatReach(campaign.counts) : formatCounts(campaign.counts));
  print(progress(campaign, seeds, performance.now() - startedAt));
  print(verdict(campaign));
  const isMissing = options.coverageRequired && missedPoints(campaign.counts).length > 0;
  return campaign.failed.length > 0 || isMissing ? 1 : 0;
}

export function varietyOf({ mixed, names, crowded, maintained, losing }: SimulateOptions): Variety {
  return {
    isMixed: mixed,
    hasNames: names,
    isCrowded: crowded,
    isMaintained: maintained,
    isLosing: losing,
  };
}

function reportSeed(
  seed: number,
  outcome: Outcome,
  how: {
    readonly options: SimulateOptions;
    readonly variety: Variety;
    readonly isWhole: boolean;
  },
): void {
  print(`seed ${seed} breaks "${outcome.violation?.invariant ?? ""}"`);
  print(`  ${outcome.violation?.detail ?? ""}`);
  if (!how.isWhole) return;
  print(`  the whole run: ${replaySeed(seed, how.variety)} --journal`);
  reportFailure(outcome, shrinkSecondsOf(how.options));
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
