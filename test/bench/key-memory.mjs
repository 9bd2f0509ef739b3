// Memory per small key: a million different keys written to vedette-server and to redis-server.
import { execFile } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { residentMegabytes } from "./process-cost.mjs";
import { PROGRAMS, plainClient, Round } from "./processes.mjs";
import { median, table } from "./statistics.mjs";

const execute = promisify(execFile);

const KEYS = 1_000_000;
/** Random keys out of so many: hardly one comes twice. */
const KEY_SPACE = 1_000_000_000;
/** Garbage of the writing is collected meanwhile. */
const SETTLE_MS = 2000;
const KINDS = /** @type {const} */ (["redis", "vedette"]);

/**
 * @param {"redis" | "vedette"} kind
 * @returns {Promise<number>} bytes of memory that one key costs
 */
async function bytesPerKey(kind) {
  const round = new Round();
  try {
    const { port, child } = await round.server(kind, {});
    const client = round.keep(plainClient(port));
    const before = residentMegabytes(child);
    const [file = "", ...first] = PROGRAMS.benchmark();
    const load = ["-t", "set", "-n", String(KEYS), "-r", String(KEY_SPACE), "-P", "16", "-q"];
    await execute(file, [...first, "-p", String(port), ...load]);
    await pause(SETTLE_MS);
    const keys = await client.dbsize();
    return ((residentMegabytes(child) - before) * 1024 * 1024) / keys;
  } finally {
    await round.end();
  }
}

/** @param {{ rounds?: number }} options */
export async function benchKeyMemory({ rounds = 3 }) {
  /** @type {Map<string, number[]>} */
  const seen = new Map();
  for (let n = 1; n <= rounds; n++) {
    for (const kind of KINDS) {
      const bytes = await bytesPerKey(kind);
      seen.set(kind, [...(seen.get(kind) ?? []), bytes]);
      console.log(`round ${n}, ${kind}-server: ${bytes.toFixed(0)} bytes a key`);
    }
  }
  const [theirs = Number.NaN, ours = Number.NaN] = KINDS.map((kind) =>
    median(seen.get(kind) ?? []),
  );
  console.log("\nresident memory per key of 16 bytes with a value of 3, medians");
  const row = ["bytes a key", theirs.toFixed(0), ours.toFixed(0), (ours / theirs).toFixed(2)];
  console.log(table([["", "redis-server", "vedette-server", "ratio"], row]));
}
