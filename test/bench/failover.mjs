// How long writes are out when the master is killed, and how long until every sentinel says so:
// redis-sentinel and vedette-sentinel side by side, rounds interleaved, fresh processes each round.
import { setTimeout as pause } from "node:timers/promises";
import { Redis } from "ioredis";
import { plainClient, Round, until } from "./processes.mjs";
import { median, percentile, table } from "./statistics.mjs";

/** @typedef {import("./processes.mjs").Kind} Kind */
/** @typedef {import("./processes.mjs").Daemon} Daemon */

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

/** All in milliseconds; from the kill, unless said otherwise. */
const FIGURES = /** @type {const} */ ([
  ["outage", "write outage (last acknowledged write to the next)"],
  ["firstSdown", "kill to the first +sdown"],
  ["lastSwitch", "kill to +switch-master on all sentinels"],
  ["sdownToLastSwitch", "first +sdown to +switch-master on all sentinels"],
]);

/** @typedef {Record<(typeof FIGURES)[number][0], number>} Measured */

/**
 * One master, two replicas, three sentinels, all knowing each other.
 * @param {Round} round
 * @param {{ sentinel: Kind, server: Kind }} kinds
 */
async function startGroup(round, kinds) {
  const settings = { "repl-diskless-sync-delay": "0" };
  const master = await round.server(kinds.server, settings);
  const replicaof = `127.0.0.1 ${master.port}`;
  for (let n = 0; n < REPLICAS; n++) await round.server(kinds.server, { ...settings, replicaof });
  const sentinels = [];
  for (let n = 0; n < SENTINELS; n++) {
    sentinels.push(
      await round.sentinel(kinds.sentinel, [
        `sentinel monitor mymaster 127.0.0.1 ${master.port} 2`,
        `sentinel down-after-milliseconds mymaster ${DOWN_AFTER_MS}`,
      ]),
    );
  }
  for (const sentinel of sentinels) await untilConverged(round, sentinel);
  return { master, sentinels };
}

/**
 * @param {Round} round
 * @param {Daemon} sentinel
 */
async function untilConverged(round, sentinel) {
  const client = round.keep(plainClient(sentinel.port));
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
  const client = round.keep(plainClient(sentinel.port));
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
      sentinels: sentinels.map(({ port }) => ({ host: "127.0.0.1", port })),
      name: "mymaster",
      protocol: 2,
      sentinelRetryStrategy: () => RETRY_EVERY_MS,
      retryStrategy: () => RETRY_EVERY_MS,
      enableReadyCheck: false,
      enableOfflineQueue: false,
      disableClientInfo: true,
      maxRetriesPerRequest: 0,
    }),
  );
  redis.on("error", () => undefined);
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
 * @param {{ sentinel: Kind, server: Kind }} kinds
 * @returns {Promise<Measured>}
 */
async function measure(kinds) {
  const round = new Round();
  try {
    const { master, sentinels } = await startGroup(round, kinds);
    const events = await Promise.all(sentinels.map((sentinel) => listen(round, sentinel)));
    const writer = startWriter(round, sentinels);
    await until("the client writes", async () => writer.acknowledged > 100);
    // The phases of the daemons' own periods are not ours to choose.
    await pause(Math.random() * 1000);
    writer.gapMs = 0;
    const before = writer.acknowledged;
    const killedAt = performance.now();
    master.child.kill("SIGKILL");
    await until("every sentinel has said +switch-master", async () =>
      events.every((seen) => seen.has("+switch-master")),
    );
    await until("the client writes again", async () => {
      return writer.acknowledged > before + 100 && writer.gapMs > 100;
    });
    writer.stopped = true;
    await writer.done;
    const firstSdown = Math.min(...events.map((seen) => seen.get("+sdown") ?? Infinity));
    const lastSwitch = Math.max(...events.map((seen) => seen.get("+switch-master") ?? Infinity));
    return {
      outage: writer.gapMs,
      firstSdown: firstSdown - killedAt,
      lastSwitch: lastSwitch - killedAt,
      sdownToLastSwitch: lastSwitch - firstSdown,
    };
  } finally {
    await round.end();
  }
}

/** @param {readonly { title: string, rounds: readonly Measured[] }[]} columns */
function report(columns) {
  const [reference] = columns;
  for (const [figure, meaning] of FIGURES) {
    const rows = columns.map(({ title, rounds }) => {
      const values = rounds.map((measured) => measured[figure]);
      const compared = (reference?.rounds ?? []).map((measured) => measured[figure]);
      return [
        title,
        ms(median(values)),
        ms(percentile(values, 0.95)),
        `${ms(Math.min(...values))}–${ms(Math.max(...values))}`,
        (median(values) / median(compared)).toFixed(2),
        String(values.length),
      ];
    });
    console.log(`\n${meaning}, ms`);
    console.log(table([["", "median", "p95", "spread", "ratio", "rounds"], ...rows]));
  }
}

/** @param {number} value */
function ms(value) {
  return value.toFixed(0);
}

/**
 * @param {{ rounds?: number, only?: readonly number[] }} options `only`: which columns, by number
 */
export async function benchFailover({ rounds = 10, only = [0, 1, 2] }) {
  const columns = COLUMNS.filter((_, index) => only.includes(index)).map((column) => ({
    ...column,
    rounds: /** @type {Measured[]} */ ([]),
  }));
  console.log(
    `failover: down-after ${DOWN_AFTER_MS} ms, ${SENTINELS} sentinels, quorum 2, 1 master,` +
      ` ${REPLICAS} replicas, SIGKILL of the master under a client that writes every` +
      ` ${WRITE_EVERY_MS} ms and retries every ${RETRY_EVERY_MS} ms`,
  );
  for (let n = 1; n <= rounds; n++) {
    for (const column of columns) {
      const measured = await measure(column);
      column.rounds.push(measured);
      const figures = Object.entries(measured).map(([figure, value]) => `${figure} ${ms(value)}`);
      console.log(`round ${n}, ${column.title}: ${figures.join(", ")}`);
    }
  }
  report(columns);
}
