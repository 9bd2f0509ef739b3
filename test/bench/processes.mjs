// Starts and ends the real processes of a benchmark. Plain JavaScript, as all of test/bench/: it is
// run by Node itself, without a test runner in the same process.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Redis } from "ioredis";

/** @typedef {"redis" | "vedette"} Kind */

/**
 * A running process that listens on a port of loopback.
 * @typedef {object} Daemon
 * @property {string} name
 * @property {string} host
 * @property {number} port
 * @property {import("node:child_process").ChildProcess} child
 * @property {Promise<unknown>} exited
 * @property {number} answeredAfterMs from exec to the first PONG
 */

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/**
 * @param {string} name of a real program
 * @param {string | undefined} named a file that stands for it
 */
function realProgram(name, named) {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const file =
    named ?? folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
  if (file === undefined) throw new Error(`${name} is not installed; a benchmark needs it`);
  return [file];
}

/** @param {string} name */
function ownProgram(name) {
  const file = join(root, "dist", "cli", `${name}.js`);
  if (!existsSync(file)) throw new Error(`${file} is missing: run npm run build`);
  return [process.execPath, file];
}

/** The words that start each program. */
export const PROGRAMS = {
  /** @param {Kind} kind */
  server: (kind) =>
    kind === "redis"
      ? realProgram("redis-server", process.env["REDIS_SERVER"])
      : ownProgram("vedette-server"),
  /** @param {Kind} kind */
  sentinel: (kind) =>
    kind === "redis"
      ? realProgram("redis-sentinel", process.env["REDIS_SENTINEL"])
      : ownProgram("vedette-sentinel"),
  benchmark: () => realProgram("redis-benchmark", process.env["REDIS_BENCHMARK"]),
};

/** A port below the range for outgoing connections that nobody listens on. */
export async function freePort() {
  for (;;) {
    const port = 11_000 + Math.floor(Math.random() * 20_000);
    const server = createServer();
    try {
      server.listen(port, "127.0.0.1");
      await once(server, "listening");
      return port;
    } catch {
      // In use: another one.
    } finally {
      server.close();
    }
  }
}

/**
 * Waits until `holds` is true.
 * @param {string} name of the condition
 * @param {() => Promise<boolean>} holds an error counts as 'not yet'
 * @param {number} withinMs
 */
export async function until(name, holds, withinMs = 30_000) {
  const deadline = performance.now() + withinMs;
  let last = "";
  for (;;) {
    try {
      if (await holds()) return;
    } catch (error) {
      last = String(error);
    }
    if (performance.now() > deadline) {
      throw new Error(`${name}: not within ${withinMs} ms ${last}`);
    }
    await pause(20);
  }
}

/** @typedef {import("./cut.mjs").SecondNetwork} SecondNetwork */

/**
 * Where a process of a round lives.
 * @typedef {object} Place
 * @property {string} host the address that it binds
 * @property {readonly string[]} [enter] the words in front of its own
 */

/** @type {Place} */
const LOOPBACK = { host: "127.0.0.1" };

/**
 * A client that never acts on its own.
 * @param {number} port
 * @param {string} host
 */
export function plainClient(port, host = LOOPBACK.host) {
  const client = new Redis({
    host,
    port,
    lazyConnect: true,
    protocol: 2,
    enableReadyCheck: false,
    disableClientInfo: true,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  client.on("error", () => undefined);
  return client;
}

/** Everything one round starts; `end` ends and removes it. */
export class Round {
  /** @type {Daemon[]} */
  #daemons = [];
  /** @type {{ disconnect(): void }[]} */
  #clients = [];
  #dir = mkdtempSync(join(tmpdir(), "vedette-bench-"));
  /** How each process was started. */
  /** @type {Map<Daemon, { words: readonly string[], dir: string }>} */
  #starts = new Map();

  /**
   * @param {Kind} kind
   * @param {Readonly<Record<string, string>>} settings
   * @param {Place} place
   */
  async server(kind, settings, place = LOOPBACK) {
    const port = await freePort();
    const dir = this.#folder(`server-${port}`);
    const open = place === LOOPBACK ? {} : { "protected-mode": "no" };
    const all = { port: String(port), bind: place.host, dir, save: "", ...open, ...settings };
    const args = Object.entries(all).flatMap(([name, value]) => [`--${name}`, value]);
    const words = [...(place.enter ?? []), ...PROGRAMS.server(kind), ...args];
    return this.#start(`${kind} server`, words, { port, dir, host: place.host });
  }

  /**
   * @param {Kind} kind
   * @param {readonly string[]} lines of the configuration
   * @param {Place} place
   */
  async sentinel(kind, lines, place = LOOPBACK) {
    const port = await freePort();
    const dir = this.#folder(`sentinel-${port}`);
    const config = join(dir, "sentinel.conf");
    const all = [`port ${port}`, `bind ${place.host}`, `dir ${dir}`, ...lines];
    writeFileSync(config, `${all.join("\n")}\n`);
    const words = [...(place.enter ?? []), ...PROGRAMS.sentinel(kind), config];
    return this.#start(`${kind} sentinel`, words, { port, dir, host: place.host });
  }

  /**
   * The same server again, at its place, after its process has ended; without the role that it was started with.
   * @param {Daemon} daemon
   */
  async restartAsMaster(daemon) {
    const start = this.#starts.get(daemon);
    if (start === undefined) throw new Error(`${daemon.name} is not of this round`);
    const at = start.words.indexOf("--replicaof");
    const words = at === -1 ? start.words : start.words.toSpliced(at, 2);
    const { name, port, host } = daemon;
    return this.#start(name, words, { port, dir: start.dir, host });
  }

  /**
   * Disconnects it at the end.
   * @template {{ disconnect(): void }} Client
   * @param {Client} client
   */
  keep(client) {
    this.#clients.push(client);
    return client;
  }

  async end() {
    for (const client of this.#clients) client.disconnect();
    for (const { child } of this.#daemons) child.kill("SIGKILL");
    await Promise.all(this.#daemons.map(({ exited }) => exited));
    rmSync(this.#dir, { recursive: true, force: true });
  }

  /** @param {string} name */
  #folder(name) {
    const folder = join(this.#dir, name);
    mkdirSync(folder);
    return folder;
  }

  /**
   * @param {string} name
   * @param {readonly string[]} words
   * @param {{ port: number, dir: string, host: string }} at
   * @returns {Promise<Daemon>}
   */
  async #start(name, words, { port, dir, host }) {
    const [file = "", ...args] = words;
    const child = spawn(file, args, { cwd: dir, stdio: ["ignore", "ignore", "inherit"] });
    const startedAt = performance.now();
    const exited = once(child, "close");
    const daemon = { name, host, port, child, exited, answeredAfterMs: Number.NaN };
    this.#daemons.push(daemon);
    this.#starts.set(daemon, { words, dir });
    await until(`${name} on port ${port} answers`, async () => {
      const client = plainClient(port, host);
      try {
        return (await client.ping()) === "PONG";
      } finally {
        client.disconnect();
      }
    });
    daemon.answeredAfterMs = performance.now() - startedAt;
    return daemon;
  }
}

/** What a real server answers to INFO. */
export async function realInfo() {
  const round = new Round();
  try {
    const { port } = await round.server("redis", {});
    return await round.keep(plainClient(port)).info();
  } finally {
    await round.end();
  }
}
