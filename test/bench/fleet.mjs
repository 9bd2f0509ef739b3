// Many fake Redis servers in one process, for sentinels that have many to watch.
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { freePort, until } from "./processes.mjs";

/**
 * @typedef {object} FleetMember
 * @property {string} host
 * @property {{ host: string, port: number } | undefined} master of a replica
 * @property {readonly { host: string, port: number }[]} replicas
 */

/**
 * What a fleet's process is told to be.
 * @typedef {object} FleetOrder
 * @property {number} port
 * @property {readonly FleetMember[]} members
 * @property {string} info the INFO text of a real server
 */

/** @typedef {{ host: string, port: number }} Address */
/** @typedef {{ name: string, master: Address, replica: Address }} FleetGroup */

const MASTERS_NET = "127.1";
const REPLICAS_NET = "127.2";

/** A running process of fake servers. */
export class Fleet {
  #child;

  /** @param {import("node:child_process").ChildProcess} child */
  constructor(child) {
    this.#child = child;
  }

  /** @param {FleetOrder} order */
  static async start(order) {
    const file = fileURLToPath(new URL("fleet-process.mjs", import.meta.url));
    const child = fork(file, { stdio: ["ignore", "ignore", "inherit", "ipc"] });
    const fleet = new Fleet(child);
    child.send(order);
    await once(child, "message");
    return fleet;
  }

  /** How many of its servers have a sentinel subscribed. */
  async heard() {
    const answered = once(this.#child, "message");
    this.#child.send("heard");
    const [{ heard }] = /** @type {[{ heard: number }]} */ (await answered);
    return heard;
  }

  kill() {
    this.#child.kill("SIGKILL");
  }

  /** As a client of a round ends. */
  disconnect() {
    this.kill();
  }
}

/**
 * `count` masters with one replica each. All masters have one port, and all replicas have one.
 * @param {number} count
 * @param {{ masters: number, replicas: number }} ports
 * @returns {FleetGroup[]}
 */
export function fleetGroups(count, ports) {
  return Array.from({ length: count }, (_, index) => {
    const tail = `${(index >> 8) & 255}.${index & 255}`;
    return {
      name: `master-${index}`,
      master: { host: `${MASTERS_NET}.${tail}`, port: ports.masters },
      replica: { host: `${REPLICAS_NET}.${tail}`, port: ports.replicas },
    };
  });
}

/**
 * All masters in one process.
 * @param {readonly FleetGroup[]} groups
 */
export function masterMembers(groups) {
  return groups.map(({ master, replica }) => ({
    host: master.host,
    master: undefined,
    replicas: [replica],
  }));
}

/**
 * All replicas in one process.
 * @param {readonly FleetGroup[]} groups
 */
export function replicaMembers(groups) {
  return groups.map(({ master, replica }) => ({ host: replica.host, master, replicas: [] }));
}

/** A port for masters and another for replicas. */
export async function fleetPorts() {
  return { masters: await freePort(), replicas: await freePort() };
}

/** A busy machine takes its time, redis-sentinel with 1,000 masters most of all. */
const WATCHING_WITHIN_MS = 240_000;

/**
 * Every master has its replica and is up, and every server has a subscribed sentinel. The sentinel is
 * only asked when the latter is so: its answer is long, and making it delays what is waited for.
 * @param {import("ioredis").Redis} client of the sentinel
 * @param {Fleet} fleet
 * @param {number} count of masters with one replica each
 */
export async function untilWatching(client, fleet, count) {
  const known = /status=ok,address=[^,]*,slaves=1,/g;
  await until(
    "the sentinel watches all",
    async () => {
      if ((await fleet.heard()) < 2 * count) return false;
      const text = await client.info("sentinel");
      return (text.match(known) ?? []).length === count;
    },
    WATCHING_WITHIN_MS,
  );
}
