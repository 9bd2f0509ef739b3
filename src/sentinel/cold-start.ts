import { after, earliest, type Millis } from "../base/units.ts";
import { aboutInstance, describeInstance } from "./events.ts";
import {
  comparePositions,
  hasFarFewerKeys,
  type KnownData,
  type Lineage,
  type Position,
  positionIn,
} from "./lineage.ts";
import { isConnected } from "./links.ts";
import type { DataInstance, Master, Replica, SentinelState } from "./state.ts";
import { publish, type Turn } from "./turn.ts";

/**
 * After an outage of a whole group its servers come back one by one. The first is not the best: what
 * is remembered of those still missing tells whether one of them has more, and then it is waited for
 * before any is promoted, up to a bound.
 */
export type Outage =
  | { readonly phase: "none" }
  /** No server of the group can be reached; so it is when a sentinel starts. */
  | { readonly phase: "total" }
  /** Some are back, and there is no master yet. */
  | {
      readonly phase: "recovering";
      readonly since: Millis;
      /** The waiting has been told. */
      told: boolean;
    };

export const NO_OUTAGE: Outage = { phase: "none" };
/** Less than the five seconds that a server waits before a full copy, with time for an election. */
const HOLD_MS = 3_000;
const NEVER_WAITED = Number.NEGATIVE_INFINITY as Millis;

/** A connection to a server of the group is open. */
export function noteReachable({ now }: Turn, master: Master): void {
  if (master.outage.phase !== "total") return;
  master.outage = { phase: "recovering", since: now, told: false };
}

/** A connection is lost: was it the last one? */
export function noteUnreachable(master: Master): void {
  if (membersOf(master).some(({ link }) => isConnected(link))) return;
  master.outage = { phase: "total" };
}

function membersOf(master: Master): DataInstance[] {
  return [master, ...master.replicas.values()];
}

/**
 * How much of the group's data a replica has; undefined when nothing can be said. One that was
 * restarted from an append-only file begins a history that nobody knows: while it has its keys, it is
 * where it was before.
 */
export function freshnessOf({ master, known, joined }: Replica): Position | undefined {
  const { lineage } = master;
  const position = positionIn(lineage, known?.history);
  if (position !== undefined || known === undefined || joined === undefined) return position;
  if (joined.runId === known.runId || !joined.keys || !known.keys) return undefined;
  const hasKept = !hasFarFewerKeys(known.keys, joined.keys);
  return hasKept ? positionIn(lineage, joined.history) : undefined;
}

/** After an outage: which of two replicas has more of the group's data. Positive when `a` has. */
export function compareFreshness(a: Replica, b: Replica): number {
  const { outage } = a.master;
  if (outage.phase !== "recovering") return 0;
  if (!isBack(a, outage.since) || !isBack(b, outage.since)) return 0;
  const ofA = freshnessOf(a);
  const ofB = freshnessOf(b);
  return ofA === undefined || ofB === undefined ? 0 : comparePositions(ofA, ofB);
}

function compareKnown(a: Position | undefined, b: Position | undefined): number {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? -1 : 1;
  return comparePositions(a, b);
}

/** Is the group coming back from an outage, so that its data count more than anybody's wishes? */
export function isRecovering({ outage }: Master): boolean {
  return outage.phase === "recovering";
}

/**
 * Is a server missing that is remembered to have more than the best of those that are there? Then no
 * election begins yet, and once it is told why.
 */
export function awaitsFresher(turn: Turn, master: Master): boolean {
  const { outage } = master;
  if (outage.phase !== "recovering") return false;
  const until = waitEnds(turn.state, master, outage.since);
  if (turn.now >= until) return false;
  const missing = freshestMissing(master, outage.since);
  if (missing === undefined) return false;
  if (!outage.told) {
    outage.told = true;
    const waitMs = Math.round(until - turn.now);
    const reason = `${missing.name} had more data than any server that is back; waiting up to ${waitMs} ms for it`;
    const payload = `${describeInstance(master)} #${reason}`;
    publish(turn, "+vedette-cold-start-wait", payload, aboutInstance(master, { reason }));
  }
  return true;
}

/** When waiting ends at the latest; in the past where nothing is waited for. */
export function waitsUntil(state: SentinelState, master: Master): Millis {
  const { outage } = master;
  const isWaiting = outage.phase === "recovering" && outage.told;
  return isWaiting ? waitEnds(state, master, outage.since) : NEVER_WAITED;
}

/** Replicas that are there copy a master that came back empty a few seconds after they found it. */
function waitEnds(state: SentinelState, { returned }: Master, since: Millis): Millis {
  const end = after(since, waitMsOf(state));
  return returned.phase === "refused" ? earliest(end, after(returned.refusedAt, HOLD_MS)) : end;
}

function waitMsOf({ settings }: SentinelState): number {
  return settings.extensions["cold-start-wait-milliseconds"];
}

function freshestMissing(master: Master, since: Millis): DataInstance | undefined {
  const { lineage } = master;
  let missing: DataInstance | undefined;
  let most: Position | undefined;
  let present: Position | undefined;
  let isAnyPresent = false;
  for (const replica of master.replicas.values()) {
    if (isBack(replica, since)) {
      isAnyPresent = true;
      const position = freshnessOf(replica);
      if (compareKnown(position, present) > 0) present = position;
    } else if (replica.priority !== 0 && replica.foreign === undefined) {
      consider(replica, replica.joined);
    }
  }
  if (master.returned.phase === "none") consider(master, master.known);
  return isAnyPresent && compareKnown(most, present) > 0 ? missing : undefined;

  function consider(instance: DataInstance, data: KnownData | undefined): void {
    const position = remembered(lineage, data);
    if (compareKnown(position, most) <= 0) return;
    most = position;
    missing = instance;
  }
}

function remembered(lineage: Lineage, data: KnownData | undefined): Position | undefined {
  return data?.keys === 0 ? undefined : positionIn(lineage, data?.history);
}

/** Reachable, and it has told what it has since it is back. */
function isBack({ link, sdown, known }: Replica, since: Millis): boolean {
  return isConnected(link) && !sdown.down && known !== undefined && known.heardAt >= since;
}
