import type { Daemon } from "./daemon.ts";
import { type Cause, FailoverWatch } from "./failover-watch.ts";
import { everyOne, follows, type Group } from "./group.ts";
import { accountForLosses, type LossAccount, writeOutage } from "./losses.ts";
import { type Moment, type Step, timelineOf } from "./timeline.ts";
import { clockMs, DeadlineError, until } from "./waiting.ts";
import { keyOf } from "./writer.ts";

const LOOK_EVERY_MS = 10;
/** A failed attempt is repeated after twice the failover-timeout: room for a second one. */
const BEYOND_DOWN_AFTER_MS = 45_000;

/** What happened to the group from the cause until it was whole again, or until the bound. */
export interface FailoverRecord {
  readonly oldMaster: string;
  /** Undefined when no sentinel named another one in time. */
  readonly newMaster: string | undefined;
  readonly steps: readonly Step[];
  /** Undefined when there is no new master to ask. */
  readonly losses: LossAccount | undefined;
  /** The longest time between two acknowledged writes, ms. */
  readonly outageMs: number | undefined;
  /** Writes acknowledged since the demo started. */
  readonly acknowledged: number;
  /** What does not hold, in words; empty when everything does. */
  readonly problems: readonly string[];
}

interface Bounds {
  readonly downAfterMs: number;
  readonly signal: AbortSignal;
}

/** Waits until the group has a new master that everybody follows, and records how that came. */
export async function followFailover(
  group: Group,
  cause: Cause,
  bounds: Bounds,
): Promise<FailoverRecord> {
  const watch = new FailoverWatch(group, cause);
  const problems: string[] = [];
  try {
    await until("the failover is complete", () => watch.isComplete(), {
      everyMs: LOOK_EVERY_MS,
      withinMs: bounds.downAfterMs + BEYOND_DOWN_AFTER_MS,
      signal: bounds.signal,
    });
  } catch (error) {
    if (!(error instanceof DeadlineError)) throw error;
    problems.push(error.message, ...watch.missing);
  }
  const writes =
    watch.newMaster === undefined ? undefined : await lookAtWrites(group, cause, watch.newMaster);
  if (writes?.losses === undefined) problems.push("the writes could not be checked");
  else if (writes.losses.unexplained !== undefined) {
    problems.push(`write ${writes.losses.unexplained} is missing, not at the end of the old ones`);
  }
  return {
    oldMaster: cause.oldMaster.name,
    newMaster: watch.newMaster?.name,
    steps: timelineOf(
      cause.startedAtMs,
      group.events.since(cause.startedAtMs),
      [...watch.moments, ...(writes?.moments ?? [])],
      group.cast,
    ),
    losses: writes?.losses,
    outageMs: writes?.outageMs,
    acknowledged: group.writer.count,
    problems,
  };
}

async function lookAtWrites(
  group: Group,
  cause: Cause,
  newMaster: Daemon,
): Promise<{ losses: LossAccount | undefined; outageMs: number; moments: Moment[] }> {
  const succession = {
    startedAtMs: cause.startedAtMs,
    newMasterPort: newMaster.address.port,
  };
  const { writer } = group;
  const { longestGapMs, resumedAtMs } = writeOutage(
    writer.acknowledgedSince(cause.startedAtMs),
    succession,
  );
  const what = "write acknowledged";
  const moments =
    resumedAtMs === undefined
      ? []
      : [{ atMs: resumedAtMs, what, who: newMaster.name, detail: "the first since" }];
  const acknowledged = [...writer.acknowledged];
  let losses: LossAccount | undefined;
  try {
    const keys = acknowledged.map(({ number }) => keyOf(number));
    const values = await group.valuesOn(newMaster, keys);
    const held = new Set(values.map(Number));
    losses = accountForLosses(acknowledged, (write) => held.has(write), succession);
    writer.forget(losses.lost);
  } catch {
    // The new master went away too: the next failover's check covers these writes as well.
  }
  return { losses, outageMs: longestGapMs, moments };
}

/** How an old master came back, ms since its restart. */
export interface ReturnRecord {
  /** It took no more writes. */
  readonly closedAfterMs: number;
  readonly linkUpAfterMs: number;
}

/**
 * Restarts the old master and waits until it is a replica of the new one, with its link up.
 * @throws {DeadlineError} when it is not within `withinMs`
 */
export async function bringBack(
  group: Group,
  oldMaster: Daemon,
  options: { readonly withinMs: number; readonly signal: AbortSignal },
): Promise<ReturnRecord> {
  const startedAtMs = clockMs();
  let closedAfterMs: number | undefined;
  oldMaster.start();
  await until(
    `${oldMaster.name} is a replica of ${group.master.name}`,
    async () => {
      const role = await group.roleOf(oldMaster);
      if (role?.kind === "replica") closedAfterMs ??= clockMs() - startedAtMs;
      return follows(role, group.master);
    },
    { everyMs: LOOK_EVERY_MS, ...options },
  );
  const linkUpAfterMs = clockMs() - startedAtMs;
  return { closedAfterMs: closedAfterMs ?? linkUpAfterMs, linkUpAfterMs };
}

/** What must hold at the end, all at once. @returns what does not, in words */
export async function problemsAtTheEnd(group: Group): Promise<string[]> {
  const { master, cluster } = group;
  const problems: string[] = [];
  const ports = await group.announcedPorts(cluster.sentinels);
  if (ports.some((port) => port !== master.address.port)) {
    problems.push(`the sentinels do not all name ${master.name} as the master`);
  }
  if (!(await group.isMaster(master))) problems.push(`${master.name} is not the master`);
  const others = cluster.servers.filter((server) => server !== master);
  if (!(await everyOne(others, (other) => group.isFollowing(other, master)))) {
    problems.push(`not all others follow ${master.name}`);
  }
  return problems;
}
