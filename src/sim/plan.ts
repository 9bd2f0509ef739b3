import type { DiskSettings } from "./disk.ts";
import type { Fault } from "./faults/fault.ts";
import type { NetworkSettings } from "./network.ts";
import type { RedisSettings } from "./redis-server.ts";

/** One monitored group: a master with its replicas, and what the sentinels are told about it. */
export interface GroupPlan {
  readonly name: string;
  readonly servers: readonly RedisSettings[];
  readonly quorum: number;
  readonly downAfterMs: number;
  readonly failoverTimeoutMs: number;
  readonly parallelSyncs: number;
  /** Pause between two writes of the group's client, in ms. */
  readonly writeIntervalMs: number;
  /** More lines of each sentinel's file about this master. */
  readonly moreLines?: readonly string[];
}

export interface ClusterPlan {
  readonly sentinels: number;
  /** Models of redis-sentinel in the same quorum, besides. */
  readonly references: number;
  /** Everybody has a host name and announces it; machines may come back under another address. */
  readonly hasNames: boolean;
  /** People pause it, forget instances, and have failovers wait for them. */
  readonly isMaintained?: boolean;
  /** The faults leave the sentinels the time to save the data that some server still has. */
  readonly isGuarded?: boolean;
  readonly groups: readonly GroupPlan[];
  readonly network: NetworkSettings;
  readonly disk: DiskSettings;
}

/** A whole run as data: the same plan, the same story. */
export interface SimulationPlan {
  /** Of everything that is too small to plan: delays within the jitter, ids, who starts first. */
  readonly seed: number;
  readonly cluster: ClusterPlan;
  /** By their times. */
  readonly faults: readonly Fault[];
  /** How long faults are made, in ms. */
  readonly phaseMs: number;
}

/**
 * How long the sentinels may take, once the faults have ended, until all agree on one master and its
 * replicas follow. The slowest way: the last pause ends in TILT; held segments arrive late; the
 * running attempt times out, its starter stands aside, and the next one works; strays are put
 * right after they have been quiet for failover-timeout; a full copy ends it.
 */
export function settleBoundMs(cluster: ClusterPlan): number {
  const TILT_MS = 30_000;
  const RETRANSMISSION_MS = 5_200;
  const INFO_MS = 2 * 10_000;
  // The reference stands aside for twice the failover-timeout after whatever went wrong.
  const attempts = cluster.references > 0 ? 10 : 4;
  let slowestMs = 0;
  for (const { downAfterMs, failoverTimeoutMs, servers } of cluster.groups) {
    const copyMs = Math.max(...servers.map((server) => server.fullSyncMs + server.loadMs));
    const silenceMs = Math.max(...servers.map((server) => server.replicationTimeoutMs));
    const wayMs =
      TILT_MS +
      RETRANSMISSION_MS +
      INFO_MS +
      downAfterMs +
      attempts * failoverTimeoutMs +
      silenceMs +
      servers.length * copyMs;
    slowestMs = Math.max(slowestMs, wayMs);
  }
  return slowestMs + (cluster.isMaintained === true ? MAINTENANCE_MS : 0);
}

/** Pauses and cooldowns of the last moment end, and a replica that was forgotten is looked for again. */
const MAINTENANCE_MS = 20_000 + 20_000 + 170_000;
