import type { LinkId } from "../base/ids.ts";
import { after, earliest, millis, type Millis, NEVER } from "../base/units.ts";
import { aboutInstance, describeInstance } from "./events.ts";
import { isConnected } from "./links.ts";
import { observesOnly } from "./maintenance/why-held-back.ts";
import type { Master, Sentinel, SentinelState } from "./state.ts";
import { publish, sendNow, type Turn } from "./turn.ts";

/**
 * SENTINEL SET changes one sentinel only, and a quorum that differs is found out in the next outage. So every sentinel
 * looks at the settings of its peers now and then, of real ones too, by `SENTINEL MASTER`.
 */
export interface ConfigDrift {
  /** Over which connection it was looked at, and when. */
  link: LinkId | undefined;
  comparedAt: Millis;
  askedAt: Millis;
  /** What differed at the last look; what differs for two looks in a row is told. */
  seen: readonly Difference[];
  told: readonly Difference[];
}

/** The round over all peers of all masters, and how far it has come. */
export interface DriftRound {
  peers: readonly Sentinel[];
  next: number;
  /** It is nobody's turn before; looked at when the round is over. */
  dueAt: Millis;
}

export interface Difference {
  readonly setting: string;
  readonly ours: string;
  /** `?` where the peer does not say. */
  readonly theirs: string;
}

const PERIOD_MS = 60_000;
/** A difference is looked at again soon: somebody may be setting one sentinel after the other. */
const AGAIN_MS = 5_000;
const PATIENCE_MS = 10_000;
/** Peers asked in one second, of all masters together: many masters are looked at one after the other. */
const ASKED_AT_ONCE = 5;
/** Peers looked at in one second, asked or not. */
const LOOKED_AT_ONCE = 100;
const LONGEST_VALUE = 64;

export function newDrift(): ConfigDrift {
  const never = Number.NEGATIVE_INFINITY as Millis;
  return { link: undefined, comparedAt: never, askedAt: never, seen: [], told: [] };
}

export function newDriftRound(): DriftRound {
  return { peers: [], next: 0, dueAt: millis(Number.NEGATIVE_INFINITY) };
}

/** A peer is new, or connected to anew: it may be its turn. */
export function noteDriftDue({ driftRound }: SentinelState, at: Millis): void {
  driftRound.dueAt = earliest(driftRound.dueAt, at);
}

/** Asks those whose turn it is, each as often as any other. Called about once a second. */
export function lookForDrift(turn: Turn): void {
  const { now, state } = turn;
  const round = state.driftRound;
  if (round.next >= round.peers.length) {
    if (now < round.dueAt) return;
    round.peers = [...state.masters.values()].flatMap(({ sentinels }) => [...sentinels.values()]);
    round.next = 0;
    round.dueAt = NEVER;
  }
  const end = Math.min(round.peers.length, round.next + LOOKED_AT_ONCE);
  for (let asked = 0; round.next < end && asked < ASKED_AT_ONCE; round.next++) {
    const peer = round.peers[round.next];
    if (peer === undefined || !isWatched(state, peer)) continue;
    if (dueAt(peer) <= now) {
      asked++;
      ask(turn, peer);
    }
    noteDriftDue(state, dueAt(peer));
  }
  if (round.next >= round.peers.length) round.peers = [];
}

function ask(turn: Turn, { drift, link, master }: Sentinel): void {
  drift.askedAt = turn.now;
  link.pending++;
  sendNow(turn, link.id, { name: "master-fields", master: master.masterName });
}

/** It may have been forgotten since the round began, or its master. */
function isWatched({ masters }: SentinelState, peer: Sentinel): boolean {
  const { master, runId } = peer;
  return master.sentinels.get(runId) === peer && masters.get(master.masterName) === master;
}

function dueAt({ drift, link }: Sentinel): Millis {
  if (!isConnected(link)) return NEVER;
  const isAwaited = drift.askedAt > drift.comparedAt;
  const askable = after(drift.askedAt, isAwaited ? PATIENCE_MS : AGAIN_MS);
  if (drift.link !== link.id) return askable;
  const isSettled = textOf(drift.seen) === textOf(drift.told);
  const periodMs = isSettled ? PERIOD_MS : AGAIN_MS;
  return millis(Math.max(askable, after(drift.comparedAt, periodMs)));
}

/** @param fields of the peer's answer; undefined when it does not watch the master */
export function takeFields(
  turn: Turn,
  peer: Sentinel,
  fields: ReadonlyMap<string, string> | undefined,
): void {
  const { drift } = peer;
  const differences = compare(turn.state, peer.master, fields);
  const isLasting = textOf(differences) === textOf(drift.seen);
  drift.link = peer.link.id;
  drift.comparedAt = turn.now;
  drift.seen = differences;
  if (differences.length === 0 || isLasting) tellDrift(turn, peer, differences);
  noteDriftDue(turn.state, dueAt(peer));
}

function tellDrift(turn: Turn, peer: Sentinel, differences: readonly Difference[]): void {
  const { drift } = peer;
  if (textOf(differences) === textOf(drift.told)) return;
  drift.told = differences;
  const reason = textOf(differences);
  if (differences.length > 0) {
    const payload = `${describeInstance(peer)} ${reason}`;
    publish(turn, "+vedette-config-drift", payload, aboutInstance(peer, { reason }));
  } else {
    publish(turn, "-vedette-config-drift", describeInstance(peer), aboutInstance(peer));
  }
}

function compare(
  state: SentinelState,
  master: Master,
  fields: ReadonlyMap<string, string> | undefined,
): readonly Difference[] {
  if (fields === undefined) return [{ setting: "monitored", ours: "yes", theirs: "no" }];
  const { settings, sentinels } = master;
  const ours: readonly (readonly [string, number])[] = [
    ["quorum", settings.quorum],
    ["down-after-milliseconds", settings.downAfterMs],
    ["failover-timeout", settings.failoverTimeoutMs],
    ["parallel-syncs", settings.parallelSyncs],
    // Nobody counts one that only observes.
    ["num-other-sentinels", sentinels.size - (observesOnly(state) ? 1 : 0)],
  ];
  return ours.flatMap(([setting, value]) => {
    const theirs = plainText(fields.get(setting) ?? "?");
    return theirs === String(value) ? [] : [{ setting, ours: String(value), theirs }];
  });
}

/** A peer's word, fit for a payload. */
function plainText(value: string): string {
  return value.slice(0, LONGEST_VALUE).replaceAll(/[^!-~]/g, "?");
}

function textOf(differences: readonly Difference[]): string {
  return differences
    .map(({ setting, ours, theirs }) => `${setting} ${ours} there ${theirs}`)
    .join(", ");
}

/** The peers whose settings differ, for metrics and whoever shows them. */
export function driftsOf(master: Master): ReadonlyMap<Sentinel, readonly Difference[]> {
  return new Map(
    [...master.sentinels.values()]
      .filter(({ drift }) => drift.told.length > 0)
      .map((peer) => [peer, peer.drift.told]),
  );
}

/** How many peers of all masters differ. */
export function driftCount({ masters }: SentinelState): number {
  let count = 0;
  for (const master of masters.values()) count += driftsOf(master).size;
  return count;
}
