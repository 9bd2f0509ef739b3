import { whyNoAgreement } from "./checks/agreement.ts";
import { type Invariants, invariants } from "./checks/invariants.ts";
import { Violation } from "./checks/violation.ts";
import { type Counts, count, Coverage } from "./coverage.ts";
import { castOf } from "./cast.ts";
import type { Recorder } from "./drawing/recorder.ts";
import { drawPlan, type Variety } from "./draw-plan.ts";
import { FaultSchedule } from "./faults/fault-schedule.ts";
import type { JournalEntry } from "./journal.ts";
import { type ClusterPlan, settleBoundMs, type SimulationPlan } from "./plan.ts";
import { REAL_PROGRAM, type SentinelProgram } from "./sentinel-program.ts";
import { ReachWatcher } from "./reach/reach-watcher.ts";
import { withNames } from "./scenario/names.ts";
import { World } from "./world.ts";
import { lostWrites } from "./lost-writes.ts";

/** How one run went. */
export interface Outcome {
  readonly plan: SimulationPlan;
  /** Virtual time, in ms. */
  readonly simulatedMs: number;
  /** When the first fault could come, in virtual ms; undefined when it broke before. */
  readonly faultsBeganMs: number | undefined;
  readonly counts: Counts;
  /** Made when it is read. */
  readonly journal: readonly string[];
  readonly entries: readonly JournalEntry[];
  /** A line of the journal with the nodes' names instead of their addresses and ids. */
  readonly readable: (text: string) => string;
  readonly violation: Breach | undefined;
}

/** What does not hold, and the numbers that contradict it. */
export interface Breach {
  readonly invariant: string;
  readonly detail: string;
}

export interface RunOptions {
  readonly program?: SentinelProgram;
  /** Every message in the journal. */
  readonly isDetailed?: boolean;
  /** Counts every input, effect, event and phase as well. */
  readonly countsReach?: boolean;
  /** Looks on, for a drawing. */
  readonly recorder?: Recorder;
}

export interface SimulationOptions extends RunOptions, Partial<Variety> {}

/** A fresh installation must have found itself within this. */
const FIRST_AGREEMENT_MS = 20_000;
/** Agreement that does not last is none. */
const LASTING_MS = 5_000;
const LOOK_EVERY_MS = 250;

/** One seed: depends on nothing but the seed, the variety and the program. */
export function simulate(seed: number, options: SimulationOptions = {}): Outcome {
  const { isMixed = false, hasNames = false, isCrowded = false } = options;
  const { isMaintained = false, isLosing = false } = options;
  return runPlan(drawPlan(seed, { isMixed, hasNames, isCrowded, isMaintained, isLosing }), options);
}

/**
 * An installation starts, faults are made as planned, all is repaired, and everyone must agree
 * again.
 */
export function runPlan(plan: SimulationPlan, options: RunOptions = {}): Outcome {
  const coverage = new Coverage();
  const rules = invariants({ isGuarded: plan.cluster.isGuarded ?? false });
  const world = new World({
    plan: plan.cluster,
    program: options.program ?? REAL_PROGRAM,
    seed: plan.seed,
    isDetailed: options.isDetailed ?? false,
    clientsWait: true,
    rightsVary: true,
    watchers: [
      ...rules.all,
      coverage,
      ...(options.recorder === undefined ? [] : [options.recorder]),
      ...(options.countsReach === true ? [new ReachWatcher(coverage.counts)] : []),
    ],
  });
  options.recorder?.attach(world);
  const { counts } = coverage;
  const faults = new FaultSchedule(world, {
    faults: plan.faults,
    cast: castOf(plan.cluster),
    counts,
  });
  let faultsBeganMs: number | undefined;
  const violation = findViolation(world, () => {
    world.start();
    awaitAgreement(world, { boundMs: FIRST_AGREEMENT_MS, lastingMs: 0 });
    count(counts, "clusters started");
    faultsBeganMs = world.agenda.now;
    faults.begin();
    world.run(plan.phaseMs);
    faults.end();
    awaitSettlement(world, plan.cluster, rules, counts);
  });
  countResults(counts, world, rules);
  return {
    plan,
    simulatedMs: world.agenda.now,
    faultsBeganMs,
    counts,
    get journal() {
      return [describePlan(plan), ...world.journal.lines];
    },
    entries: world.journal.entries,
    readable: (text) => withNames(world, text),
    violation,
  };
}

function findViolation(world: World, run: () => void): Breach | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const violation =
      error instanceof Violation
        ? { invariant: error.invariant, detail: error.detail }
        : { invariant: "the program does not throw", detail: error.stack ?? error.message };
    world.journal.write("", `VIOLATION ${violation.invariant}: ${violation.detail}`);
    return violation;
  }
}

/**
 * Two masters for one epoch, after an operator forced a failover without a vote, stay two until the
 * next failover: nobody has a reason to yield (W-13). The reference can bring that about alone. Such
 * clusters are counted, not blamed.
 */
function awaitSettlement(
  world: World,
  cluster: ClusterPlan,
  rules: Invariants,
  counts: Counts,
): void {
  try {
    awaitAgreement(world, { boundMs: settleBoundMs(cluster), lastingMs: LASTING_MS });
    rules.orders.mustBeFinished();
    count(counts, "clusters settled");
  } catch (error) {
    const { forcedCount, referenceCount } = rules.announcements;
    if (forcedCount + referenceCount === 0) throw error;
    const by = forcedCount > 0 ? "a forced failover" : "a reference sentinel";
    count(counts, `clusters split by ${by}`);
  }
}

/** @throws {Violation} when the bound passes without an agreement that lasts */
function awaitAgreement(
  world: World,
  limits: { readonly boundMs: number; readonly lastingMs: number },
): void {
  const { agenda } = world;
  const deadline = agenda.now + limits.boundMs;
  let since: number | undefined;
  let reason: string | undefined;
  while (since === undefined || agenda.now - since < limits.lastingMs) {
    if (agenda.now >= deadline) {
      throw new Violation(
        "all agree after the faults",
        `not within ${limits.boundMs} ms: ${reason ?? "agreement does not last"}`,
      );
    }
    world.run(LOOK_EVERY_MS);
    reason = whyNoAgreement(world);
    since = reason === undefined ? (since ?? agenda.now) : undefined;
  }
}

function countResults(counts: Counts, world: World, rules: Invariants): void {
  count(counts, "leaders elected", rules.elections.leaderCount);
  count(counts, "epochs forced without a vote", rules.elections.unvotedCount);
  count(counts, "forced epochs with two masters", rules.announcements.forcedCount);
  count(counts, "reference epochs with two masters", rules.announcements.referenceCount);
  count(counts, "masters refused", rules.guards.refusedCount);
  count(counts, "replicas that copied a loss", rules.guards.wipedCount);
  count(counts, "waits answered", rules.writes.waitedCount);
  count(counts, "writes lost behind the last ACK", rules.writes.lostCount);
  count(counts, "zombies fenced", rules.fences.fencedCount);
  count(counts, "sentinels forgotten", rules.base.forgottenCount);
  count(counts, "switchovers completed", rules.switchovers.completedCount);
  count(counts, "switchovers taken back", rules.switchovers.abortedCount);
  count(counts, "orders done", rules.orders.doneCount);
  count(counts, "orders refused", rules.orders.refusedCount);
  count(counts, "epochs passed on with a full disk", rules.durability.gossipCount);
  for (const group of world.groups) {
    count(counts, "writes acknowledged", group.writer.acknowledged.length);
    count(counts, "writes acknowledged and lost", lostWrites(group).length);
  }
}

function describePlan({ cluster, faults }: SimulationPlan): string {
  const kinds = new Set(faults.map(({ kind }) => kind));
  const groups = cluster.groups.map(
    ({ name, servers, quorum, downAfterMs, failoverTimeoutMs, parallelSyncs }) =>
      `${name}: ${servers.length - 1} replicas (priorities ${servers.map(({ priority }) => priority).join(" ")}), ` +
      `quorum ${quorum}, down-after ${downAfterMs} ms, failover-timeout ${failoverTimeoutMs} ms, ` +
      `parallel-syncs ${parallelSyncs}`,
  );
  const { network, disk } = cluster;
  return (
    `# ${cluster.sentinels} sentinels and ${cluster.references} reference sentinels; ${groups.join("; ")}; network ${network.delayMs}+${network.jitterMs} ms; ` +
    `disk ${disk.syncMs}+${disk.jitterMs} ms; ${faults.length} faults: ${[...kinds].join(" ")}`
  );
}
