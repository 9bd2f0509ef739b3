// A full synchronisation of a million small keys to a redis-server while clients write: how long it
// takes, how long the master makes a PING wait meanwhile, and what a small key costs in memory.
import { connect } from "node:net";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { follow, infoOf } from "./following.mjs";
import { plainClient, Round } from "./processes.mjs";
import { median, percentile, table } from "./statistics.mjs";

const KEYS = 1_000_000;
/** Written by one pipeline every few ms: some thousand writes a second. */
const WRITES_AT_ONCE = 20;
const WRITE_EVERY_MS = 4;
const KINDS = /** @type {const} */ (["redis", "vedette"]);

/** @param {{ rounds?: number }} options */
export async function benchFullSync({ rounds = 5 }) {
  /** @type {Map<string, { ms: number[], pings: number[], bytes: number[] }>} */
  const seen = new Map(KINDS.map((kind) => [kind, { ms: [], pings: [], bytes: [] }]));
  for (let n = 1; n <= rounds; n++) {
    for (const kind of KINDS) {
      const { ms, pings, bytesPerKey } = await oneSync(kind);
      const all = seen.get(kind);
      all?.ms.push(ms);
      all?.pings.push(percentile(pings, 0.99));
      all?.bytes.push(bytesPerKey);
      console.log(
        `round ${n}, ${kind}-server: ${ms.toFixed(0)} ms, PING p99 ${percentile(pings, 0.99).toFixed(1)} ms, longest ${Math.max(...pings).toFixed(1)} ms, ${bytesPerKey.toFixed(0)} bytes a key`,
      );
    }
  }
  const rows = [...seen].map(([kind, { ms, pings, bytes }]) => [
    `${kind}-server`,
    median(ms).toFixed(0),
    median(pings).toFixed(1),
    median(bytes).toFixed(0),
  ]);
  console.log("\na million small keys to a redis-server under writes, medians");
  console.log(table([["", "sync ms", "PING p99 ms", "RSS bytes a key"], ...rows]));
}

/** @param {"redis" | "vedette"} kind */
async function oneSync(kind) {
  const round = new Round();
  try {
    const settings = { "repl-diskless-sync-delay": "0", "enable-debug-command": "yes" };
    const master = await round.server(kind, settings);
    const replica = await round.server("redis", {});
    const client = round.keep(plainClient(master.port));
    const before = await residentBytes(client);
    await client.call("DEBUG", "POPULATE", String(KEYS), "key", "3");
    const bytesPerKey = ((await residentBytes(client)) - before) / KEYS;
    const load = new Load(master.port);
    await load.begin();
    const ms = await follow(replica, master);
    const pings = await load.end();
    return { ms, pings, bytesPerKey };
  } finally {
    await round.end();
  }
}

/** @param {import("ioredis").Redis} client */
async function residentBytes(client) {
  return Number((await infoOf(client)).get("used_memory_rss"));
}

/** Clients of the master during the transfer: one writes, one measures PING after PING. */
class Load {
  #port;
  #going = true;
  /** @type {number[]} */
  #pings = [];
  /** @type {Promise<unknown>[]} */
  #work = [];

  /** @param {number} port */
  constructor(port) {
    this.#port = port;
  }

  async begin() {
    const [writer, pinger] = [this.#connect(), this.#connect()];
    await Promise.all([once(writer, "connect"), once(pinger, "connect")]);
    this.#work = [this.#write(writer), this.#ping(pinger)];
  }

  /** @returns {Promise<readonly number[]>} ms that each PING took */
  async end() {
    this.#going = false;
    await Promise.all(this.#work);
    return this.#pings;
  }

  #connect() {
    return connect({ host: "127.0.0.1", port: this.#port, noDelay: true });
  }

  /** @param {import("node:net").Socket} socket */
  async #write(socket) {
    socket.resume();
    for (let n = 0; this.#going; n += WRITES_AT_ONCE) {
      let text = "";
      for (let at = n; at < n + WRITES_AT_ONCE; at++) {
        text += `SET key:${(at * 7919) % KEYS} ${at}\r\n`;
      }
      socket.write(text);
      await pause(WRITE_EVERY_MS);
    }
    socket.destroy();
  }

  /** @param {import("node:net").Socket} socket */
  async #ping(socket) {
    while (this.#going) {
      const from = performance.now();
      socket.write("PING\r\n");
      await once(socket, "data");
      this.#pings.push(performance.now() - from);
      await pause(1);
    }
    socket.destroy();
  }
}
