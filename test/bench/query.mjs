// How quickly a sentinel answers its clients, vedette-sentinel beside redis-sentinel.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { Fleet, fleetGroups, masterMembers, replicaMembers, untilWatching } from "./fleet.mjs";
import { freePort, plainClient, PROGRAMS, realInfo, Round } from "./processes.mjs";
import { report, tellRound } from "./report.mjs";
import { percentile } from "./statistics.mjs";

/** @typedef {import("./processes.mjs").Kind} Kind */

const execute = promisify(execFile);

const MASTERS = 1000;
const MASTERS_ASKED = 50;
const NAME = "master-0";

/** As redis-benchmark takes them. */
const LOADS = [
  { key: "perSecond", latency: "p99Ms", args: ["-n", "60000"] },
  { key: "pipelinedPerSecond", latency: "pipelinedP99Ms", args: ["-n", "600000", "-P", "16"] },
];

const FIGURES = [
  { key: "perSecond", meaning: "GET-MASTER-ADDR-BY-NAME a second, 50 connections" },
  { key: "p99Ms", meaning: "its p99, ms", digits: 2 },
  { key: "pipelinedPerSecond", meaning: "the same, pipelined by 16" },
  { key: "pipelinedP99Ms", meaning: "its p99, ms", digits: 2 },
  { key: "mastersMs", meaning: `SENTINEL MASTERS with ${MASTERS} masters, median, ms`, digits: 1 },
  { key: "mastersP99Ms", meaning: "its p99, ms", digits: 1 },
];

/**
 * @param {Kind} kind
 * @param {string} info
 */
async function measure(kind, info) {
  const few = await measureAddresses(kind, info);
  return { ...few, ...(await measureMasters(kind, info)) };
}

/**
 * A sentinel with `count` masters, all of them known.
 * @param {Round} round
 * @param {Kind} kind
 * @param {number} count
 * @param {string} info
 */
async function startWatching(round, kind, count, info) {
  const port = await freePort();
  const groups = fleetGroups(count, { masters: port, replicas: port });
  const members = [...masterMembers(groups), ...replicaMembers(groups)];
  const fleet = round.keep(await Fleet.start({ port, members, info }));
  const sentinel = await round.sentinel(
    kind,
    groups.map(({ name, master }) => `sentinel monitor ${name} ${master.host} ${master.port} 1`),
  );
  const client = round.keep(plainClient(sentinel.port));
  await untilWatching(client, fleet, count);
  return { sentinel, client };
}

/**
 * @param {Kind} kind
 * @param {string} info
 */
async function measureAddresses(kind, info) {
  const round = new Round();
  try {
    const { sentinel } = await startWatching(round, kind, 1, info);
    /** @type {Record<string, number>} */
    const measured = {};
    for (const { key, latency, args } of LOADS) {
      const { rate, p99 } = await runBenchmark(sentinel.port, args);
      measured[key] = rate;
      measured[latency] = p99;
    }
    return measured;
  } finally {
    await round.end();
  }
}

/**
 * @param {number} port
 * @param {readonly string[]} load
 */
async function runBenchmark(port, load) {
  const [file = "", ...first] = PROGRAMS.benchmark();
  const query = ["SENTINEL", "GET-MASTER-ADDR-BY-NAME", NAME];
  const args = [...first, "-p", String(port), ...load, "--csv", ...query];
  const { stdout } = await execute(file, args);
  const lines = stdout.trim().split("\n");
  const fields = (lines.at(-1) ?? "").split('","').map((field) => field.replaceAll('"', ""));
  // "test","rps","avg_latency_ms","min_latency_ms","p50_latency_ms","p95_latency_ms","p99_latency_ms","max_latency_ms"
  return { rate: Number(fields[1]), p99: Number(fields[6]) };
}

/**
 * @param {Kind} kind
 * @param {string} info
 */
async function measureMasters(kind, info) {
  const round = new Round();
  try {
    const { client } = await startWatching(round, kind, MASTERS, info);
    /** @type {number[]} */
    const latencies = [];
    for (let n = 0; n < MASTERS_ASKED; n++) {
      const askedAt = performance.now();
      await client.call("SENTINEL", "MASTERS");
      latencies.push(performance.now() - askedAt);
    }
    return { mastersMs: percentile(latencies, 0.5), mastersP99Ms: percentile(latencies, 0.99) };
  } finally {
    await round.end();
  }
}

/** @param {{ rounds?: number, json?: boolean }} options */
export async function benchQuery({ rounds = 5, json = false }) {
  const info = await realInfo();
  const columns = /** @type {const} */ (["redis", "vedette"]).map((kind) => ({
    kind,
    title: `${kind}-sentinel`,
    rounds: /** @type {Record<string, number>[]} */ ([]),
  }));
  for (let n = 1; n <= rounds; n++) {
    for (const column of columns) {
      const measured = await measure(column.kind, info);
      column.rounds.push(measured);
      tellRound(`round ${n}, ${column.title}`, measured);
    }
  }
  report("query", FIGURES, columns, { json });
}
