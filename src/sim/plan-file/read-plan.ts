import { type Cast, castOf } from "../cast.ts";
import type { DiskSettings } from "../disk.ts";
import { type FaultKind, isFaultKind } from "../fault-kinds.ts";
import { DetailReader } from "../faults/detail-reader.ts";
import { FAULT_TYPES } from "../faults/fault-types.ts";
import type { Detail, Details, Fault } from "../faults/fault.ts";
import type { NetworkSettings } from "../network.ts";
import type { ClusterPlan, GroupPlan, SimulationPlan } from "../plan.ts";
import type { RedisSettings } from "../redis-server.ts";
import { ObjectReader, readWhole } from "./object-reader.ts";
import { PlanError } from "./plan-error.ts";
import { USUAL_CLUSTER, USUAL_DISK, USUAL_GROUP, USUAL_NETWORK, USUAL_SERVER } from "./usual.ts";

const SEED_MAX = 2 ** 32 - 1;
/** A run may take so long, in simulated time. */
const DAY_MS = 24 * 60 * 60 * 1000;
const MINUTE_MS = 60_000;
const USUAL_PHASE_MS = 10_000;
const SENTINELS_MAX = 20;
const SERVERS_MAX = 20;
/** Sentinels, servers, clients and the operator: the network's tables hold no more. */
const NODES_MAX = 250;
const NAME = /^[A-Za-z0-9._-]{1,60}$/;

/**
 * Reads a plan as JSON. What it leaves out is as usual (`usual.ts`); what makes no sense is refused.
 * @throws {PlanError} with the place and what was expected there
 */
export function readPlan(text: string): SimulationPlan {
  return readWhole(new ObjectReader(parseJson(text), ""), (reader) => {
    const seed = reader.whole("seed", { from: 0, to: SEED_MAX }, 0);
    const cluster = reader.object("cluster", readCluster);
    const cast = castOf(cluster);
    const phaseMs = reader.number("phaseMs", { from: 0, to: DAY_MS }, USUAL_PHASE_MS);
    const faults = reader.list("faults", (fault) => readFault(fault, { cast, phaseMs }));
    return { seed, cluster, phaseMs, faults };
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const position = Number(/position (\d+)/.exec(message)?.[1] ?? text.length);
    const lines = text.slice(0, position).split("\n");
    const place = `line ${lines.length}, column ${(lines.at(-1)?.length ?? 0) + 1}`;
    throw new PlanError(place, "JSON is expected");
  }
}

function readCluster(reader: ObjectReader): ClusterPlan {
  const { sentinels, references, hasNames, groups } = USUAL_CLUSTER;
  const cluster: ClusterPlan = {
    sentinels: reader.whole("sentinels", { from: 1, to: SENTINELS_MAX }, sentinels),
    references: reader.whole("references", { from: 0, to: SENTINELS_MAX }, references),
    hasNames: reader.boolean("hasNames", hasNames),
    ...(reader.boolean("isGuarded", false) ? { isGuarded: true } : {}),
    groups: reader.list("groups", readGroup, groups.length),
    network: reader.object("network", readNetwork),
    disk: reader.object("disk", readDisk),
    ...(reader.boolean("isMaintained", false) ? { isMaintained: true } : {}),
  };
  const names = cluster.groups.map(({ name }) => name);
  const twice = names.findIndex((name, index) => names.indexOf(name) !== index);
  if (twice >= 0) {
    throw new PlanError(
      `${reader.at("groups")}[${twice}].name`,
      "each group has a name of its own",
    );
  }
  if (names.length === 0) throw new PlanError(reader.at("groups"), "at least one is expected");
  const servers = cluster.groups.map((group) => group.servers.length + 1);
  const nodes = servers.reduce((sum, more) => sum + more, cluster.sentinels + cluster.references);
  if (nodes > NODES_MAX) {
    throw new PlanError(reader.place, `at most ${NODES_MAX} nodes are possible, not ${nodes}`);
  }
  return cluster;
}

function readGroup(reader: ObjectReader): GroupPlan {
  const usual = USUAL_GROUP;
  const ms = { from: 1, to: DAY_MS };
  const servers = reader.list("servers", readServer, 2);
  if (servers.length === 0 || servers.length > SERVERS_MAX) {
    throw reader.wrong("servers", `1 to ${SERVERS_MAX} servers are expected`);
  }
  return {
    name: reader.matching("name", NAME, "a name of letters, digits and . _ -", usual.name),
    servers,
    quorum: reader.whole("quorum", { from: 1, to: 2 * SENTINELS_MAX }, usual.quorum),
    downAfterMs: reader.whole("downAfterMs", ms, usual.downAfterMs),
    failoverTimeoutMs: reader.whole("failoverTimeoutMs", ms, usual.failoverTimeoutMs),
    parallelSyncs: reader.whole("parallelSyncs", { from: 1, to: SERVERS_MAX }, usual.parallelSyncs),
    writeIntervalMs: reader.number("writeIntervalMs", ms, usual.writeIntervalMs),
  };
}

function readServer(reader: ObjectReader): RedisSettings {
  const usual = USUAL_SERVER;
  const ms = { from: 0, to: DAY_MS };
  return {
    priority: reader.whole("priority", { from: 0, to: 1_000_000 }, usual.priority),
    protocol: reader.choice("protocol", [2, 3], usual.protocol),
    fullSyncMs: reader.number("fullSyncMs", ms, usual.fullSyncMs),
    loadMs: reader.number("loadMs", ms, usual.loadMs),
    replicationTimeoutMs: reader.number("replicationTimeoutMs", ms, usual.replicationTimeoutMs),
    serveStaleData: reader.boolean("serveStaleData", usual.serveStaleData),
  };
}

function readNetwork(reader: ObjectReader): NetworkSettings {
  const ms = { from: 0, to: MINUTE_MS };
  return {
    delayMs: reader.number("delayMs", ms, USUAL_NETWORK.delayMs),
    jitterMs: reader.number("jitterMs", ms, USUAL_NETWORK.jitterMs),
  };
}

function readDisk(reader: ObjectReader): DiskSettings {
  const ms = { from: 0, to: MINUTE_MS };
  return {
    syncMs: reader.number("syncMs", ms, USUAL_DISK.syncMs),
    jitterMs: reader.number("jitterMs", ms, USUAL_DISK.jitterMs),
  };
}

function readFault(
  reader: ObjectReader,
  { cast, phaseMs }: { readonly cast: Cast; readonly phaseMs: number },
): Fault {
  const kind = readKind(reader);
  const { lasts, check } = FAULT_TYPES[kind];
  const atMs = reader.number("atMs", { from: 0, to: phaseMs });
  return {
    kind,
    atMs,
    // Until all faults end.
    forMs: reader.number("forMs", { from: 0, to: lasts ? DAY_MS : 0 }, lasts ? phaseMs - atMs : 0),
    with: reader.object("with", (details) => {
      check(new DetailReader(details, cast));
      return readDetails(details);
    }),
  };
}

function readKind(reader: ObjectReader): FaultKind {
  const kind = reader.value("kind");
  if (typeof kind === "string" && isFaultKind(kind)) return kind;
  throw reader.wrong("kind", `one of ${Object.keys(FAULT_TYPES).join(", ")} is expected`);
}

/** Those that the kind has read: nothing else is left when the object is read to its end. */
function readDetails(reader: ObjectReader): Details {
  const details: Record<string, Detail> = {};
  for (const [key, value] of reader.taken()) if (isDetail(value)) details[key] = value;
  return details;
}

function isDetail(value: unknown): value is Detail {
  return typeof value === "string" || typeof value === "number" || Array.isArray(value);
}
