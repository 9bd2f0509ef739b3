// What HTTP costs a sentinel with many masters: how long a scrape takes, what else has to wait
// meanwhile, and the CPU time with HTTP off, on, and scraped every 5 s.
import { setTimeout as pause } from "node:timers/promises";
import { Fleet, fleetGroups, masterMembers, replicaMembers, untilWatching } from "./fleet.mjs";
import { cpuSeconds, residentMegabytes } from "./process-cost.mjs";
import { freePort, plainClient, realInfo, Round } from "./processes.mjs";
import { report, tellRound } from "./report.mjs";
import { percentile } from "./statistics.mjs";

/** @typedef {import("./processes.mjs").Daemon} Daemon */
/** @typedef {"off" | "on" | "scraped"} Column */

const COLUMNS = /** @type {const} */ (["off", "on", "scraped"]);
const MASTERS = 1000;
const DOWN_AFTER_MS = 5000;
const SETTLE_MS = 8000;
/** A whole number of INFO periods, and of scrapes. */
const WINDOW_MS = 20_000;
const SCRAPE_EVERY_MS = 5000;
const SCRAPES = 20;
const PING_EVERY_MS = 1;

const FIGURES = [
  { key: "cpuPerMinute", meaning: "CPU seconds a minute, user and system", digits: 2 },
  { key: "megabytes", meaning: "resident memory, MB", digits: 1 },
  { key: "scrapeP50Ms", meaning: "a scrape, median, ms", digits: 1 },
  { key: "scrapeMaxMs", meaning: "a scrape, the longest, ms", digits: 1 },
  { key: "scrapeCpuMs", meaning: "CPU of a scrape, ms", digits: 1 },
  { key: "kilobytes", meaning: "text of a scrape, kB", digits: 0 },
  { key: "pingP99Ms", meaning: "PING while nobody scrapes, p99, ms", digits: 2 },
  { key: "scrapedPingP99Ms", meaning: "PING while one scrape follows another, p99, ms", digits: 2 },
  { key: "scrapedPingMaxMs", meaning: "the same, the longest, ms", digits: 2 },
];

/**
 * @param {Column} column
 * @param {string} info
 */
async function measure(column, info) {
  const round = new Round();
  try {
    const port = await freePort();
    const groups = fleetGroups(MASTERS, { masters: port, replicas: port });
    const members = [...masterMembers(groups), ...replicaMembers(groups)];
    const fleet = round.keep(await Fleet.start({ port, members, info }));
    const httpPort = column === "off" ? 0 : await freePort();
    const sentinel = await round.sentinel("vedette", [
      ...groups.flatMap(({ name, master }) => [
        `sentinel monitor ${name} ${master.host} ${master.port} 1`,
        `sentinel down-after-milliseconds ${name} ${DOWN_AFTER_MS}`,
      ]),
      ...(httpPort === 0 ? [] : [`vedette http-port ${httpPort}`, "vedette http-rate-limit 0"]),
    ]);
    await untilWatching(round.keep(plainClient(sentinel.port)), fleet, MASTERS);
    await pause(SETTLE_MS);
    const cpuPerMinute = await windowCpu(sentinel, column === "scraped" ? httpPort : 0);
    const megabytes = residentMegabytes(sentinel.child);
    if (column !== "scraped") return { cpuPerMinute, megabytes };
    return { cpuPerMinute, megabytes, ...(await scrapes(round, sentinel, httpPort)) };
  } finally {
    await round.end();
  }
}

/**
 * @param {Daemon} sentinel
 * @param {number} httpPort 0: nobody scrapes
 */
async function windowCpu(sentinel, httpPort) {
  const before = cpuSeconds(sentinel.child);
  const beganAt = performance.now();
  for (let at = 0; at < WINDOW_MS; at += SCRAPE_EVERY_MS) {
    if (httpPort !== 0) await scrape(httpPort);
    await pause(beganAt + at + SCRAPE_EVERY_MS - performance.now());
  }
  return ((cpuSeconds(sentinel.child) - before) * 60_000) / (performance.now() - beganAt);
}

/** @param {number} httpPort */
async function scrape(httpPort) {
  const beganAt = performance.now();
  const answer = await fetch(`http://127.0.0.1:${httpPort}/metrics`);
  const text = await answer.arrayBuffer();
  return { ms: performance.now() - beganAt, bytes: text.byteLength };
}

/**
 * @param {Round} round
 * @param {Daemon} sentinel
 * @param {number} httpPort
 */
async function scrapes(round, sentinel, httpPort) {
  const client = round.keep(plainClient(sentinel.port));
  const calm = await pingsDuring(client, () => pause(2000));
  /** @type {{ ms: number, bytes: number }[]} */
  const all = [];
  const cpuBefore = cpuSeconds(sentinel.child);
  const beganAt = performance.now();
  const busy = await pingsDuring(client, async () => {
    for (let n = 0; n < SCRAPES; n++) all.push(await scrape(httpPort));
  });
  const cpuMs = (cpuSeconds(sentinel.child) - cpuBefore) * 1000;
  const elapsedMs = performance.now() - beganAt;
  const times = all.map(({ ms }) => ms);
  return {
    scrapeP50Ms: percentile(times, 0.5),
    scrapeMaxMs: Math.max(...times),
    // Nearly all of that time it is collecting.
    scrapeCpuMs: Math.min(cpuMs, elapsedMs) / SCRAPES,
    kilobytes: (all[0]?.bytes ?? 0) / 1000,
    pingP99Ms: percentile(calm, 0.99),
    scrapedPingP99Ms: percentile(busy, 0.99),
    scrapedPingMaxMs: Math.max(...busy),
  };
}

/**
 * @param {import("ioredis").Redis} client
 * @param {() => Promise<unknown>} work
 */
async function pingsDuring(client, work) {
  /** @type {number[]} */
  const latencies = [];
  const over = new AbortController();
  const pinging = (async () => {
    while (!over.signal.aborted) {
      const askedAt = performance.now();
      await client.ping();
      latencies.push(performance.now() - askedAt);
      await pause(PING_EVERY_MS);
    }
  })();
  await work();
  over.abort();
  await pinging;
  return latencies;
}

/** @param {{ rounds?: number, json?: boolean }} options */
export async function benchHttp({ rounds = 3, json = false }) {
  const info = await realInfo();
  const columns = COLUMNS.map((column) => ({ column, title: `HTTP ${column}`, rounds: numbers() }));
  for (let n = 1; n <= rounds; n++) {
    for (const each of columns) {
      const measured = await measure(each.column, info);
      each.rounds.push(measured);
      tellRound(`round ${n}, ${each.title}, ${MASTERS} masters`, measured);
    }
  }
  report("http", FIGURES, columns, { json });
}

/** @returns {Record<string, number>[]} */
function numbers() {
  return [];
}
