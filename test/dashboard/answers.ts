import type {
  EventItem,
  MasterDetails,
  MasterSummary,
  ReplicaView,
  SentinelView,
} from "../../src/dashboard/api/types.ts";

/** Answers of the HTTP interface, as docs/http-api.md shows them. */

export function aReplica(address: string, changes: Partial<ReplicaView> = {}): ReplicaView {
  return {
    address,
    runId: "b".repeat(40),
    link: "up",
    down: "no",
    downForMs: null,
    reportedRole: "replica",
    lastOkPingMs: 200,
    infoAgeMs: 1_200,
    offset: 123_400,
    serverVersion: "7.0.15",
    clients: 3,
    usedMemoryBytes: 1_048_576,
    lagBytes: 56,
    masterLink: "up",
    masterLinkDownMs: 0,
    follows: "10.0.0.1:6379",
    priority: 100,
    announced: true,
    step: "none",
    promotable: true,
    whyNot: null,
    ...changes,
  };
}

export function aSentinel(address: string, changes: Partial<SentinelView> = {}): SentinelView {
  return {
    runId: address.padEnd(40, "0"),
    address,
    self: false,
    link: "up",
    down: "no",
    downForMs: null,
    lastOkPingMs: 300,
    lastHelloMs: 800,
    saysMasterDown: false,
    votedFor: null,
    votedEpoch: 0,
    version: "0.1.0",
    ...changes,
  };
}

export function someDetails(changes: Partial<MasterDetails> = {}): MasterDetails {
  return {
    name: "mymaster",
    state: "ok",
    address: "10.0.0.1:6379",
    version: 5,
    configEpoch: 3,
    currentEpoch: 7,
    settings: { downAfterMs: 5_000, failoverTimeoutMs: 60_000, parallelSyncs: 1 },
    paused: null,
    master: {
      address: "10.0.0.1:6379",
      runId: "a".repeat(40),
      link: "up",
      down: "no",
      downForMs: null,
      reportedRole: "master",
      lastOkPingMs: 312,
      infoAgeMs: 4_120,
      offset: 123_456,
      serverVersion: "7.0.15",
      clients: 42,
      usedMemoryBytes: 1_048_576,
    },
    replicas: [aReplica("10.0.0.2:6379"), aReplica("10.0.0.3:6379")],
    sentinels: [
      aSentinel("10.0.0.11:26379", { self: true }),
      aSentinel("10.0.0.12:26379"),
      aSentinel("10.0.0.13:26379"),
    ],
    quorum: { needed: 2, majority: 2, voters: 3, up: 3, ok: true, spare: 1 },
    ifMasterDied: { promoted: "10.0.0.2:6379", reason: "priority 100", blockedBy: [] },
    failover: { phase: "none", epoch: null, forMs: null, promoted: null, forced: false },
    receipts: [],
    ...changes,
  };
}

export function aSummary(name: string, changes: Partial<MasterSummary> = {}): MasterSummary {
  return {
    name,
    state: "ok",
    address: "10.0.0.1:6379",
    replicas: { ok: 2, total: 2 },
    sentinels: { ok: 3, total: 3 },
    quorum: { needed: 2, majority: 2, ok: true },
    failoverReady: true,
    paused: false,
    failover: "none",
    configEpoch: 3,
    version: 1,
    ...changes,
  };
}

const BEGIN = Date.parse("2026-01-31T12:00:00.000Z");

/** @param atMs after the beginning of the test's time */
export function anEvent(
  number: number,
  atMs: number,
  name: string,
  changes: Partial<EventItem> = {},
): EventItem {
  return {
    id: `5c0e1f22-${number}`,
    at: new Date(BEGIN + atMs).toISOString(),
    name,
    level: "warning",
    message: "master mymaster 10.0.0.1 6379",
    master: "mymaster",
    role: "master",
    address: "10.0.0.1:6379",
    epoch: null,
    votes: null,
    quorum: null,
    reason: null,
    ...changes,
  };
}
