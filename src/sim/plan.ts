import { chance, nextBelow, nextFloat, type Random } from "../base/random.ts";
import type { DiskSettings } from "./disk.ts";
import { FAULT_KINDS, type FaultKind, KILL_MASTERS, NAME_FAULT_KINDS } from "./fault-kinds.ts";
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
}

export interface ClusterPlan {
  readonly sentinels: number;
  /** Models of redis-sentinel in the same quorum, besides. */
  readonly references: number;
  /** Everybody has a host name and announces it; machines may come back under another address. */
  readonly hasNames: boolean;
  readonly groups: readonly GroupPlan[];
  readonly network: NetworkSettings;
  readonly disk: DiskSettings;
}

export interface FaultPlan {
  readonly kinds: readonly FaultKind[];
  /** Mean pause between two faults, in ms. */
  readonly intervalMs: number;
  /** Mean time until a fault is taken back, in ms. */
  readonly durationMs: number;
  /** How long faults are made. */
  readonly phaseMs: number;
}

export interface SimulationPlan {
  readonly cluster: ClusterPlan;
  readonly faults: FaultPlan;
}

/**
 * Swarm testing: every seed draws another cluster and switches off another part of the faults, since
 * a bug hides easily where everything happens at once.
 */
export function drawPlan(random: Random): SimulationPlan {
  const cluster = drawCluster(random);
  const kinds = FAULT_KINDS.filter(() => chance(random, 0.5));
  return {
    cluster,
    faults: {
      kinds: kinds.length > 0 ? kinds : ["crash-server"],
      intervalMs: pick(random, [1_500, 4_000, 10_000]),
      durationMs: pick(random, [1_000, 5_000, 15_000]),
      phaseMs: pick(random, [20_000, 40_000, 80_000]),
    },
  };
}

/**
 * The same with models of redis-sentinel among the sentinels, in the minority or the majority. They
 * take a second to reconnect, so a shorter `down-after-milliseconds` is no setting for them.
 */
export function drawMixedPlan(random: Random): SimulationPlan {
  const plan = drawPlan(random);
  const { cluster } = plan;
  const references = 1 + nextBelow(random, cluster.sentinels - 1);
  const groups = cluster.groups.map((group) => ({
    ...group,
    downAfterMs: Math.max(1_000, group.downAfterMs),
  }));
  const sentinels = cluster.sentinels - references;
  return { ...plan, cluster: { ...cluster, sentinels, references, groups } };
}

/** The same plan in a world of host names, with what goes wrong there; draws nothing. */
export function withNames({ cluster, faults }: SimulationPlan): SimulationPlan {
  return {
    cluster: { ...cluster, hasNames: true },
    faults: { ...faults, kinds: [...faults.kinds, ...NAME_FAULT_KINDS, ...NAME_FAULT_KINDS] },
  };
}

/**
 * The same sentinels with many masters, which die together now and then: whatever one epoch, one disk
 * and one vote at a time have to do with each other (W-06).
 */
export function drawCrowdedPlan(random: Random): SimulationPlan {
  const plan = drawPlan(random);
  const { cluster, faults } = plan;
  const count = 3 + nextBelow(random, 18);
  const downAfterMs = pick(random, [300, 1_000]);
  const groups = Array.from({ length: count }, (_, index) => ({
    ...drawGroup(random, `master-${index}`, cluster.sentinels),
    downAfterMs,
    writeIntervalMs: 1_000,
  }));
  const kills = faults.kinds.slice(0, Math.ceil(faults.kinds.length / 2)).map(() => KILL_MASTERS);
  return {
    cluster: { ...cluster, groups },
    faults: { ...faults, kinds: [...faults.kinds, ...kills], phaseMs: 20_000 },
  };
}

function drawCluster(random: Random): ClusterPlan {
  const sentinels = pick(random, [3, 3, 5]);
  const names = chance(random, 0.2) ? ["mymaster", "other"] : ["mymaster"];
  return {
    sentinels,
    references: 0,
    hasNames: false,
    groups: names.map((name) => drawGroup(random, name, sentinels)),
    network: {
      delayMs: pick(random, [0.1, 0.5, 2, 20]),
      jitterMs: pick(random, [0.05, 0.5, 5]),
    },
    disk: {
      syncMs: pick(random, [0.5, 2, 10, 40]),
      jitterMs: pick(random, [0.5, 3, 20]),
    },
  };
}

function drawGroup(random: Random, name: string, sentinels: number): GroupPlan {
  const majority = Math.floor(sentinels / 2) + 1;
  const replicas = 1 + nextBelow(random, 3);
  const servers: RedisSettings[] = [];
  for (let index = 0; index <= replicas; index++) servers.push(drawServer(random));
  return {
    name,
    servers,
    quorum: pick(random, [1, 2, majority, majority, sentinels]),
    downAfterMs: pick(random, [300, 1_000, 1_000, 3_000]),
    failoverTimeoutMs: pick(random, [2_000, 5_000, 10_000]),
    parallelSyncs: 1 + nextBelow(random, 2),
    writeIntervalMs: pick(random, [50, 200, 1_000]),
  };
}

function drawServer(random: Random): RedisSettings {
  return {
    priority: pick(random, [100, 100, 100, 10, 0]),
    protocol: chance(random, 0.7) ? 3 : 2,
    fullSyncMs: pick(random, [5, 100, 2_000]),
    loadMs: pick(random, [1, 50, 1_500]),
    replicationTimeoutMs: pick(random, [3_000, 10_000]),
    serveStaleData: chance(random, 0.9),
  };
}

/** One of them, each as likely as it is listed often. */
export function pick<Item>(random: Random, items: readonly [Item, ...Item[]]): Item {
  return items[nextBelow(random, items.length)] ?? items[0];
}

/** A time with that mean: often shorter, now and then much longer. */
export function drawDuration(random: Random, meanMs: number): number {
  return -meanMs * Math.log(1 - nextFloat(random));
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
  return slowestMs;
}
