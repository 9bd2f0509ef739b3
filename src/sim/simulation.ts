import { seededRandom } from "../base/random.ts";
import { whyNoAgreement } from "./checks/agreement.ts";
import { type Invariants, invariants } from "./checks/invariants.ts";
import { Violation } from "./checks/violation.ts";
import { type Counts, count, Coverage } from "./coverage.ts";
import { Faults } from "./faults.ts";
import {
  type ClusterPlan,
  drawCrowdedPlan,
  drawMixedPlan,
  drawPlan,
  settleBoundMs,
  withNames,
} from "./plan.ts";
import { REAL_PROGRAM, type SentinelProgram } from "./sentinel-program.ts";
import { World } from "./world.ts";
import { lostWrites } from "./lost-writes.ts";

/** How one seed went. */
export interface Outcome {
  readonly seed: number;
  readonly isMixed: boolean;
  readonly hasNames: boolean;
  readonly isCrowded: boolean;
  /** Virtual time, in ms. */
  readonly simulatedMs: number;
  readonly counts: Counts;
  readonly journal: readonly string[];
  readonly violation: { readonly invariant: string; readonly detail: string } | undefined;
}

export interface SimulationOptions {
  readonly program?: SentinelProgram;
  /** In a world of host names, with the faults that belong to it. */
  readonly hasNames?: boolean;
  /** Every message in the journal. */
  readonly isDetailed?: boolean;
  /** Some of the sentinels are models of redis-sentinel. */
  readonly isMixed?: boolean;
  /** The same sentinels watch many masters, which die together. */
  readonly isCrowded?: boolean;
}

/** A fresh installation must have found itself within this. */
const FIRST_AGREEMENT_MS = 20_000;
/** Agreement that does not last is none. */
const LASTING_MS = 5_000;
const LOOK_EVERY_MS = 250;

/**
 * One seed: an installation is drawn and starts, faults are made, all is repaired, and everyone must
 * agree again. Depends on nothing but the seed and the program.
 */
export function simulate(seed: number, options: SimulationOptions = {}): Outcome {
  const random = seededRandom(seed);
  const isMixed = options.isMixed ?? false;
  const isCrowded = options.isCrowded ?? false;
  const draw = isMixed ? drawMixedPlan : isCrowded ? drawCrowdedPlan : drawPlan;
  const drawn = draw(random);
  // A model of redis-sentinel knows no names.
  const plan = options.hasNames === true && !isMixed ? withNames(drawn) : drawn;
  const coverage = new Coverage();
  const rules = invariants();
  const world = new World({
    plan: plan.cluster,
    program: options.program ?? REAL_PROGRAM,
    random,
    isDetailed: options.isDetailed ?? false,
    watchers: [...rules.all, coverage],
  });
  const { counts } = coverage;
  const faults = new Faults(world, { plan: plan.faults, random, counts });
  const violation = findViolation(world, () => {
    world.start();
    awaitAgreement(world, { boundMs: FIRST_AGREEMENT_MS, lastingMs: 0 });
    count(counts, "clusters started");
    faults.begin();
    world.run(plan.faults.phaseMs);
    faults.end();
    awaitSettlement(world, plan.cluster, rules, counts);
  });
  countResults(counts, world, rules);
  return {
    seed,
    isMixed,
    hasNames: plan.cluster.hasNames,
    isCrowded,
    simulatedMs: world.agenda.now,
    counts,
    journal: [describePlan(plan.cluster, plan.faults.kinds), ...world.journal.lines],
    violation,
  };
}

function findViolation(world: World, run: () => void): Outcome["violation"] {
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
  count(counts, "epochs passed on with a full disk", rules.durability.gossipCount);
  for (const group of world.groups) {
    count(counts, "writes acknowledged", group.writer.acknowledged.length);
    count(counts, "writes acknowledged and lost", lostWrites(group).length);
  }
}

function describePlan(cluster: ClusterPlan, kinds: readonly string[]): string {
  const groups = cluster.groups.map(
    ({ name, servers, quorum, downAfterMs, failoverTimeoutMs, parallelSyncs }) =>
      `${name}: ${servers.length - 1} replicas (priorities ${servers.map(({ priority }) => priority).join(" ")}), ` +
      `quorum ${quorum}, down-after ${downAfterMs} ms, failover-timeout ${failoverTimeoutMs} ms, ` +
      `parallel-syncs ${parallelSyncs}`,
  );
  const { network, disk } = cluster;
  return (
    `# ${cluster.sentinels} sentinels and ${cluster.references} reference sentinels; ${groups.join("; ")}; network ${network.delayMs}+${network.jitterMs} ms; ` +
    `disk ${disk.syncMs}+${disk.jitterMs} ms; faults: ${kinds.join(" ")}`
  );
}
