import type { LinkId } from "../base/ids.ts";
import { after, type Millis } from "../base/units.ts";
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
const LONGEST_VALUE = 64;

export function newDrift(): ConfigDrift {
  const never = Number.NEGATIVE_INFINITY as Millis;
  return { link: undefined, comparedAt: never, askedAt: never, seen: [], told: [] };
}

/** Asks those whose turn it is. Called about once a second. */
export function lookForDrift(turn: Turn): void {
  let asked = 0;
  for (const master of turn.state.masters.values()) {
    for (const peer of master.sentinels.values()) {
      if (!isDue(peer, turn.now)) continue;
      peer.drift.askedAt = turn.now;
      peer.link.pending++;
      sendNow(turn, peer.link.id, { name: "master-fields", master: master.masterName });
      if (++asked >= ASKED_AT_ONCE) return;
    }
  }
}

function isDue({ drift, link }: Sentinel, now: Millis): boolean {
  if (!isConnected(link) || now < after(drift.askedAt, AGAIN_MS)) return false;
  if (now < after(drift.askedAt, PATIENCE_MS) && drift.askedAt > drift.comparedAt) return false;
  if (drift.link !== link.id) return true;
  const isSettled = textOf(drift.seen) === textOf(drift.told);
  return now >= after(drift.comparedAt, isSettled ? PERIOD_MS : AGAIN_MS);
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
  if (textOf(differences) === textOf(drift.told)) return;
  if (differences.length > 0 && !isLasting) return;
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
