import type { SimulationPlan } from "../plan.ts";
import type { Search } from "./shrink.ts";

const PHASES_MS = [0, 100, 1_000, 5_000, 15_000];
const GAPS_MS = [0, 100, 1_000, 2_000, 5_000];

const LONG_MS = 5_000;
const SOON_MS = 1_000;

/** Nothing is planned behind the moment in which it broke; or the faults end soon after the last. */
export function shorterPhase(search: Search): void {
  const { plan, failedAtMs } = search.smallest;
  const failedMs = Math.ceil(failedAtMs);
  if (failedMs < plan.phaseMs && search.try(until(plan, failedMs))) return;
  const lastMs = Math.max(0, ...plan.faults.map(({ atMs }) => atMs));
  for (const moreMs of PHASES_MS) {
    const phaseMs = lastMs + moreMs;
    if (phaseMs < plan.phaseMs && search.try(until(plan, phaseMs))) return;
  }
}

function until(plan: SimulationPlan, phaseMs: number): SimulationPlan {
  return { ...plan, phaseMs, faults: plan.faults.filter(({ atMs }) => atMs <= phaseMs) };
}

/** Faults follow each other sooner. */
export function earlier(search: Search): void {
  for (let index = 0; index < search.plan.faults.length; index++) {
    const { faults } = search.plan;
    const gapMs = (faults[index]?.atMs ?? 0) - (faults[index - 1]?.atMs ?? 0);
    const shorter = [...GAPS_MS, roundedDown(gapMs / 2), roundedDown(gapMs)];
    for (const gap of shorter.filter((ms) => ms < gapMs)) {
      if (search.try(sooner(search.plan, index, gapMs - gap))) break;
    }
  }
}

/** Where one has to wait for long: a second instead. */
export function sooners(plan: SimulationPlan): SimulationPlan[] {
  return plan.faults.flatMap(({ atMs }, index) => {
    const gapMs = atMs - (plan.faults[index - 1]?.atMs ?? 0);
    return gapMs > LONG_MS ? [sooner(plan, index, gapMs - SOON_MS)] : [];
  });
}

/** That fault and all behind it, and the end. */
function sooner(plan: SimulationPlan, index: number, byMs: number): SimulationPlan {
  const faults = plan.faults.map((fault, place) =>
    place < index ? fault : { ...fault, atMs: fault.atMs - byMs },
  );
  return { ...plan, faults, phaseMs: Math.max(0, plan.phaseMs - byMs) };
}

/** To one digit that is not zero. */
export function roundedDown(number: number): number {
  if (number < 1) return 0;
  const unit = 10 ** Math.floor(Math.log10(number));
  return Math.floor(number / unit) * unit;
}
