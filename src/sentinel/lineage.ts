import type { RunId } from "../base/ids.ts";
import type { Millis } from "../base/units.ts";
import type { InfoReport } from "../wire/info.ts";
import type { ReplicationId } from "../wire/psync.ts";

/**
 * Whose data a server has. A replication id names one history of writes; a restart or a promotion
 * begins a new one and tells from which it parted and where, so the histories of a group hang
 * together: its lineage. Offsets compare only within one history.
 */

/** Where a server is in the history it has, and the one before it. */
export interface History {
  readonly replid: ReplicationId;
  /** Bytes of the stream. */
  readonly offset: number;
  /** The history that this one goes on from, and its bytes up to there. */
  readonly before: { readonly replid: ReplicationId; readonly offset: number } | undefined;
}

/** What one lifetime of a server has told of itself and its data. */
export interface KnownData {
  readonly runId: RunId;
  /** Undefined of servers that tell no replication id (before Redis 4). */
  readonly history: History | undefined;
  /** Undefined where INFO has no keyspace. */
  readonly keys: number | undefined;
  /** When it last did; minus infinity where a former process of this sentinel heard it. */
  readonly heardAt: Millis;
}

/** The histories that a group's masters have had, newest first. */
export type Lineage = readonly ReplicationId[];

/** More failovers and restarts than anything that is left behind outlives. */
const LINEAGE_LENGTH = 16;

/** @returns undefined when the text does not say whose it is */
export function dataOf(info: InfoReport, heardAt: Millis): KnownData | undefined {
  if (info.runId === undefined) return undefined;
  return { runId: info.runId, history: historyOf(info), keys: info.keys, heardAt };
}

/** Undefined of a text without a replication id. */
export function historyOf(info: InfoReport): History | undefined {
  const { masterReplid: replid, masterReplOffset: offset = 0 } = info;
  if (replid === undefined) return undefined;
  const { masterReplid2, secondReplOffset = -1 } = info;
  const hasBefore = masterReplid2 !== undefined && secondReplOffset >= 0;
  const before = hasBefore ? { replid: masterReplid2, offset: secondReplOffset - 1 } : undefined;
  return { replid, offset, before };
}

/** The lineage once its master has this history. */
export function withHistory(lineage: Lineage, replid: ReplicationId): Lineage {
  if (lineage[0] === replid) return lineage;
  return [replid, ...lineage.filter((known) => known !== replid)].slice(0, LINEAGE_LENGTH);
}

/** How far along a group's lineage a server's data reaches. */
export interface Position {
  /** Of the history in the lineage: 0 is the newest. */
  readonly age: number;
  readonly offset: number;
}

/**
 * Where a server's data stands in a lineage; undefined when its history does not join it, so that
 * nothing can be said. What it has written since it parted is in no history of the group.
 */
export function positionIn(lineage: Lineage, history: History | undefined): Position | undefined {
  if (history === undefined) return undefined;
  const { replid, offset, before } = history;
  const age = lineage.indexOf(replid);
  if (age !== -1) return { age, offset };
  if (before === undefined) return undefined;
  const ageBefore = lineage.indexOf(before.replid);
  return ageBefore === -1 ? undefined : { age: ageBefore, offset: before.offset };
}

/** Do two groups have a history in common: one set of data under two names? */
export function areRelated(a: Lineage, b: Lineage): boolean {
  return a.some((replid) => b.includes(replid));
}

/** @returns above 0 when `a` has more of the group's writes than `b` */
export function comparePositions(a: Position, b: Position): number {
  return a.age === b.age ? a.offset - b.offset : b.age - a.age;
}

export function joins(lineage: Lineage, history: History | undefined): boolean {
  return positionIn(lineage, history) !== undefined;
}

/** Of two that cannot be compared by history: has the first so few keys that data are missing? */
export function hasFarFewerKeys(keys: number | undefined, than: number | undefined): boolean {
  return keys !== undefined && than !== undefined && than > 0 && keys < than / 2;
}
