import { type Millis, NEVER } from "../base/units.ts";
import type { InfoReport } from "../wire/info.ts";
import type { Master, Replica, SentinelState } from "./state.ts";
import { TURNED_AWAY_MS, WITNESS_FRESH_MS } from "./tunables.ts";
import { touch, type Turn } from "./turn.ts";
import { mayBeAt } from "./whereabouts.ts";

/**
 * What replicas say of their master's link is evidence (`vedette witness-detection <master> yes`). They are asked
 * only while the master does not answer: when its connection is lost or cannot be made, and with each ping that has
 * to be repeated.
 *
 * Dead: its host turns connections away, and every replica that can be heard has lost its link to it since. Nobody
 * waits for down-after then; agreement and election are as ever.
 * Alive: a replica has gone on receiving its stream, so only the way from the sentinels to it is cut: no failover
 * of their own, for `witness-veto-milliseconds` at most.
 */
export interface Testimony {
  /** Of which silence of the master it tells: when that began. */
  readonly silentSince: Millis;
  /** Its link was up before: that it is down says something. */
  readonly wasUp: boolean;
  readonly isLinkUp: boolean;
  readonly offset: number;
  /** When its offset was last seen to have grown during this silence. */
  readonly grewAt: Millis | undefined;
  /** Since it last heard anything of the master, in ms. */
  readonly lastHeardMs: number | undefined;
}

function isAsked({ settings }: Master): boolean {
  return settings.extensions["witness-detection"];
}

/** The master has just given no answer: what do its replicas say? */
export function askWitnesses(turn: Turn, master: Master): void {
  if (!isAsked(master)) return;
  for (const replica of master.replicas.values()) {
    replica.reported.infoForced = true;
    touch(turn, replica);
  }
}

/**
 * Takes what a replica's INFO says about its master.
 * @param wasUp its link before this INFO
 */
export function hearWitness(
  { state, now }: Turn,
  replica: Replica,
  { info, wasUp }: { readonly info: InfoReport; readonly wasUp: boolean },
): void {
  const { master, testimony, replicationOffset: offset } = replica;
  const silentSince = master.link.actPingAt;
  const isAbout = info.role === "replica" && follows(state, replica);
  if (!isAsked(master) || silentSince === undefined || !isAbout) {
    replica.testimony = undefined;
    return;
  }
  const before = testimony?.silentSince === silentSince ? testimony : undefined;
  const isLinkUp = info.masterLinkStatus === "up";
  const hasGrown = isLinkUp && before !== undefined && offset > before.offset;
  const lastSeconds = info.masterLastIoSecondsAgo;
  replica.testimony = {
    silentSince,
    wasUp: before?.wasUp ?? wasUp,
    isLinkUp,
    offset,
    grewAt: hasGrown ? now : before?.grewAt,
    lastHeardMs: lastSeconds === undefined || lastSeconds < 0 ? undefined : lastSeconds * 1000,
  };
}

function follows(state: SentinelState, { master, masterHost, masterPort }: Replica): boolean {
  if (masterHost === undefined || masterPort === undefined) return false;
  return mayBeAt(state, master, { host: masterHost, port: masterPort });
}

/** Its word about the present silence; undefined where it has not spoken. */
function wordOf({ master, testimony }: Replica): Testimony | undefined {
  return testimony?.silentSince === master.link.actPingAt ? testimony : undefined;
}

/** Replicas that have lost their link to a master whose host turns us away; 0 where one has not, or does not say. */
export function witnessesOfDeath(master: Master): number {
  const { turnedAway } = master.link;
  if (!isAsked(master) || turnedAway === undefined) return 0;
  if (turnedAway.latest - turnedAway.since < TURNED_AWAY_MS) return 0;
  let witnesses = 0;
  for (const replica of master.replicas.values()) {
    // Who cannot be heard says nothing; who has only just fallen silent may yet speak.
    if (replica.sdown.down) continue;
    const word = wordOf(replica);
    if (word === undefined || word.isLinkUp) return 0;
    if (word.wasUp) witnesses++;
  }
  return witnesses;
}

/** When the witnesses are enough to find the master down; NEVER while they are not. */
export function deadByWitnessesAt(master: Master): Millis {
  return witnessesOfDeath(master) > 0 ? (master.link.turnedAway?.latest ?? NEVER) : NEVER;
}

/** Why a failover that nobody has ordered would be a mistake; undefined when it is none, or has waited enough. */
export function vetoOfWitnesses({ now }: Pick<Turn, "now">, master: Master): string | undefined {
  const { settings, sdown } = master;
  if (!isAsked(master) || !sdown.down) return undefined;
  if (now - sdown.since >= settings.extensions["witness-veto-milliseconds"]) return undefined;
  const freshMs = Math.max(settings.downAfterMs, WITNESS_FRESH_MS);
  for (const replica of master.replicas.values()) {
    const word = wordOf(replica);
    if (word?.grewAt === undefined || !word.isLinkUp || now - word.grewAt > freshMs) continue;
    if (word.lastHeardMs === undefined || word.lastHeardMs > freshMs) continue;
    return "replicas still receive its stream: only the way to it is cut";
  }
  return undefined;
}
