// Throughput of vedette-server beside redis-server, by redis-benchmark, runs interleaved.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { PROGRAMS, plainClient, Round } from "./processes.mjs";
import { median, table } from "./statistics.mjs";

const execute = promisify(execFile);

/** What redis-benchmark calls the tests; it reports them in capitals. */
const READS_AND_WRITES = ["ping_mbulk", "set", "get"];
const WRITES_OF_EACH_TYPE = ["lpush", "rpush", "lpop", "sadd", "hset", "zadd"];
/** Long enough (1 to 2 s on a quiet machine) that the compiler's warming up does not decide. */
const LOADS = [
  { title: "unpipelined", tests: READS_AND_WRITES, args: ["-n", "150000"] },
  {
    title: "pipelined by 16",
    tests: READS_AND_WRITES,
    args: ["-n", "1500000", "-P", "16"],
  },
  {
    title: "pipelined by 16",
    tests: WRITES_OF_EACH_TYPE,
    args: ["-n", "600000", "-P", "16"],
  },
];

/**
 * Every run begins with an empty server, so that the rounds are alike.
 * @param {number} port
 * @param {(typeof LOADS)[number]} load
 * @returns {Promise<Map<string, number>>} requests per second by test
 */
async function run(port, load) {
  const [file = "", ...first] = PROGRAMS.benchmark();
  const tests = load.tests.join(",");
  const args = [...first, "-p", String(port), "-t", tests, "-r", "100000", ...load.args, "--csv"];
  const client = plainClient(port);
  await client.flushall();
  client.disconnect();
  const { stdout } = await execute(file, args);
  const lines = stdout.split("\n").map((line) => line.replaceAll('"', "").split(","));
  return new Map(
    lines
      .map(
        ([name = "", perSecond]) =>
          /** @type {const} */ ([name.split(" ")[0] ?? "", Number(perSecond)]),
      )
      .filter(([name]) => load.tests.includes(name.toLowerCase())),
  );
}

/** @param {{ rounds?: number }} options */
export async function benchServer({ rounds = 5 }) {
  const round = new Round();
  /** @type {{ title: string, port: number, rates: Map<string, number[]> }[]} */
  const servers = [];
  try {
    for (const kind of /** @type {const} */ (["redis", "vedette"])) {
      const { port } = await round.server(kind, {});
      servers.push({ title: `${kind}-server`, port, rates: new Map() });
    }
    for (let n = 1; n <= rounds; n++) {
      for (const load of LOADS) {
        for (const server of servers) {
          const rates = await run(server.port, load);
          for (const test of load.tests) {
            const name = test.toUpperCase();
            const key = `${name}, ${load.title}`;
            const known = server.rates.get(key) ?? [];
            server.rates.set(key, [...known, rates.get(name) ?? Number.NaN]);
          }
          const figures = [...rates].map(([name, perSecond]) => `${name} ${perSecond}`);
          console.log(`round ${n}, ${server.title}, ${load.title}: ${figures.join(", ")}`);
        }
      }
    }
  } finally {
    await round.end();
  }
  report(servers);
}

/** @param {readonly { title: string, rates: ReadonlyMap<string, readonly number[]> }[]} servers */
function report(servers) {
  const [reference, own] = servers;
  if (reference === undefined || own === undefined) throw new Error("two servers are compared");
  const rows = [...reference.rates].map(([key, theirs]) => {
    const ours = own.rates.get(key) ?? [];
    return [
      key,
      rate(theirs),
      rate(ours),
      (median(ours) / median(theirs)).toFixed(2),
      `${(Math.min(...ours) / 1000).toFixed(0)}–${(Math.max(...ours) / 1000).toFixed(0)}`,
    ];
  });
  console.log("\nthousand requests a second, 50 connections, 3-byte values, medians");
  console.log(table([["", reference.title, own.title, "ratio", "our spread"], ...rows]));
}

/** @param {readonly number[]} values */
function rate(values) {
  return (median(values) / 1000).toFixed(1);
}
