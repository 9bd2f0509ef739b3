import {
  chance,
  nextBelow,
  nextFloat,
  nextUint32,
  type Random,
  seededRandom,
} from "../base/random.ts";
import { castOf } from "./cast.ts";
import {
  FAULT_KINDS,
  type FaultKind,
  KILL_MASTERS,
  MAINTENANCE,
  NAME_FAULT_KINDS,
} from "./fault-kinds.ts";
import { Dice } from "./faults/dice.ts";
import { FAULT_TYPES } from "./faults/fault-types.ts";
import type { Fault } from "./faults/fault.ts";
import type { ClusterPlan, GroupPlan, SimulationPlan } from "./plan.ts";
import type { RedisSettings } from "./redis-server.ts";

/** Which worlds are drawn. */
export interface Variety {
  /** Some of the sentinels are models of redis-sentinel. */
  readonly isMixed: boolean;
  /** In a world of host names, with the faults that belong to it. */
  readonly hasNames: boolean;
  /** The same sentinels watch many masters, which die together. */
  readonly isCrowded: boolean;
  /** People pause the group, forget instances, and have failovers wait for them. */
  readonly isMaintained?: boolean;
  /** Servers lose data, or all go down together; the guards must hold. */
  readonly isLosing?: boolean;
}

/** From what the faults of one plan are drawn. */
interface Swarm {
  /** Each as likely as it is listed often. */
  readonly kinds: readonly FaultKind[];
  /** Mean pause between two faults, in ms; 0: as long as it takes to recover. */
  readonly intervalMs: number;
  /** Mean time until a fault is taken back, in ms. */
  readonly durationMs: number;
  readonly phaseMs: number;
}

interface Draft {
  readonly cluster: ClusterPlan;
  readonly swarm: Swarm;
}

/** From one fault to the next where one at a time comes: failover, copies and corrections are over. */
const RECOVERY_MS = 75_000;

/** The plan of a seed. */
export function drawPlan(seed: number, variety: Variety): SimulationPlan {
  const random = seededRandom(seed);
  const { cluster, swarm } = drawDraft(random, variety);
  return {
    seed: nextUint32(random),
    cluster,
    faults: drawFaults(random, cluster, swarm),
    phaseMs: swarm.phaseMs,
  };
}

function drawDraft(random: Random, { isMaintained = false, ...variety }: Variety): Draft {
  const draft = drawSort(random, variety);
  if (!isMaintained) return draft;
  const { cluster, swarm } = draft;
  const orders = Array.from({ length: 3 + swarm.kinds.length / 3 }, () => MAINTENANCE);
  return {
    cluster: { ...cluster, isMaintained },
    swarm: { ...swarm, kinds: [...swarm.kinds, ...orders] },
  };
}

function drawSort(
  random: Random,
  { isMixed, hasNames, isCrowded, isLosing = false }: Omit<Variety, "isMaintained">,
): Draft {
  // A model of redis-sentinel knows no names.
  if (isMixed) return drawMixed(random);
  if (isLosing) return drawLosing(random);
  const draft = isCrowded ? drawCrowded(random) : drawUsual(random);
  return hasNames ? withNames(draft) : draft;
}

function drawFaults(random: Random, cluster: ClusterPlan, swarm: Swarm): Fault[] {
  const { kinds, intervalMs, durationMs, phaseMs } = swarm;
  const dice = new Dice(random, castOf(cluster));
  const faults: Fault[] = [];
  let atMs = intervalMs === 0 ? RECOVERY_MS / 5 : drawDuration(random, intervalMs);
  while (atMs < phaseMs) {
    const kind = dice.anyOf(kinds);
    const { lasts, draw } = FAULT_TYPES[kind];
    const details = draw(dice);
    faults.push({
      kind,
      atMs,
      forMs: lasts ? drawDuration(random, durationMs) : 0,
      with: details,
    });
    atMs += intervalMs === 0 ? RECOVERY_MS : drawDuration(random, intervalMs);
  }
  return faults;
}

/**
 * Swarm testing: every seed draws another cluster and switches off another part of the faults, since
 * a bug hides easily where everything happens at once.
 */
function drawUsual(random: Random): Draft {
  const cluster = drawCluster(random);
  const kinds = FAULT_KINDS.filter(() => chance(random, 0.5));
  return {
    cluster,
    swarm: {
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
function drawMixed(random: Random): Draft {
  const draft = drawUsual(random);
  const { cluster } = draft;
  const references = 1 + nextBelow(random, cluster.sentinels - 1);
  const groups = cluster.groups.map((group) => ({
    ...group,
    downAfterMs: Math.max(1_000, group.downAfterMs),
  }));
  const sentinels = cluster.sentinels - references;
  return { ...draft, cluster: { ...cluster, sentinels, references, groups } };
}

/** The same in a world of host names, with what goes wrong there; draws nothing. */
function withNames({ cluster, swarm }: Draft): Draft {
  return {
    cluster: { ...cluster, hasNames: true },
    // An operator who gives an IP where all go by names would never agree with them.
    swarm: {
      ...swarm,
      kinds: [
        ...swarm.kinds.filter((kind) => kind !== "operator-monitor"),
        ...NAME_FAULT_KINDS,
        ...NAME_FAULT_KINDS,
      ],
    },
  };
}

/**
 * The same sentinels with many masters, which die together now and then: whatever one epoch, one disk
 * and one vote at a time have to do with each other (W-06).
 */
function drawCrowded(random: Random): Draft {
  const { cluster, swarm } = drawUsual(random);
  const count = 3 + nextBelow(random, 18);
  const downAfterMs = pick(random, [300, 1_000]);
  const groups = Array.from({ length: count }, (_, index) => ({
    ...drawGroup(random, `master-${index}`, cluster.sentinels),
    downAfterMs,
    writeIntervalMs: 1_000,
  }));
  const kills = swarm.kinds.slice(0, Math.ceil(swarm.kinds.length / 2)).map(() => KILL_MASTERS);
  return {
    cluster: { ...cluster, groups },
    swarm: { ...swarm, kinds: [...swarm.kinds, ...kills], phaseMs: 20_000 },
  };
}

/**
 * Servers as most are: they wait five seconds before they send their data to a replica, and are
 * restarted at once. One fault at a time, with the time to recover: so nothing that one server still
 * has may be lost.
 */
function drawLosing(random: Random): Draft {
  const { cluster } = drawUsual(random);
  const groups = [drawGroup(random, "mymaster", cluster.sentinels)].map((group) => ({
    ...group,
    servers: group.servers.map((server) => ({
      ...server,
      priority: 100,
      fullSyncMs: 5_000,
      loadMs: Math.min(server.loadMs, 500),
      replicationTimeoutMs: 10_000,
    })),
    quorum: Math.floor(cluster.sentinels / 2) + 1,
    downAfterMs: pick(random, [3_000, 5_000, 10_000]),
    writeIntervalMs: pick(random, [50, 200]),
  }));
  return {
    cluster: {
      ...cluster,
      isGuarded: true,
      groups,
      network: { delayMs: pick(random, [0.1, 0.5, 2]), jitterMs: 0.5 },
      disk: { syncMs: pick(random, [0.5, 2, 10]), jitterMs: 3 },
    },
    swarm: {
      kinds: ["lose-data", "lose-data", "older-data", "older-data", "blackout", "crash-server"],
      intervalMs: 0,
      durationMs: 500,
      phaseMs: 300_000,
    },
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
function pick<Item>(random: Random, items: readonly [Item, ...Item[]]): Item {
  return items[nextBelow(random, items.length)] ?? items[0];
}

/** A time with that mean in whole ms: often shorter, now and then much longer. */
function drawDuration(random: Random, meanMs: number): number {
  return Math.round(-meanMs * Math.log(1 - nextFloat(random)));
}
