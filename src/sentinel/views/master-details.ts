import { type Address, formatAddress } from "../../base/address.ts";
import type { Millis, UnixMillis } from "../../base/units.ts";
import { pauseOf } from "../maintenance/maintenance.ts";
import { whyHeldBack } from "../maintenance/why-held-back.ts";
import { selectReplica } from "../replica-selection.ts";
import type { Master, Replica, SentinelState } from "../state.ts";
import {
  ageMs,
  type ReplicaView,
  replicaView,
  type SentinelView,
  sentinelView,
  type ServerView,
  serverView,
} from "./instance-views.ts";
import { failoverWord, masterState, type MasterStateWord } from "./master-summary.ts";
import { type QuorumView, quorumView } from "./quorum-view.ts";

/** Everything about one master. */
export interface MasterDetails {
  readonly name: string;
  readonly state: MasterStateWord;
  readonly address: string;
  readonly configEpoch: number;
  readonly currentEpoch: number;
  readonly settings: {
    readonly downAfterMs: number;
    readonly failoverTimeoutMs: number;
    readonly parallelSyncs: number;
  };
  readonly paused: PauseView | null;
  readonly master: ServerView;
  readonly replicas: readonly ReplicaView[];
  readonly sentinels: readonly SentinelView[];
  readonly quorum: QuorumView;
  readonly ifMasterDied: Prospect;
  readonly failover: FailoverView;
}

/** A pause in force: no failover begins by itself. */
export interface PauseView {
  readonly until: UnixMillis;
  /** Run id of the sentinel that was told. */
  readonly by: string;
  readonly reason: string | null;
}

/** What a failover that began now would come to. */
export interface Prospect {
  readonly promoted: string | null;
  readonly reason: string | null;
  readonly blockedBy: readonly string[];
}

export interface FailoverView {
  readonly phase: string;
  readonly epoch: number | null;
  readonly forMs: number | null;
  readonly promoted: string | null;
  readonly forced: boolean;
}

/** This sentinel as its peers are shown; only the shell knows its address and version. */
export interface SelfFacts {
  readonly address: Address | undefined;
  readonly version: string;
}

export function masterDetails(
  state: SentinelState,
  master: Master,
  { now, self }: { readonly now: Millis; readonly self: SelfFacts },
): MasterDetails {
  const { downAfterMs, failoverTimeoutMs, parallelSyncs } = master.settings;
  return {
    name: master.name,
    state: masterState(master),
    address: formatAddress(master.address),
    configEpoch: master.configEpoch,
    currentEpoch: state.currentEpoch,
    settings: { downAfterMs, failoverTimeoutMs, parallelSyncs },
    paused: pauseView(state, master, now),
    master: serverView(master, now),
    replicas: replicaViews(state, master, now),
    sentinels: sentinelViews(state, master, { now, self }),
    quorum: quorumView(master),
    ifMasterDied: prospect(state, master, now),
    failover: failoverView(master, now),
  };
}

function pauseView(state: SentinelState, master: Master, now: Millis): PauseView | null {
  const pause = pauseOf({ state, now }, master);
  if (pause === undefined) return null;
  const { until, by, reason } = pause;
  return { until, by, reason: reason === "" ? null : reason };
}

export function replicaViews(
  state: SentinelState,
  master: Master,
  now: Millis,
): readonly ReplicaView[] {
  return [...master.replicas.values()].map((replica) => replicaView(state, replica, now));
}

/** This sentinel first. */
export function sentinelViews(
  state: SentinelState,
  master: Master,
  { now, self }: { readonly now: Millis; readonly self: SelfFacts },
): readonly SentinelView[] {
  const own: SentinelView = {
    address: self.address === undefined ? "" : formatAddress(self.address),
    runId: state.myId,
    link: "up",
    down: "no",
    downForMs: null,
    lastOkPingMs: null,
    self: true,
    lastHelloMs: null,
    saysMasterDown: master.sdown.down,
    votedFor: master.vote.leader ?? null,
    votedEpoch: master.vote.leaderEpoch,
    version: self.version,
  };
  const peers = [...master.sentinels.values()].map((sentinel) => sentinelView(sentinel, now));
  return [own, ...peers];
}

function prospect(state: SentinelState, master: Master, now: Millis): Prospect {
  const { ok, up, needed, majority } = quorumView(master);
  const chosen = selectReplica(state, master, now);
  const blockedBy: string[] = [];
  if (!ok) {
    blockedBy.push(
      `no quorum: ${up} sentinels are up, ${Math.max(needed, majority)} have to agree`,
    );
  }
  const heldBack = whyHeldBack({ state, now }, master);
  if (heldBack !== undefined) blockedBy.push(heldBack);
  if (chosen === undefined) {
    const what = master.replicas.size === 0 ? "there is no replica" : "no replica is eligible";
    blockedBy.push(`no candidate: ${what}`);
  }
  return {
    promoted: chosen === undefined ? null : formatAddress(chosen.address),
    reason: chosen === undefined ? null : whyChosen(chosen),
    blockedBy,
  };
}

function whyChosen({ priority, replicationOffset }: Replica): string {
  return `priority ${priority}, offset ${replicationOffset}`;
}

function failoverView(master: Master, now: Millis): FailoverView {
  const { failover, reconfiguration } = master;
  const phase = failoverWord(master);
  if (reconfiguration.phase !== "none") {
    const { failoverEpoch, since } = reconfiguration;
    const promoted = formatAddress(master.address);
    return { phase, epoch: failoverEpoch, forMs: ageMs(now, since), promoted, forced: false };
  }
  if (failover.phase === "none" || failover.phase === "standing-by") {
    return { phase, epoch: null, forMs: null, promoted: null, forced: false };
  }
  if (failover.phase === "preparing") {
    return { phase, epoch: null, forMs: ageMs(now, failover.since), promoted: null, forced: false };
  }
  return {
    phase,
    epoch: failover.failoverEpoch,
    forMs: ageMs(now, failover.since),
    promoted: "promoted" in failover ? formatAddress(failover.promoted.address) : null,
    forced: failover.forced,
  };
}
