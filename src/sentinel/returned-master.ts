import type { Address } from "../base/address.ts";
import type { RunId } from "../base/ids.ts";
import { after, earliest, type Millis, NEVER } from "../base/units.ts";
import type { InfoReport } from "../wire/info.ts";
import type { ReplicationId } from "../wire/psync.ts";
import { aboutInstance, describeInstance } from "./events.ts";
import { freshnessOf, NO_OUTAGE } from "./cold-start.ts";
import { whyForeignMaster } from "./identity.ts";
import {
  comparePositions,
  dataOf,
  hasFarFewerKeys,
  type KnownData,
  type Lineage,
  type Position,
  positionIn,
  withHistory,
} from "./lineage.ts";
import { isConnected } from "./links.ts";
import { type Word, wordOf } from "./resolvers-word.ts";
import { noteMemory } from "./remembering.ts";
import type { Master, Replica, SentinelState } from "./state.ts";
import { publish, touch, type Turn } from "./turn.ts";

/**
 * A process at the master's address that was not there before.
 *
 *            INFO with another run id            nobody has more, or time is up
 *     none ──────────────────────────► examined ─────────────────────────────────► none (accepted)
 *      ▲                                   │ a replica has what it lacks, or it is another group's
 *      │ nobody has it any more            ▼
 *      └────────────────────────────── refused: SDOWN at once, and so a failover
 */
export type ReturnedMaster =
  | { readonly phase: "none" }
  | {
      readonly phase: "examined";
      readonly runId: RunId;
      readonly since: Millis;
      /** Undefined while it loads. */
      readonly found: Found | undefined;
    }
  | {
      readonly phase: "refused";
      readonly runId: RunId;
      readonly since: Millis;
      readonly found: Found;
      readonly refusal: Refusal;
      readonly refusedAt: Millis;
      /** Its history as it is now. */
      replid: ReplicationId | undefined;
      /** When a replica that has what is missing was last reachable. */
      heldAt: Millis;
    };

/** What the new process has. */
interface Found {
  readonly data: KnownData;
  /** It said that it loaded nothing at all when it started. */
  readonly startedEmpty: boolean;
  /** Those that it lists. */
  readonly replicas: readonly Address[];
}

interface Refusal {
  /** Without data, with less of the group's history, or with another group's. */
  readonly kind: "empty" | "older" | "foreign";
  /** With the numbers, for a person. */
  readonly reason: string;
}

export const NOT_RETURNED: ReturnedMaster = { phase: "none" };

/** INFO of a master under examination, until its replicas must have answered. */
export const EXAMINATION_INFO_MS = 100;
/** A replica that is up may take this long to tell what it has. */
const ANSWERS_WITHIN_MS = 2_000;
/** A name is asked for again before somebody else's server is taken for the master. */
const NAME_WITHIN_MS = 3_000;

/**
 * Takes what the server at the master's address says of its data. A process that is the one known,
 * or the first that is ever heard, is believed.
 */
export function takeMasterData(turn: Turn, master: Master, info: InfoReport): void {
  const data = dataOf(info, turn.now);
  // One that calls itself a replica is another matter (spec §5.1 rule 2).
  if (data === undefined || info.role !== "master") return;
  const isKnown = master.known?.runId === data.runId;
  if (isKnown || !isGuarded(master) || (master.known === undefined && isBelieved(turn, master))) {
    if (info.isLoading !== true) accept(turn, master, data);
    return;
  }
  const { returned } = master;
  if (returned.phase === "refused" && returned.runId === data.runId) {
    // Its history may begin anew with its first replica: who copies from it has nothing that it lacks.
    returned.replid = data.history?.replid;
    return;
  }
  const isNew = returned.phase === "none" || returned.runId !== data.runId;
  const since = isNew ? turn.now : returned.since;
  const before = isNew || returned.phase !== "examined" ? undefined : returned.found;
  const found = info.isLoading === true ? undefined : foundBy(info, data, before);
  master.returned = { phase: "examined", runId: data.runId, since, found };
  touch(turn, master);
  if (!isNew) return;
  // What they have now counts, not what they had.
  for (const replica of master.replicas.values()) {
    replica.reported.infoForced = true;
    touch(turn, replica);
  }
}

/** Of whom nothing was known, and who is where nobody of another group can be. */
function isBelieved(turn: Turn, master: Master): boolean {
  return turn.state.masters.size === 1 || wordOf(turn, master) !== "awaited";
}

function isGuarded({ settings }: Master): boolean {
  return settings.extensions["empty-master-guard"] || settings.extensions["identity-guard"];
}

/** Clients write to it at once: the fewest keys seen say most of what it came back with. */
function foundBy(info: InfoReport, data: KnownData, before: Found | undefined): Found {
  const fewest = Math.min(data.keys ?? Infinity, before?.data.keys ?? Infinity);
  return {
    data: { ...data, keys: Number.isFinite(fewest) ? fewest : undefined },
    startedEmpty: info.keysLoaded === 0 && info.isAofEnabled === false,
    replicas: info.replicas,
  };
}

/** Does the server at the master's address speak for the group? */
export function isAccepted({ returned }: Master): boolean {
  return returned.phase === "none";
}

/** Has its examination just begun? One that loads, or whose name is asked for, may take minutes. */
export function isFreshlyExamined({ returned }: Master, now: Millis): boolean {
  return returned.phase === "examined" && now < after(returned.since, NAME_WITHIN_MS);
}

/** Why the master counts as down although it answers; undefined when it does not. */
export function refusalOf({ returned }: Master): { since: Millis; reason: string } | undefined {
  if (returned.phase !== "refused") return undefined;
  return { since: returned.since, reason: returned.refusal.reason };
}

/** The process at the master's address, where it is another group's. */
export function foreignMaster({ returned }: Master): Replica["foreign"] {
  if (returned.phase !== "refused" || returned.refusal.kind !== "foreign") return undefined;
  return { runId: returned.runId, reason: returned.refusal.reason };
}

/** Has it come back without data, so that whatever it has is to be overwritten? */
export function hasLostData({ returned }: Master): boolean {
  return returned.phase === "refused" && returned.refusal.kind !== "foreign";
}

/** Judges the process under examination, or whether what it lacks is lost for good by now. */
export function reviewReturned(turn: Turn, master: Master): void {
  const { returned } = master;
  if (returned.phase === "none" || turn.state.tilt.mode === "on" || !turn.mayJudge) return;
  if (returned.phase === "refused") {
    reconsider(turn, master, returned);
    return;
  }
  const { found, since } = returned;
  if (found === undefined) return;
  const word = wordOf(turn, master);
  if (word === "awaited" && turn.now < after(since, NAME_WITHIN_MS)) return;
  const refusal = refusalFor(turn, master, { since, word }, found);
  if (refusal !== undefined) refuse(turn, master, { ...returned, found, refusal });
  else if (!mayBeHeld(turn, master, since, found)) {
    // Another group may be met where the name led to before.
    const isOnly = turn.state.masters.size === 1;
    if (word !== "awaited" || isOnly) accept(turn, master, found.data);
  }
}

function refusalFor(
  { state }: Turn,
  master: Master,
  { since, word }: { readonly since: Millis; readonly word: Word },
  found: Found,
): Refusal | undefined {
  const { extensions } = master.settings;
  // A name is the operator's word, unlike an address that is given to the next who comes.
  if (extensions["identity-guard"] && word !== "given") {
    const reason = whyForeignMaster(state, master, found);
    if (reason !== undefined) return { kind: "foreign", reason };
  }
  if (!extensions["empty-master-guard"]) return undefined;
  for (const replica of master.replicas.values()) {
    if (!hasAnsweredSince(replica, since)) continue;
    // It has begun to copy what there is.
    if (replica.known?.history?.replid === found.data.history?.replid) continue;
    const lack = lackOf(master.lineage, found, toldBy(replica));
    if (lack !== undefined) {
      return { kind: lack.kind, reason: `${lack.reason} ${replica.name} has` };
    }
  }
  return undefined;
}

/** Has it told what it has? While it loads it has not. */
function hasAnsweredSince({ known, foreign }: Replica, since: Millis): boolean {
  return known !== undefined && known.heardAt >= since && foreign === undefined;
}

/** Keys, and how far along the group's lineage. */
interface Holding {
  readonly position: Position | undefined;
  readonly keys: number | undefined;
}

function toldBy(replica: Replica): Holding {
  return { position: freshnessOf(replica), keys: replica.known?.keys };
}

/** What one that has not told yet had when it last was one of the group. */
function rememberedOf({ joined, master }: Replica): Holding {
  return { position: positionIn(master.lineage, joined?.history), keys: joined?.keys };
}

/** What of a server's data, which are the group's, has the returned master not? */
function lackOf(
  lineage: Lineage,
  { data, startedEmpty }: Found,
  { position, keys }: Holding,
): { readonly kind: "empty" | "older"; readonly reason: string } | undefined {
  if (position === undefined || keys === undefined || keys === 0) return undefined;
  const own = positionIn(lineage, data.history);
  if (own === undefined) {
    const isEmpty = startedEmpty || hasFarFewerKeys(data.keys, keys);
    if (!isEmpty) return undefined;
    return { kind: "empty", reason: `returned with ${data.keys ?? 0} keys of the ${keys} that` };
  }
  if (comparePositions(position, own) <= 0) return undefined;
  const missing =
    position.age === own.age ? `${position.offset - own.offset} bytes` : "the history";
  return { kind: "older", reason: `returned without ${missing} that` };
}

/** May a server that has not told yet have more? Then it is waited for, as long as is allowed. */
function mayBeHeld({ state, now }: Turn, master: Master, since: Millis, found: Found): boolean {
  for (const replica of master.replicas.values()) {
    if (hasAnsweredSince(replica, since) || replica.foreign !== undefined) continue;
    if (!replica.sdown.down && now < after(since, ANSWERS_WITHIN_MS)) return true;
    if (lackOf(master.lineage, found, rememberedOf(replica)) === undefined) continue;
    if (now < after(since, waitMs(state))) return true;
  }
  return false;
}

function waitMs({ settings }: SentinelState): number {
  return settings.extensions["cold-start-wait-milliseconds"];
}

/** How long a refusal stands once nobody is reachable who has more: a moment's silence ends none. */
function holdMs(state: SentinelState): number {
  return Math.max(ANSWERS_WITHIN_MS, waitMs(state));
}

function refuse(
  turn: Turn,
  master: Master,
  {
    runId,
    since,
    found,
    refusal,
  }: {
    readonly runId: RunId;
    readonly since: Millis;
    readonly found: Found;
    readonly refusal: Refusal;
  },
): void {
  const { now } = turn;
  master.returned = {
    phase: "refused",
    runId,
    since,
    found,
    refusal,
    refusedAt: now,
    replid: found.data.history?.replid,
    heldAt: now,
  };
  const name = refusal.kind === "foreign" ? "+vedette-foreign-master" : "+vedette-empty-master";
  const { reason } = refusal;
  const payload = `${describeInstance(master)} #${reason}`;
  publish(turn, name, payload, aboutInstance(master, { runId, reason }));
  touch(turn, master);
}

/** Data that nobody can give back are no reason to have no master. */
function reconsider(
  turn: Turn,
  master: Master,
  refused: Extract<ReturnedMaster, { readonly phase: "refused" }>,
): void {
  const { found, refusal } = refused;
  const { extensions } = master.settings;
  const isForeign = refusal.kind === "foreign";
  const isGuardOn = extensions[isForeign ? "identity-guard" : "empty-master-guard"];
  if (isGuardOn) {
    if (isForeign && wordOf(turn, master) !== "given") return;
    for (const replica of master.replicas.values()) {
      if (isForeign || !isConnected(replica.link) || replica.sdown.down) continue;
      if (replica.known?.history?.replid === refused.replid) continue;
      // It has what this master has.
      if (replica.reported.role === "replica" && replica.masterLinkUp) continue;
      if (lackOf(master.lineage, found, toldBy(replica)) !== undefined) refused.heldAt = turn.now;
    }
    if (!isForeign && turn.now < after(refused.heldAt, holdMs(turn.state))) return;
  }
  const why = isForeign ? "its name leads there" : "nobody has what it lacks any more";
  const reason = isGuardOn ? why : "the guard is off";
  const name = isForeign ? "-vedette-foreign-master" : "-vedette-empty-master";
  publish(turn, name, `${describeInstance(master)} #${reason}`, aboutInstance(master, { reason }));
  accept(turn, master, found.data);
}

function accept(turn: Turn, master: Master, data: KnownData): void {
  const wasExamined = master.returned.phase !== "none";
  master.returned = NOT_RETURNED;
  master.known = data;
  if (data.history !== undefined) {
    master.lineage = withHistory(master.lineage, data.history.replid);
  }
  master.outage = NO_OUTAGE;
  noteMemory(turn);
  if (!wasExamined) return;
  // Its replicas are read now.
  master.reported.infoForced = true;
  touch(turn, master);
}

/** When the examination or the refusal has to be looked at again. */
export function returnedDueAt(state: SentinelState, { returned }: Master, now: Millis): Millis {
  if (returned.phase === "none" || state.tilt.mode === "on") return NEVER;
  if (returned.phase === "refused") {
    return returned.refusal.kind === "foreign" ? NEVER : after(returned.heldAt, holdMs(state));
  }
  if (returned.found === undefined) return NEVER;
  const moments = [ANSWERS_WITHIN_MS, NAME_WITHIN_MS, waitMs(state)].map((durationMs) =>
    after(returned.since, durationMs),
  );
  return earliest(NEVER, ...moments.filter((moment) => moment > now));
}
