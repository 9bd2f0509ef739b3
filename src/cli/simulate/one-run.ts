import { readFileSync, writeFileSync } from "node:fs";
import { drawPlan } from "../../sim/draw-plan.ts";
import { drawPage } from "../../sim/drawing/page.ts";
import { Recorder } from "../../sim/drawing/recorder.ts";
import { PlanError } from "../../sim/plan-file/plan-error.ts";
import { readPlan } from "../../sim/plan-file/read-plan.ts";
import { writePlan } from "../../sim/plan-file/write-plan.ts";
import type { SimulationPlan } from "../../sim/plan.ts";
import { formatCounts } from "../../sim/report.ts";
import { type Outcome, runPlan } from "../../sim/simulation.ts";
import { formatTimeline } from "../../sim/timeline.ts";
import { varietyOf } from "./campaign.ts";
import { shrinkSecondsOf, type SimulateOptions } from "./command.ts";
import { reportFailure } from "./failure.ts";

const STANDARD_INPUT = 0;

/** One seed or one plan. @returns the exit status: 1 when it broke an invariant or makes no sense */
export function runOne(options: SimulateOptions): number {
  const plan = planOf(options);
  if (plan === undefined) return 1;
  const outcome = runPlan(plan, { isDetailed: options.verbose });
  const isSeed = options.seed !== undefined;
  if (options.journal || options.verbose) print(outcome.journal.join("\n"));
  else if (!isSeed && outcome.violation === undefined) print(formatTimeline(outcome));
  const last = outcome.violation === undefined ? outcome : tellFailure(outcome, options);
  if (!isWritten("--save-plan", options.savePlan, () => writePlan(last.plan))) return 1;
  if (!isWritten("--drawing", options.drawing, () => drawAgain(last.plan))) return 1;
  if (isSeed) print(formatCounts(outcome.counts));
  print(verdict(outcome));
  return outcome.violation === undefined ? 0 : 1;
}

function planOf(options: SimulateOptions): SimulationPlan | undefined {
  const { seed, replay, plan = "" } = options;
  if (seed !== undefined) return drawPlan(seed, varietyOf(options));
  const source = replay === undefined ? "--plan" : replay === "-" ? "standard input" : replay;
  try {
    return readPlan(replay === undefined ? plan : readText(replay));
  } catch (error) {
    const isTheirs = error instanceof PlanError || isSystemError(error);
    if (!isTheirs) throw error;
    complain(`${source}: ${error.message}`);
    return undefined;
  }
}

function readText(file: string): string {
  return readFileSync(file === "-" ? STANDARD_INPUT : file, "utf8");
}

function tellFailure(outcome: Outcome, options: SimulateOptions): Outcome {
  const { violation, readable } = outcome;
  print(`breaks "${violation?.invariant ?? ""}"`);
  print(`  ${readable(violation?.detail ?? "")}`);
  return reportFailure(outcome, shrinkSecondsOf(options));
}

/** Plays it once more with somebody who writes down what a journal does not say. */
function drawAgain(plan: SimulationPlan): string {
  const recorder = new Recorder();
  return drawPage(runPlan(plan, { recorder }), recorder);
}

/** @returns false when the file that was asked for cannot be written */
function isWritten(option: string, file: string | undefined, content: () => string): boolean {
  if (file === undefined) return true;
  try {
    writeFileSync(file, content());
    return true;
  } catch (error) {
    if (!isSystemError(error)) throw error;
    complain(`${option}: ${error.message}`);
    return false;
  }
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "code" in error;
}

function verdict({ violation, plan, simulatedMs }: Outcome): string {
  const story = `${plan.faults.length} faults in ${(simulatedMs / 1000).toFixed(1)} simulated seconds`;
  return violation === undefined ? `All invariants hold: ${story}.` : `Broken: ${story}.`;
}

function complain(text: string): void {
  process.stderr.write(`vedette simulate: ${text}\n`);
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
