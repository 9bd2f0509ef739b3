import type { Address } from "../base/address.ts";
import type { MasterName, RunId } from "../base/ids.ts";
import { after, epoch, type Millis, saveNumber } from "../base/units.ts";
import { NO_FAILOVER, NO_RECONFIGURATION } from "./failover-phase.ts";
import { attachOwner, createLink, detachOwner } from "./links.ts";
import { newDrift, noteDriftDue } from "./config-drift.ts";
import { newForgetting } from "./forgetting/forgotten.ts";
import { newMaintenance } from "./maintenance/maintenance.ts";
import { newSpreading } from "./maintenance/spreading.ts";
import { mastersAt } from "./master-places.ts";
import { NOT_RETURNED } from "./returned-master.ts";
import type {
  Link,
  Master,
  MasterSettings,
  PeerOpinion,
  Replica,
  Reported,
  Sentinel,
  SentinelState,
  SubjectiveDown,
} from "./state.ts";
import { ALONE_AFTER_MS, ASK_BACKOFF_FIRST_MS } from "./tunables.ts";
import { HOLDS_NOTHING } from "./switchover/switchover.ts";
import type { Turn } from "./turn.ts";
import { isAt, replicaName, shownAddress } from "./whereabouts.ts";

const NEVER_DOWN: SubjectiveDown = { down: false, since: Number.NEGATIVE_INFINITY as Millis };

function neverDown(): SubjectiveDown {
  return { ...NEVER_DOWN };
}

export function freshReport(role: Reported["role"], now: Millis): Reported {
  return {
    role,
    roleSince: now,
    follows: undefined,
    infoAt: undefined,
    isLoading: false,
    infoText: undefined,
    replicas: [],
    stream: undefined,
    infoAskedAt: undefined,
    infoRefusedAt: undefined,
    infoForced: true,
    infoSentAt: undefined,
  };
}

export function createMaster(
  state: SentinelState,
  given: {
    readonly masterName: MasterName;
    readonly address: Address;
    readonly settings: MasterSettings;
  },
  now: Millis,
): Master {
  const link = createLink(state, { address: given.address, purpose: "data" }, now);
  const master: Master = {
    kind: "master",
    name: given.masterName,
    masterName: given.masterName,
    place: given.address,
    address: shownAddress(state, given.address),
    runId: undefined,
    settings: given.settings,
    sdown: neverDown(),
    odown: neverDown(),
    link,
    lastHelloSentAt: now,
    helloOutstanding: false,
    helloForced: true,
    reported: freshReport("master", now),
    rebootedAt: undefined,
    scriptKillSent: false,
    known: undefined,
    lineage: [],
    returned: NOT_RETURNED,
    outage: { phase: "total" },
    replicas: new Map(),
    sentinels: new Map(),
    configEpoch: epoch(0),
    vote: { leader: undefined, leaderEpoch: epoch(0), votedAt: now, save: saveNumber(0) },
    failover: NO_FAILOVER,
    reconfiguration: NO_RECONFIGURATION,
    receipt: undefined,
    lettingGo: HOLDS_NOTHING,
    attempts: {
      fruitless: 0,
      notBefore: now,
      aloneFrom: after(now, ALONE_AFTER_MS),
      delayTold: false,
      lackedReplica: false,
      asideUntil: now,
    },
    switchedAt: Number.NEGATIVE_INFINITY as Millis,
    confirmation: { round: undefined, settled: undefined },
    maintenance: newMaintenance(given.settings.extensions.maintenance),
    forgetting: newForgetting(given.settings.extensions.forgotten, now),
  };
  attachOwner(link, master);
  state.masters.set(given.masterName, master);
  state.mastersByPlace.add(master);
  return master;
}

/** @param link the connection to take over; a new one when undefined */
export function createReplica(
  state: SentinelState,
  master: Master,
  given: { readonly address: Address; readonly link: Link | undefined },
  now: Millis,
): Replica {
  const link = given.link ?? createLink(state, { address: given.address, purpose: "data" }, now);
  const replica: Replica = {
    kind: "replica",
    master,
    name: replicaName(state, given.address),
    place: given.address,
    address: shownAddress(state, given.address),
    runId: undefined,
    sdown: neverDown(),
    link,
    lastHelloSentAt: now,
    helloOutstanding: false,
    helloForced: true,
    reported: freshReport("replica", now),
    rebootedAt: undefined,
    scriptKillSent: false,
    known: undefined,
    joined: undefined,
    foreign: undefined,
    priority: 100,
    announced: true,
    replicationOffset: 0,
    masterHost: undefined,
    masterPort: undefined,
    masterLinkUp: false,
    isSyncing: false,
    masterLinkDownMs: 0,
    slaveConfChangedAt: now,
    reconf: { step: "none" },
    formerEpoch: undefined,
    testimony: undefined,
    fence: undefined,
  };
  attachOwner(link, replica);
  master.replicas.set(replica.name, replica);
  return replica;
}

/** A peer of this master; it shares the link that another master may have to it (spec §2.6). */
export function createSentinel(
  turn: { readonly state: SentinelState; readonly now: Millis },
  master: Master,
  given: { readonly runId: RunId; readonly address: Address },
): Sentinel {
  const { state, now } = turn;
  const shared = state.sentinelLinks.get(given.runId);
  const link = shared ?? createLink(state, { address: given.address, purpose: "sentinel" }, now);
  state.sentinelLinks.set(given.runId, link);
  const sentinel: Sentinel = {
    kind: "sentinel",
    master,
    name: given.runId,
    runId: given.runId,
    place: given.address,
    address: shownAddress(state, given.address),
    sdown: neverDown(),
    link,
    lastHelloSentAt: now,
    helloOutstanding: false,
    helloForced: true,
    lastHelloReceivedAt: now,
    opinion: noOpinion(now),
    spreading: newSpreading(),
    counts: undefined,
    countsAskedAt: undefined,
    confirmed: undefined,
    drift: newDrift(),
  };
  attachOwner(link, sentinel);
  master.sentinels.set(given.runId, sentinel);
  noteDriftDue(state, now);
  return sentinel;
}

export function noOpinion(now: Millis): PeerOpinion {
  return {
    masterDown: false,
    answeredAt: now,
    votedLeader: undefined,
    votedLeaderEpoch: epoch(0),
    askedAt: undefined,
    askAgain: false,
    nextAskAt: now,
    backoffMs: ASK_BACKOFF_FIRST_MS,
  };
}

/** Takes an instance out of the schedule and off its link. */
export function dropInstance(turn: Turn, instance: Master | Replica | Sentinel): void {
  turn.state.schedule.delete(instance);
  detachOwner(turn, instance.link, instance);
}

export function findReplica(
  state: SentinelState,
  master: Master,
  address: Address,
): Replica | undefined {
  for (const replica of master.replicas.values()) {
    if (isAt(state, replica, address)) return replica;
  }
  return undefined;
}

export function findMaster(state: SentinelState, address: Address): Master | undefined {
  let found: Master | undefined;
  for (const master of mastersAt(state, address)) {
    // Several names on one address: speak for the one whose failover is likely (W-26).
    if (found === undefined || (master.sdown.down && !found.sdown.down)) found = master;
  }
  return found;
}
