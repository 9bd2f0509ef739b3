import { after, type Millis, NEVER } from "../base/units.ts";
import { type Address, formatAddress } from "../base/address.ts";
import { isIpAddress } from "../wire/host.ts";
import type { InfoReport } from "../wire/info.ts";
import { complain } from "./complaints.ts";
import { correct } from "./corrections.ts";
import { aboutInstance, describeInstance } from "./events.ts";
import { acknowledgePromotion, isFailoverInProgress } from "./failover.ts";
import { evidenceOf, noteMasterRole } from "./fence-evidence.ts";
import { awaitsAnswer, isSettledHost, isUsableHost } from "./host-names.ts";
import { createReplica, findReplica } from "./instances.ts";
import { notLostAnyMore } from "./forgetting/found-again.ts";
import { followedBy, takeReplicaData } from "./identity.ts";
import { isConnected, masterOf } from "./links.ts";
import { noteReturn } from "./receipts/returned.ts";
import { nextStanding } from "./receipts/stream-standing.ts";
import { noteProgress } from "./reconfiguration.ts";
import {
  EXAMINATION_INFO_MS,
  isAccepted,
  isFreshlyExamined,
  takeMasterData,
} from "./returned-master.ts";
import type { DataInstance, Master, Replica, SentinelState } from "./state.ts";
import { isHandOverParty, noteProgressOfHandOver } from "./switchover/hand-over.ts";
import { HAND_OVER_INFO_PERIOD_MS } from "./switchover/limits.ts";
import { notePosition } from "./switchover/preparation.ts";
import {
  EAGER_INFO_PERIOD_MS,
  FAST_INFO_PERIOD_MS,
  FRESH_MASTER_MS,
  LOADING_ZOMBIE_INFO_PERIOD_MS,
  REPLICAS_MAX,
} from "./tunables.ts";
import { publish, requestSave, sendNow, touch, type Turn } from "./turn.ts";
import { isAt, mayBeAt } from "./whereabouts.ts";
import { hearWitness } from "./witnesses.ts";

/** A master without known replicas is asked at the fast cadence: the first list must not be late. */
function masterInfoPeriod(state: SentinelState, master: Master, now: Millis): number {
  if (isHandOverParty(master)) return HAND_OVER_INFO_PERIOD_MS;
  if (isFreshlyExamined(master, now)) return EXAMINATION_INFO_MS;
  const isEager =
    master.returned.phase === "examined" ||
    now < after(master.switchedAt, FRESH_MASTER_MS) ||
    master.replicas.size === 0;
  return isEager
    ? Math.min(FAST_INFO_PERIOD_MS, state.tunables.infoPeriodMs)
    : state.tunables.infoPeriodMs;
}

/** How often a replica is asked: eagerly while the next step of a failover waits for its answer. */
function replicaInfoPeriod(state: SentinelState, replica: Replica): number {
  const { master, reconf } = replica;
  const { failover } = master;
  if (isHandOverParty(replica)) return HAND_OVER_INFO_PERIOD_MS;
  if (failover.phase === "wait-promotion" && failover.promoted === replica) {
    return EAGER_INFO_PERIOD_MS;
  }
  if (reconf.step === "sent" || reconf.step === "in-progress") return EAGER_INFO_PERIOD_MS;
  if (evidenceOf(state, replica)?.isLoading === true) return LOADING_ZOMBIE_INFO_PERIOD_MS;
  const isUnsettled =
    master.sdown.down ||
    !isAccepted(master) ||
    isFailoverInProgress(master) ||
    master.reconfiguration.phase !== "none" ||
    replica.masterLinkDownMs !== 0 ||
    !isFollowing(state, replica);
  return isUnsettled
    ? Math.min(FAST_INFO_PERIOD_MS, state.tunables.infoPeriodMs)
    : state.tunables.infoPeriodMs;
}

/** Does the replica report to follow the configured master over a link that is up? */
export function isFollowing(state: SentinelState, replica: Replica): boolean {
  const { master } = replica;
  return (
    replica.reported.role === "replica" &&
    replica.masterLinkUp &&
    replica.masterHost !== undefined &&
    replica.masterPort !== undefined &&
    mayBeAt(state, master, { host: replica.masterHost, port: replica.masterPort })
  );
}

/** When INFO is next asked for; one at a time, and after a refusal no faster than pings. */
export function infoDueAt(state: SentinelState, instance: DataInstance, now: Millis): Millis {
  const { infoAt, infoAskedAt, infoRefusedAt, infoForced } = instance.reported;
  if (!isConnected(instance.link) || infoAskedAt !== undefined) return NEVER;
  if (infoForced) return now;
  const periodMs =
    instance.kind === "master"
      ? masterInfoPeriod(state, instance, now)
      : replicaInfoPeriod(state, instance);
  if (infoRefusedAt !== undefined) {
    return after(infoRefusedAt, Math.min(periodMs, state.tunables.pingPeriodMs));
  }
  return infoAt === undefined ? now : after(infoAt, periodMs);
}

export function askInfo(turn: Turn, instance: DataInstance): void {
  instance.reported.infoAskedAt = turn.now;
  instance.reported.infoForced = false;
  instance.link.pending++;
  sendNow(turn, instance.link.id, { name: "info" });
}

/** INFO was answered by an error (LOADING, NOAUTH): what is known stays, and ages. */
export function infoRefused(turn: Turn, instance: DataInstance): void {
  instance.reported.infoSentAt = instance.reported.infoAskedAt;
  instance.reported.infoAskedAt = undefined;
  instance.reported.infoRefusedAt = turn.now;
  touch(turn, instance);
}

/** Takes what an instance tells of itself. Source: sentinel spec §3. */
export function takeInfo(turn: Turn, instance: DataInstance, info: InfoReport): void {
  const { now, state } = turn;
  noteReturn(turn, instance, info);
  instance.reported.infoAt = now;
  instance.reported.infoText = info.text;
  instance.reported.replicas = info.replicas;
  instance.reported.infoSentAt = instance.reported.infoAskedAt;
  instance.reported.stream = nextStanding(instance.reported.stream, info, now);
  instance.reported.isLoading = info.isLoading === true;
  instance.reported.infoAskedAt = undefined;
  instance.reported.infoRefusedAt = undefined;
  takeRunId(turn, instance, info);
  instance.reported.follows = followedBy(info) ?? instance.reported.follows;
  if (instance.kind === "master") {
    takeMasterData(turn, instance, info);
    if (isAccepted(instance)) discoverReplicas(turn, instance, info);
  } else {
    const wasUp = instance.masterLinkUp;
    takeReplicaFields(instance, info, now);
    takeReplicaData(turn, instance, info);
    hearWitness(turn, instance, { info, wasUp });
    askForReportedMaster(turn, instance);
  }
  if (info.role !== undefined) takeRole(turn, instance, info.role);
  if (instance.kind === "replica") noteFormerMaster(turn, instance, info);
  else for (const replica of instance.replicas.values()) if (replica.fence) touch(turn, replica);
  touch(turn, instance);
  touch(turn, masterOf(instance));
  notePosition(turn, instance, info);
  // What was begun is brought to its end in TILT too: it rests on what servers say, not on time.
  if (noteProgressOfHandOver(turn, instance, info)) return;
  // TILT: what was read is kept, nothing is done about it (spec §1.7).
  if (state.tilt.mode === "on" || instance.kind === "master") return;
  if (instance.reported.role === "master" && acknowledgePromotion(turn, instance)) return;
  noteProgress(turn, instance);
  correct(turn, instance);
}

function takeRunId(turn: Turn, instance: DataInstance, info: InfoReport): void {
  if (info.runId === undefined || info.runId === instance.runId) return;
  const isReboot = instance.runId !== undefined;
  instance.runId = info.runId;
  if (!isReboot) return;
  publish(turn, "+reboot", describeInstance(instance), aboutInstance(instance));
  if (masterOf(instance).settings.rebootDownAfterMs > 0) instance.rebootedAt = turn.now;
}

/** Replicas are learned from their master alone, and never forgotten by themselves (spec §3.2). */
function discoverReplicas(turn: Turn, master: Master, info: InfoReport): void {
  for (const address of info.replicas) {
    if (isAt(turn.state, master, address)) continue;
    if (findReplica(turn.state, master, address) !== undefined) continue;
    if (!mayBeNew(turn, master, address)) continue;
    if (master.replicas.size >= REPLICAS_MAX) {
      const message = `Ignored the replica ${formatAddress(address)}: ${REPLICAS_MAX} others are known for ${master.name}`;
      complain(turn, "replicas", message);
      return;
    }
    const replica = createReplica(turn.state, master, { address, link: undefined }, turn.now);
    notLostAnyMore(turn, master, address);
    requestSave(turn);
    publish(turn, "+slave", describeInstance(replica), aboutInstance(replica));
    touch(turn, replica);
    touch(turn, replica.link);
  }
}

/**
 * A name has to be looked up first, and a literal address may belong to a replica whose name is just
 * being asked for again: then the list is read anew when the answer is there.
 */
function mayBeNew(turn: Turn, master: Master, { host }: Address): boolean {
  const { state } = turn;
  const awaiting = { kind: "info", master } as const;
  if (!isIpAddress(host)) {
    return isSettledHost(turn, host, awaiting) && isUsableHost(state, host);
  }
  if (state.questions.size === 0) return true;
  for (const { place, link } of master.replicas.values()) {
    if (!isConnected(link) && awaitsAnswer(state, place.host, awaiting)) return false;
  }
  return true;
}

/** Fields absent from a text keep their value, except the link-down time (spec §3.1). */
function takeReplicaFields(replica: Replica, info: InfoReport, now: Millis): void {
  replica.masterLinkDownMs = (info.masterLinkDownSeconds ?? 0) * 1000;
  replica.isSyncing = info.isMasterSyncInProgress ?? false;
  if (info.role !== "replica") return;
  if (info.masterHost !== undefined && !sameHost(info.masterHost, replica.masterHost)) {
    replica.masterHost = info.masterHost;
    replica.slaveConfChangedAt = now;
  }
  if (info.masterPort !== undefined && info.masterPort !== replica.masterPort) {
    replica.masterPort = info.masterPort;
    replica.slaveConfChangedAt = now;
  }
  if (info.masterLinkStatus !== undefined) replica.masterLinkUp = info.masterLinkStatus === "up";
  replica.priority = info.replicaPriority ?? replica.priority;
  replica.replicationOffset = info.replicaReplOffset ?? replica.replicationOffset;
  replica.announced = info.isReplicaAnnounced ?? replica.announced;
}

/** A replica may name its master otherwise than this sentinel does: is it the same place? */
function askForReportedMaster(turn: Turn, { master, masterHost, masterPort }: Replica): void {
  if (masterHost === undefined || masterPort === undefined) return;
  if (mayBeAt(turn.state, master, { host: masterHost, port: masterPort })) return;
  isSettledHost(turn, masterHost);
}

function sameHost(a: string, b: string | undefined): boolean {
  return b !== undefined && a.toLowerCase() === b.toLowerCase();
}

/** A former master is one until it is first seen as a replica (zombie-fence.ts). */
function noteFormerMaster(turn: Turn, replica: Replica, info: InfoReport): void {
  if (replica.formerEpoch === undefined) return;
  if (info.role === "master") {
    noteMasterRole(turn, replica, { isLoading: info.isLoading === true });
  } else if (info.role === "replica") {
    replica.formerEpoch = undefined;
    replica.fence = undefined;
  }
}

/** Source: sentinel spec §3.3; happens in TILT too. */
function takeRole(turn: Turn, instance: DataInstance, role: "master" | "replica"): void {
  const { reported } = instance;
  if (reported.role === role) return;
  reported.role = role;
  reported.roleSince = turn.now;
  if (instance.kind === "replica" && role === "replica") instance.slaveConfChangedAt = turn.now;
  const name = role === instance.kind ? "+role-change" : "-role-change";
  const word = role === "replica" ? "slave" : "master";
  const payload = `${describeInstance(instance)} new reported role is ${word}`;
  publish(turn, name, payload, aboutInstance(instance));
}
