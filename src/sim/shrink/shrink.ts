import { castOf } from "../cast.ts";
import { makesSense } from "../faults/makes-sense.ts";
import type { SimulationPlan } from "../plan.ts";
import type { Breach } from "../simulation.ts";
import { earlier, shorterPhase, sooners } from "./less-time.ts";
import { fewerFaults, simplerFaults } from "./simpler-faults.ts";
import { fewerNodes, usualSettings } from "./smaller-cluster.ts";

/** A run that breaks something. */
export interface Failure {
  readonly plan: SimulationPlan;
  readonly breach: Breach;
  /** When it came to that, in ms since the faults began. */
  readonly failedAtMs: number;
}

export interface ShrinkOptions {
  /** Runs a plan. @returns undefined when it holds */
  readonly run: (plan: SimulationPlan) => Failure | undefined;
  /** Patience has run out: what is found by then must do. */
  readonly isOver: () => boolean;
  readonly progress?: (search: Search) => void;
}

/** Tells a plan that breaks the same from one that does not, and remembers the smallest. */
export class Search {
  readonly #options: ShrinkOptions;
  readonly #invariant: string;
  readonly #tried = new Set<string>();
  #smallest: Failure;
  #runs = 0;

  constructor(failure: Failure, options: ShrinkOptions) {
    this.#smallest = failure;
    this.#invariant = whatBroke(failure.breach);
    this.#options = options;
  }

  get smallest(): Failure {
    return this.#smallest;
  }

  get plan(): SimulationPlan {
    return this.#smallest.plan;
  }

  get runs(): number {
    return this.#runs;
  }

  get isOver(): boolean {
    return this.#options.isOver();
  }

  /** Takes the plan for the smallest if the same checker fires. Each plan is tried once. */
  try(plan: SimulationPlan): boolean {
    if (this.isOver) return false;
    const cast = castOf(plan.cluster);
    if (!plan.faults.every((fault) => makesSense(fault, cast))) return false;
    const key = JSON.stringify(plan);
    if (this.#tried.has(key)) return false;
    this.#tried.add(key);
    this.#runs++;
    this.#options.progress?.(this);
    const failure = this.#options.run(plan);
    if (failure === undefined || whatBroke(failure.breach) !== this.#invariant) return false;
    this.#smallest = failure;
    return true;
  }
}

/**
 * Cuts a failing run down while the same checker fires: fewer faults, less time, fewer nodes, usual
 * settings, simpler faults; again and again until nothing more can be taken away.
 */
export function shrink(failure: Failure, options: ShrinkOptions): Search {
  const search = new Search(failure, options);
  let before: SimulationPlan;
  do {
    before = search.plan;
    for (const pass of PASSES) pass(search);
    if (search.plan === before) otherSeeds(search);
  } while (search.plan !== before && !search.isOver);
  return search;
}

const PASSES: readonly ((search: Search) => void)[] = [
  shorterPhase,
  fewerFaults,
  shorterPhase,
  fewerNodes,
  usualSettings,
  simplerFaults,
  earlier,
];

/**
 * The seed of a plan has no meaning: with another one, a fault may be superfluous, or a long wait.
 */
function otherSeeds(search: Search): void {
  const { plan } = search;
  const candidates = [
    ...plan.faults.map((_, index) => ({ ...plan, faults: plan.faults.toSpliced(index, 1) })),
    ...sooners(plan),
  ];
  for (const candidate of candidates) {
    for (const seed of SEEDS) if (search.try({ ...candidate, seed })) return;
  }
}

const SEEDS = [0, 1, 2];

/** Two exceptions are the same when they say the same but for numbers. */
function whatBroke({ invariant, detail }: Breach): string {
  if (invariant !== "the program does not throw") return invariant;
  return `${invariant} ${detail.split("\n", 1).join("").replaceAll(/\d+/g, "")}`;
}
