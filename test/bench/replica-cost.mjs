// What one attached replica costs its master: SET with and without, vedette-server beside redis-server.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { follow } from "./following.mjs";
import { PROGRAMS, Round } from "./processes.mjs";
import { median, table } from "./statistics.mjs";

const execute = promisify(execFile);

const LOADS = [
  { title: "SET, unpipelined", args: ["-n", "60000"] },
  { title: "SET, pipelined by 16", args: ["-n", "600000", "-P", "16"] },
];
const KINDS = /** @type {const} */ (["redis", "vedette"]);

/**
 * @param {number} port
 * @param {readonly string[]} load
 * @returns {Promise<number>} requests per second
 */
async function setRate(port, load) {
  const [file = "", ...first] = PROGRAMS.benchmark();
  const args = [...first, "-p", String(port), "-t", "set", "-r", "100000", ...load, "--csv"];
  const { stdout } = await execute(file, args);
  const row = stdout.split("\n").find((line) => line.startsWith('"SET"')) ?? "";
  return Number(row.replaceAll('"', "").split(",")[1]);
}

/** @param {{ rounds?: number }} options */
export async function benchReplicaCost({ rounds = 5 }) {
  const round = new Round();
  /** @type {Map<string, number[]>} */
  const rates = new Map();
  try {
    /** @type {{ kind: string, name: string, port: number }[]} */
    const masters = [];
    for (const kind of KINDS) {
      const alone = await round.server(kind, {});
      const followed = await round.server(kind, { "repl-diskless-sync-delay": "0" });
      // Both are followed by the same program, so that the masters alone differ.
      await follow(await round.server("redis", {}), followed);
      masters.push({ kind, name: "alone", port: alone.port });
      masters.push({ kind, name: "followed", port: followed.port });
    }
    for (let n = 1; n <= rounds; n++) {
      for (const { title, args } of LOADS) {
        for (const { kind, name, port } of masters) {
          const rate = await setRate(port, args);
          const key = `${title} ${kind} ${name}`;
          rates.set(key, [...(rates.get(key) ?? []), rate]);
          console.log(`round ${n}, ${kind}-server, ${name}, ${title}: ${rate}`);
        }
      }
    }
  } finally {
    await round.end();
  }
  console.log("\nthousand SETs a second, alone and with a redis-server as replica, medians");
  console.log(table([["", "server", "alone", "followed", "cost"], ...rowsOf(rates)]));
}

/** @param {ReadonlyMap<string, readonly number[]>} rates */
function rowsOf(rates) {
  return LOADS.flatMap(({ title }) =>
    KINDS.map((kind) => {
      const alone = median(rates.get(`${title} ${kind} alone`) ?? []);
      const followed = median(rates.get(`${title} ${kind} followed`) ?? []);
      const cost = `${((1 - followed / alone) * 100).toFixed(0)} %`;
      return [title, kind, (alone / 1000).toFixed(1), (followed / 1000).toFixed(1), cost];
    }),
  );
}
