// Throughput of vedette-server beside redis-server, by redis-benchmark, runs interleaved.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { PROGRAMS, Round } from "./processes.mjs";
import { median, table } from "./statistics.mjs";

const execute = promisify(execFile);

/** What redis-benchmark calls the tests, as asked for and as it reports them. */
const TESTS = /** @type {const} */ ([
  ["ping_mbulk", "PING_MBULK"],
  ["set", "SET"],
  ["get", "GET"],
]);
const LOADS = [
  { title: "unpipelined", args: ["-n", "60000"] },
  { title: "pipelined by 16", args: ["-n", "1000000", "-P", "16"] },
];

/**
 * @param {number} port
 * @param {readonly string[]} load
 * @returns {Promise<Map<string, number>>} requests per second by test
 */
async function run(port, load) {
  const [file = "", ...first] = PROGRAMS.benchmark();
  const tests = TESTS.map(([name]) => name).join(",");
  const args = [...first, "-p", String(port), "-t", tests, "-r", "100000", ...load, "--csv"];
  const { stdout } = await execute(file, args);
  const lines = stdout.split("\n").map((line) => line.replaceAll('"', "").split(","));
  return new Map(
    lines.map(([name = "", perSecond]) => [name.split(" ")[0] ?? "", Number(perSecond)]),
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
          const rates = await run(server.port, load.args);
          for (const [, name] of TESTS) {
            const key = `${name}, ${load.title}`;
            const known = server.rates.get(key) ?? [];
            server.rates.set(key, [...known, rates.get(name) ?? Number.NaN]);
          }
          const figures = TESTS.map(([, name]) => `${name} ${rates.get(name)}`);
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
