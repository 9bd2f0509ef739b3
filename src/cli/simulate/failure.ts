import { formatShrunk, replayPlan } from "../../sim/report.ts";
import { shrinkOutcome } from "../../sim/shrink/shrink-outcome.ts";
import type { Search } from "../../sim/shrink/shrink.ts";
import type { Outcome } from "../../sim/simulation.ts";
import { formatTimeline } from "../../sim/timeline.ts";

const PROGRESS_EVERY_MS = 250;

/**
 * Cuts a failing run down and prints what is left of it.
 * @param seconds 0: prints it as it is
 * @returns the smallest run that fails
 */
export function reportFailure(whole: Outcome, seconds: number): Outcome {
  if (seconds === 0) {
    print(`  replay: ${replayPlan(whole.plan)}\n\n${formatTimeline(whole)}\n`);
    return whole;
  }
  const startedAt = performance.now();
  const tell = progressLine();
  const { smallest, runs } = shrinkOutcome(whole, {
    isOver: () => performance.now() - startedAt >= 1000 * seconds,
    progress: (search) => tell(search, performance.now() - startedAt),
  });
  const tookSeconds = (performance.now() - startedAt) / 1000;
  print(`${formatShrunk(whole.plan, smallest, { runs, seconds: tookSeconds })}\n`);
  return smallest;
}

/** One line of a terminal, written over and over. */
function progressLine(): (search: Search, elapsedMs: number) => void {
  let toldAt = Number.NEGATIVE_INFINITY;
  return ({ plan, runs }, elapsedMs) => {
    if (!process.stderr.isTTY || elapsedMs - toldAt < PROGRESS_EVERY_MS) return;
    toldAt = elapsedMs;
    const size = `${plan.faults.length} faults, ${plan.cluster.sentinels} sentinels`;
    process.stderr.write(`\r  cutting down: ${runs} runs, ${size} left \r`);
  };
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
