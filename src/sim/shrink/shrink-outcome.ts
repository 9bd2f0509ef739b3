import { type Outcome, runPlan, type RunOptions } from "../simulation.ts";
import { type Failure, shrink, type ShrinkOptions } from "./shrink.ts";

/**
 * Cuts a failing run down.
 * @returns the smallest run that fails in the same way, and how many were tried
 */
export function shrinkOutcome(
  whole: Outcome,
  options: Omit<ShrinkOptions, "run">,
  runOptions: RunOptions = {},
): { readonly smallest: Outcome; readonly runs: number } {
  const failure = failureOf(whole);
  if (failure === undefined) throw new Error("a run that holds is not cut down");
  const search = shrink(failure, {
    ...options,
    run: (plan) => failureOf(runPlan(plan, runOptions)),
  });
  return { smallest: runPlan(search.plan, runOptions), runs: search.runs };
}

function failureOf(outcome: Outcome): Failure | undefined {
  const { plan, violation, simulatedMs, faultsBeganMs = 0 } = outcome;
  if (violation === undefined) return undefined;
  return { plan, breach: violation, failedAtMs: Math.max(0, simulatedMs - faultsBeganMs) };
}
