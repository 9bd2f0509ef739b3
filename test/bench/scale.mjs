// One sentinel with many masters, each with one replica: what it costs, how soon it knows them all,
// and how quickly it answers meanwhile. Then many masters that die at the same moment.
import { setTimeout as pause } from "node:timers/promises";
import { Fleet, fleetGroups, masterMembers, replicaMembers, untilWatching } from "./fleet.mjs";
import { massKill } from "./mass-kill.mjs";
import { freePort, plainClient, realInfo, Round } from "./processes.mjs";
import { cpuSeconds, residentMegabytes } from "./process-cost.mjs";
import { report, tellRound } from "./report.mjs";
import { percentile } from "./statistics.mjs";

/** @typedef {import("./processes.mjs").Kind} Kind */
/** @typedef {import("./processes.mjs").Daemon} Daemon */

const SIZES = [10, 100, 1000, 3000];
const DOWN_AFTER_MS = 5000;
/** Until it counts as steady: first hellos are exchanged, code is compiled. */
const SETTLE_MS = 8000;
/** A whole number of INFO periods. */
const WINDOW_MS = 20_000;
const QUERIES = 1000;
const QUERY_EVERY_MS = 4;
const KINDS = /** @type {const} */ (["redis", "vedette"]);

const FIGURES = [
  { key: "convergedMs", meaning: "start to all masters and replicas known and connected, ms" },
  { key: "cpuPerMinute", meaning: "CPU seconds a minute, user and system", digits: 2 },
  { key: "cpuPerMaster", meaning: "CPU milliseconds a minute for each master", digits: 2 },
  { key: "megabytes", meaning: "resident memory, MB", digits: 1 },
  { key: "queryP50Ms", meaning: "GET-MASTER-ADDR-BY-NAME meanwhile, median, ms", digits: 2 },
  { key: "queryP99Ms", meaning: "GET-MASTER-ADDR-BY-NAME meanwhile, p99, ms", digits: 2 },
];

/**
 * @param {Kind} kind
 * @param {number} count of masters
 * @param {string} info
 */
async function measure(kind, count, info) {
  const round = new Round();
  try {
    const port = await freePort();
    const groups = fleetGroups(count, { masters: port, replicas: port });
    const members = [...masterMembers(groups), ...replicaMembers(groups)];
    const fleet = round.keep(await Fleet.start({ port, members, info }));
    const startedAt = performance.now();
    const sentinel = await round.sentinel(
      kind,
      groups.flatMap(({ name, master }) => [
        `sentinel monitor ${name} ${master.host} ${master.port} 1`,
        `sentinel down-after-milliseconds ${name} ${DOWN_AFTER_MS}`,
      ]),
    );
    await untilWatching(round.keep(plainClient(sentinel.port)), fleet, count);
    const convergedMs = performance.now() - startedAt;
    await pause(SETTLE_MS);
    const cpuBefore = cpuSeconds(sentinel.child);
    const beganAt = performance.now();
    await pause(WINDOW_MS);
    const cpu = cpuSeconds(sentinel.child) - cpuBefore;
    const cpuPerMinute = (cpu * 60_000) / (performance.now() - beganAt);
    const megabytes = residentMegabytes(sentinel.child);
    const latencies = await query(round, sentinel, count);
    return {
      convergedMs,
      cpuPerMinute,
      cpuPerMaster: (cpuPerMinute * 1000) / count,
      megabytes,
      queryP50Ms: percentile(latencies, 0.5),
      queryP99Ms: percentile(latencies, 0.99),
    };
  } finally {
    await round.end();
  }
}

/**
 * @param {Round} round
 * @param {Daemon} sentinel
 * @param {number} count
 */
async function query(round, sentinel, count) {
  const client = round.keep(plainClient(sentinel.port));
  await client.ping();
  /** @type {number[]} */
  const latencies = [];
  for (let n = 0; n < QUERIES; n++) {
    const name = `master-${Math.floor(Math.random() * count)}`;
    const askedAt = performance.now();
    await client.call("SENTINEL", "GET-MASTER-ADDR-BY-NAME", name);
    latencies.push(performance.now() - askedAt);
    await pause(QUERY_EVERY_MS);
  }
  return latencies;
}

/**
 * @param {{ rounds?: number, sizes?: readonly number[], json?: boolean }} options
 *   `sizes`: numbers of masters; 0 stands for the masters that die together
 */
export async function benchScale({ rounds = 10, sizes = [...SIZES, 0], json = false }) {
  const info = await realInfo();
  const settings = sizes.filter((size) => size > 0);
  const columns = settings.map((count) =>
    KINDS.map((kind) => ({ kind, count, title: `${kind}-sentinel`, rounds: numbers() })),
  );
  const kills = KINDS.map((kind) => ({ kind, title: `${kind}-sentinel`, rounds: numbers() }));
  for (let n = 1; n <= rounds; n++) {
    for (const column of columns.flat()) {
      const measured = await measure(column.kind, column.count, info);
      column.rounds.push(measured);
      tellRound(`round ${n}, ${column.title}, ${column.count} masters`, measured);
    }
    if (!sizes.includes(0)) continue;
    for (const column of kills) {
      const measured = await massKill(column.kind, info);
      column.rounds.push(measured);
      tellRound(`round ${n}, ${column.title}, masters die together`, measured);
    }
  }
  for (const [index, pair] of columns.entries()) {
    if (!json) console.log(`\n== ${settings[index]} masters with one replica each`);
    report(`scale-${settings[index]}`, FIGURES, pair, { json });
  }
  if (sizes.includes(0)) report("mass-kill", MASS_KILL_FIGURES, kills, { json });
}

const MASS_KILL_FIGURES = [
  {
    key: "firstSwitch",
    meaning: "100 of 100 masters killed at once, to the first +switch-master, ms",
  },
  { key: "lastSwitch", meaning: "to the last +switch-master on the last of three sentinels, ms" },
  { key: "elections", meaning: "elections that were begun (+try-failover), all sentinels" },
];

/** @returns {Record<string, number>[]} */
function numbers() {
  return [];
}
