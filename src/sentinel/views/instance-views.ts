import { formatAddress } from "../../base/address.ts";
import type { Millis } from "../../base/units.ts";
import { lagBytes, replicationOffset } from "../replica-health.ts";
import { disqualification } from "../replica-selection.ts";
import type { DataInstance, Instance, Link, Replica, Sentinel, SentinelState } from "../state.ts";
import { type InfoFacts, infoFacts } from "./info-facts.ts";

/** Instances as pages and programs are shown them: everything by its word, nothing absent. */

type LinkWord = "up" | "connecting" | "down";
type DownWord = "no" | "sdown" | "odown";

interface InstanceView {
  readonly address: string;
  readonly runId: string | null;
  readonly link: LinkWord;
  readonly down: DownWord;
  readonly downForMs: number | null;
  readonly lastOkPingMs: number | null;
}

export interface ServerView extends InstanceView, InfoFacts {
  readonly reportedRole: "master" | "replica";
  readonly infoAgeMs: number | null;
  readonly offset: number | null;
}

export interface ReplicaView extends ServerView {
  readonly lagBytes: number | null;
  readonly masterLink: "up" | "down";
  readonly masterLinkDownMs: number | null;
  readonly follows: string | null;
  readonly priority: number;
  readonly announced: boolean;
  readonly step: string;
  readonly promotable: boolean;
  readonly whyNot: string | null;
}

export interface SentinelView extends InstanceView {
  readonly self: boolean;
  readonly lastHelloMs: number | null;
  readonly saysMasterDown: boolean;
  readonly votedFor: string | null;
  readonly votedEpoch: number;
  readonly version: string | null;
}

export function ageMs(now: Millis, since: Millis): number {
  return Math.max(0, Math.round(now - since));
}

function linkWord({ phase }: Link): LinkWord {
  if (phase.phase === "open") return "up";
  return phase.phase === "connecting" ? "connecting" : "down";
}

function instanceView(instance: Instance, now: Millis): InstanceView {
  const { link, sdown } = instance;
  const isOdown = instance.kind === "master" && instance.odown.down;
  return {
    address: formatAddress(instance.address),
    runId: instance.runId ?? null,
    link: linkWord(link),
    down: isOdown ? "odown" : sdown.down ? "sdown" : "no",
    downForMs: sdown.down ? ageMs(now, sdown.since) : null,
    lastOkPingMs: ageMs(now, link.lastOkAt),
  };
}

export function serverView(instance: DataInstance, now: Millis): ServerView {
  const { reported } = instance;
  return {
    ...instanceView(instance, now),
    reportedRole: reported.role,
    infoAgeMs: reported.infoAt === undefined ? null : ageMs(now, reported.infoAt),
    offset: offsetOf(instance),
    ...infoFacts(instance),
  };
}

function offsetOf(instance: DataInstance): number | null {
  if (instance.reported.infoAt === undefined) return null;
  return instance.kind === "replica"
    ? instance.replicationOffset
    : (replicationOffset(instance) ?? null);
}

export function replicaView(state: SentinelState, replica: Replica, now: Millis): ReplicaView {
  const { masterHost, masterPort, masterLinkDownMs } = replica;
  const whyNot = disqualification(state, replica, now) ?? null;
  return {
    ...serverView(replica, now),
    lagBytes: lagBytes(replica) ?? null,
    masterLink: replica.masterLinkUp ? "up" : "down",
    // Redis says -1 s where the link never was up.
    masterLinkDownMs: masterLinkDownMs < 0 ? null : masterLinkDownMs,
    follows:
      masterHost === undefined || masterPort === undefined
        ? null
        : formatAddress({ host: masterHost, port: masterPort }),
    priority: replica.priority,
    announced: replica.announced,
    step: replica.reconf.step,
    promotable: whyNot === null,
    whyNot,
  };
}

export function sentinelView(sentinel: Sentinel, now: Millis): SentinelView {
  const { opinion, link } = sentinel;
  return {
    ...instanceView(sentinel, now),
    self: false,
    lastHelloMs: ageMs(now, sentinel.lastHelloReceivedAt),
    saysMasterDown: opinion.masterDown,
    votedFor: opinion.votedLeader ?? null,
    votedEpoch: opinion.votedLeaderEpoch,
    version: link.peer.kind === "vedette" ? link.peer.version : null,
  };
}
