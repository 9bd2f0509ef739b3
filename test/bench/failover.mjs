// How long writes are out when the master is gone, and how long until every sentinel says so:
// redis-sentinel and vedette-sentinel side by side, rounds interleaved, fresh processes each round.
import { setTimeout as pause } from "node:timers/promises";
import { Redis } from "ioredis";
import { secondNetwork } from "./cut.mjs";
import { FAULTS } from "./failover-faults.mjs";
import { residentMegabytes } from "./process-cost.mjs";
import { plainClient, Round, until } from "./processes.mjs";
import { report, tellRound } from "./report.mjs";

/** @typedef {import("./processes.mjs").Kind} Kind */
/** @typedef {import("./processes.mjs").Daemon} Daemon */
/** @typedef {import("./failover-faults.mjs").Fault} Fault */
/** @typedef {import("./cut.mjs").SecondNetwork} SecondNetwork */

const DOWN_AFTER_MS = 1000;
const SENTINELS = 3;
const REPLICAS = 2;
/** How often the client writes, and how often it tries again while there is no master. */
const WRITE_EVERY_MS = 1;
const RETRY_EVERY_MS = 10;

/** The first is the reference that the others are compared with. */
const COLUMNS = /** @type {const} */ ([
  { title: "redis-sentinel, redis-server", sentinel: "redis", server: "redis" },
  { title: "vedette-sentinel, redis-server", sentinel: "vedette", server: "redis" },
  { title: "vedette-sentinel, vedette-server", sentinel: "vedette", server: "vedette" },
]);

const FIGURES = [
  { key: "outage", meaning: "write outage (last acknowledged write to the next), ms" },
  { key: "firstSdown", meaning: "fault to the first +sdown, ms" },
  { key: "lastSwitch", meaning: "fault to +switch-master on all sentinels, ms" },
  { key: "sdownToLastSwitch", meaning: "first +sdown to +switch-master on all sentinels, ms" },
  { key: "followed", meaning: "last +switch-master to all replicas following, link up, ms" },
  { key: "converged", meaning: "sentinels started to all knowing each other and all replicas, ms" },
  { key: "startUp", meaning: "exec of a sentinel to its first PONG, ms" },
  { key: "megabytes", meaning: "resident memory of a sentinel, MB", digits: 1 },
];

/**
 * One master, two replicas, three sentinels, all knowing each other.
 * @param {Round} round
 * @param {{ sentinel: Kind, server: Kind }} kinds
 * @param {Fault} fault
 * @param {SecondNetwork | undefined} network the master and the last sentinel live in it
 */
async function startGroup(round, kinds, fault, network) {
  const here = network && { host: network.outside };
  const there = network && { host: network.inside, enter: network.enter };
  const settings = { "repl-diskless-sync-delay": "0" };
  const master = await round.server(kinds.server, settings, there);
  const replicaof = `${master.host} ${master.port}`;
  const replicas = [];
  for (let n = 0; n < REPLICAS; n++) {
    replicas.push(await round.server(kinds.server, { ...settings, replicaof }, here));
  }
  const sentinels = [];
  const own = kinds.sentinel === "vedette" ? (fault.settings ?? []) : [];
  const startedAt = performance.now();
  for (let n = 0; n < SENTINELS; n++) {
    sentinels.push(
      await round.sentinel(
        kinds.sentinel,
        [
          `sentinel monitor mymaster ${master.host} ${master.port} 2`,
          `sentinel down-after-milliseconds mymaster ${DOWN_AFTER_MS}`,
          ...own,
        ],
        n === SENTINELS - 1 ? there : here,
      ),
    );
  }
  for (const sentinel of sentinels) await untilConverged(round, sentinel);
  const start = {
    converged: performance.now() - startedAt,
    startUp: sentinels[0]?.answeredAfterMs ?? Number.NaN,
  };
  return { master, replicas, sentinels, start };
}

/**
 * @param {Round} round
 * @param {Daemon} sentinel
 */
async function untilConverged(round, sentinel) {
  const client = round.keep(plainClient(sentinel.port, sentinel.host));
  await until("a sentinel knows all replicas and sentinels", async () => {
    const replicas = /** @type {string[][]} */ (
      await client.call("SENTINEL", "REPLICAS", "mymaster")
    );
    const others = /** @type {string[][]} */ (
      await client.call("SENTINEL", "SENTINELS", "mymaster")
    );
    const linked = replicas.filter((fields) => valueOf(fields, "master-link-status") === "ok");
    const healthy = [...replicas, ...others].every((fields) =>
      ["slave", "sentinel"].includes(valueOf(fields, "flags")),
    );
    return linked.length === REPLICAS && others.length === SENTINELS - 1 && healthy;
  });
}

/**
 * @param {readonly string[]} fields name, value, name, value
 * @param {string} name
 */
function valueOf(fields, name) {
  return fields[fields.indexOf(name) + 1] ?? "";
}

/**
 * Notes when each sentinel publishes each event.
 * @param {Round} round
 * @param {Daemon} sentinel
 */
async function listen(round, sentinel) {
  /** @type {Map<string, number>} */
  const seen = new Map();
  const client = round.keep(plainClient(sentinel.port, sentinel.host));
  client.on("message", (event, payload) => {
    const ofMaster = event !== "+sdown" || payload.startsWith("master ");
    if (ofMaster && !seen.has(event)) seen.set(event, performance.now());
  });
  await client.subscribe("+sdown", "+switch-master");
  return seen;
}

/**
 * A Sentinel-aware client that writes all the time and notes what was acknowledged.
 * @param {Round} round
 * @param {readonly Daemon[]} sentinels
 */
function startWriter(round, sentinels) {
  const redis = round.keep(
    new Redis({
      sentinels: sentinels.map(({ host, port }) => ({ host, port })),
      name: "mymaster",
      protocol: 2,
      sentinelRetryStrategy: () => RETRY_EVERY_MS,
      retryStrategy: () => RETRY_EVERY_MS,
      enableReadyCheck: false,
      enableOfflineQueue: false,
      disableClientInfo: true,
      maxRetriesPerRequest: 0,
      // What the README recommends: a master that hangs is left as soon as another is named.
      failoverDetector: true,
      disconnectTimeout: 100,
    }),
  );
  redis.on("error", () => undefined);
  redis.on("end", () => {
    if (!writer.stopped) redis.connect().catch(() => undefined);
  });
  const writer = { acknowledged: 0, lastAt: 0, gapMs: 0, stopped: false, done: Promise.resolve() };
  writer.done = (async () => {
    while (!writer.stopped) {
      try {
        await redis.set("counter", writer.acknowledged + 1);
        const now = performance.now();
        if (writer.lastAt > 0) writer.gapMs = Math.max(writer.gapMs, now - writer.lastAt);
        writer.lastAt = now;
        writer.acknowledged++;
      } catch {
        // No master now: the next write comes anyway.
      }
      await pause(WRITE_EVERY_MS);
    }
  })();
  return writer;
}

/**
 * One of the replicas is a master, and all others follow it.
 * @param {Round} round
 * @param {readonly Daemon[]} replicas
 */
async function untilFollowed(round, replicas) {
  const clients = replicas.map(({ host, port }) => round.keep(plainClient(port, host)));
  await until("the replicas follow", async () => {
    const infos = await Promise.all(clients.map((client) => client.info("replication")));
    const master = replicas[infos.findIndex((info) => info.includes("role:master"))];
    return infos.every(
      (info) =>
        info.includes("role:master") ||
        (info.includes(`master_port:${master?.port}`) && info.includes("master_link_status:up")),
    );
  });
}

/**
 * @param {{ sentinel: Kind, server: Kind }} kinds
 * @param {Fault} fault
 * @returns {Promise<Record<string, number>>}
 */
async function measure(kinds, fault) {
  const round = new Round();
  const network = fault.cut === true ? secondNetwork() : undefined;
  if (fault.cut === true && network === undefined) {
    console.error("no network namespaces (root, `ip`): both are stopped instead of cut off");
  }
  try {
    const group = await startGroup(round, kinds, fault, network);
    const { master, replicas, sentinels, start } = group;
    const all = await Promise.all(sentinels.map((sentinel) => listen(round, sentinel)));
    const writer = startWriter(round, sentinels);
    await until("the client writes", async () => writer.acknowledged > 100);
    // The phases of the daemons' own periods are not ours to choose.
    await pause(Math.random() * 1000);
    writer.gapMs = 0;
    const before = writer.acknowledged;
    const [first] = sentinels;
    const megabytes = first === undefined ? Number.NaN : residentMegabytes(first.child);
    const killedAt = performance.now();
    const taken = await fault.strike(master, sentinels, network);
    const events = all.slice(0, all.length - taken);
    await until("every sentinel has said +switch-master", async () =>
      events.every((seen) => seen.has("+switch-master")),
    );
    const switchedAt = Math.max(...events.map((seen) => seen.get("+switch-master") ?? Infinity));
    await untilFollowed(round, replicas);
    const followed = performance.now() - switchedAt;
    await until("the client writes again", async () => {
      return writer.acknowledged > before + 100 && writer.gapMs > 100;
    });
    writer.stopped = true;
    await writer.done;
    const firstSdown = Math.min(...events.map((seen) => seen.get("+sdown") ?? Infinity));
    return {
      outage: writer.gapMs,
      firstSdown: firstSdown - killedAt,
      lastSwitch: switchedAt - killedAt,
      sdownToLastSwitch: switchedAt - firstSdown,
      followed,
      ...start,
      megabytes,
    };
  } finally {
    await round.end();
    network?.remove();
  }
}

/**
 * @param {{ rounds?: number, only?: readonly number[], faults?: readonly string[], json?: boolean }}
 *   options `only`: which columns, by number; `faults`: by their names
 */
export async function benchFailover({
  rounds = 10,
  only = [0, 1, 2],
  faults = Object.keys(FAULTS),
  json = false,
}) {
  for (const name of faults) {
    const fault = FAULTS[name];
    if (fault === undefined) {
      throw new Error(`no fault is called ${name}: ${Object.keys(FAULTS).join(", ")}`);
    }
    const columns = COLUMNS.filter((_, index) => only.includes(index)).map((column) => ({
      ...column,
      rounds: /** @type {Record<string, number>[]} */ ([]),
    }));
    console.error(
      `failover: ${fault.meaning}; down-after ${DOWN_AFTER_MS} ms, ${SENTINELS} sentinels, quorum 2,` +
        ` 1 master, ${REPLICAS} replicas, a client that writes every ${WRITE_EVERY_MS} ms and` +
        ` retries every ${RETRY_EVERY_MS} ms`,
    );
    for (let n = 1; n <= rounds; n++) {
      for (const column of columns) {
        const measured = await measure(column, fault);
        column.rounds.push(measured);
        tellRound(`round ${n}, ${name}, ${column.title}`, measured);
      }
    }
    if (!json) console.log(`\n== ${fault.meaning}`);
    report(`failover-${name}`, FIGURES, columns, { json });
  }
}
