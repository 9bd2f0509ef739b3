import { dataOf, joins } from "../lineage.ts";
import type { ReplicationId } from "../../wire/psync.ts";
import type { Address } from "../../base/address.ts";
import { after, earliest, type Millis, NEVER } from "../../base/units.ts";
import type { ForgottenReplica, LostReplica } from "./forgotten.ts";
import { forgottenKey } from "../../wire/forgotten-instance.ts";
import type { InfoReport } from "../../wire/info.ts";
import { complain } from "../complaints.ts";
import { aboutInstance, describeInstance } from "../events.ts";
import { isFailoverInProgress } from "../failover.ts";
import { createReplica, dropInstance, findReplica } from "../instances.ts";
import { closeForGood, createLink, openLink } from "../links.ts";
import { downtimeOf } from "../maintenance/maintenance.ts";
import { observesOnly } from "../maintenance/why-held-back.ts";
import type { Link, Master, Replica, SentinelState } from "../state.ts";
import { publish, requestSave, sendNow, touch, type Turn } from "../turn.ts";
import { wallTime } from "../wall-clock.ts";
import { isAt, mayBeAt } from "../whereabouts.ts";
import { remember } from "./forgotten.ts";
import { endProbe, foundAgain, notLostAnyMore } from "./found-again.ts";

/**
 * Replicas that are gone are forgotten after a while, where that is wanted, or by hand. One that its master lists is
 * found again at once, as ever. One that does not follow the master (it was the master itself, before) would be found by
 * nobody: so its address is tried now and then.
 */
const LONGEST_WAIT_MS = 3_600_000;

/** Forgets replicas that have been down for as long as `forget-replicas-after-seconds` says. */
function forgetLostReplicas(turn: Turn, master: Master): void {
  const afterMs = 1000 * master.settings.extensions["forget-replicas-after-seconds"];
  if (afterMs === 0 || turn.state.tilt.mode === "on") return;
  for (const replica of master.replicas.values()) {
    if (!replica.sdown.down || turn.now - replica.sdown.since < afterMs) continue;
    if (downtimeOf(turn, replica) !== undefined || whyKept(turn, replica) !== undefined) continue;
    const seconds = Math.round((turn.now - replica.sdown.since) / 1000);
    forgetReplica(turn, replica, `down for ${seconds} s`);
  }
}

/** Why a replica cannot be forgotten now; undefined when it can. */
export function whyKept(turn: Turn, replica: Replica): string | undefined {
  const { master, sdown } = replica;
  const { reported } = master;
  if (!sdown.down) return "it is not down: it would be found again at once";
  if (isFailoverInProgress(master) || master.reconfiguration.phase !== "none") {
    return "a failover is on its way";
  }
  if (master.sdown.down || reported.role !== "master") return "the master is not well";
  const { infoAt, replicas } = reported;
  if (infoAt === undefined || infoAt < sdown.since) {
    return "the master has not listed its replicas since";
  }
  const isListed = replicas.some((at) => isAt(turn.state, replica, at));
  return isListed ? "its master lists it: it would be found again at once" : undefined;
}

export function forgetReplica(turn: Turn, replica: Replica, reason: string): void {
  const { master, place, runId, reported } = replica;
  const payload = describeInstance(replica);
  const about = aboutInstance(replica, { reason });
  master.replicas.delete(replica.name);
  turn.touched.delete(replica);
  dropInstance(turn, replica);
  const replid = reported.stream?.history?.replid;
  const at = wallTime(turn.state, turn.now);
  remember(turn, master, { kind: "replica", place, at, runId, replid });
  publish(turn, "+vedette-forget-replica", payload, about);
  touch(turn, master);
}

/** Looks for those that may have come back. */
export function tendLostReplicas(turn: Turn, master: Master): void {
  forgetLostReplicas(turn, master);
  const { replicas } = master.forgetting;
  if (replicas.size === 0) return;
  for (const [key, lost] of replicas) {
    if (turn.now < lost.probeAt) continue;
    // It may be known again under another name than it had.
    if (isKnown(turn.state, master, lost.record.place)) foundAgain(turn, master, key, lost);
    else probe(turn, master, lost);
  }
}

function isKnown(state: SentinelState, master: Master, place: Address): boolean {
  return isAt(state, master, place) || findReplica(state, master, place) !== undefined;
}

function probe(turn: Turn, master: Master, lost: LostReplica): void {
  endProbe(turn, lost);
  lost.waitMs = Math.min(2 * lost.waitMs, LONGEST_WAIT_MS);
  lost.probeAt = after(turn.now, lost.waitMs);
  const link = createLink(turn.state, { address: lost.record.place, purpose: "data" }, turn.now);
  link.probes = { master, record: lost.record };
  lost.link = link;
  openLink(turn, link);
}

/** The master is watched no more. */
export function stopProbing(turn: Turn, { forgetting }: Master): void {
  for (const lost of forgetting.replicas.values()) endProbe(turn, lost);
}

function lostBehind({ probes }: Link): LostReplica | undefined {
  if (probes === undefined) return undefined;
  const { master, record } = probes;
  return master.forgetting.replicas.get(forgottenKey(record.place));
}

/** Somebody answers where a forgotten replica was. */
export function askWhoIsThere(turn: Turn, link: Link): void {
  sendNow(turn, link.id, { name: "info" });
}

export function nobodyIsThere(turn: Turn, link: Link): void {
  const lost = lostBehind(link);
  if (lost === undefined || lost.link !== link) closeForGood(turn, link);
  else endProbe(turn, lost);
}

/** Takes it back when it is the same, belongs to the group, or has nothing to lose. */
export function takeWhoIsThere(turn: Turn, link: Link, info: InfoReport | undefined): void {
  const lost = lostBehind(link);
  const { probes } = link;
  nobodyIsThere(turn, link);
  if (lost === undefined || probes === undefined || info === undefined) return;
  const { master, record } = probes;
  if (isKnown(turn.state, master, record.place) || observesOnly(turn.state)) return;
  if (!belongs(turn, master, record, info)) {
    const { host, port } = record.place;
    const message = `Another server answers at ${host}:${port}, where a replica of ${master.name} was: it is left alone`;
    complain(turn, "replicas", message);
    return;
  }
  const given = { address: record.place, link: undefined };
  const replica = createReplica(turn.state, master, given, turn.now);
  notLostAnyMore(turn, master, record.place);
  requestSave(turn);
  publish(
    turn,
    "+slave",
    describeInstance(replica),
    aboutInstance(replica, { reason: "it is back" }),
  );
  touch(turn, replica);
  touch(turn, replica.link);
}

function belongs(turn: Turn, master: Master, record: ForgottenReplica, info: InfoReport): boolean {
  if (info.runId !== undefined && info.runId === record.runId) return true;
  const { masterHost: host, masterPort: port } = info;
  if (host !== undefined && port !== undefined && mayBeAt(turn.state, master, { host, port })) {
    return true;
  }
  const replids = [record.replid, master.reported.stream?.history?.replid];
  const known = (id: ReplicationId | undefined): boolean =>
    id !== undefined && replids.includes(id);
  if (known(info.masterReplid) || known(info.masterReplid2)) return true;
  // A master that was restarted goes on under a new id, from a snapshot of the old history.
  const data = dataOf(info, turn.now);
  if (data !== undefined && joins(master.lineage, data.history)) return true;
  return (info.keys ?? 0) === 0;
}

export function lostReplicasDueAt({ forgetting }: Master): Millis {
  let due = NEVER;
  for (const { probeAt } of forgetting.replicas.values()) due = earliest(due, probeAt);
  return due;
}
