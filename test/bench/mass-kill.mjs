// A hundred masters in one process, killed at once, watched by the same three sentinels.
import { setTimeout as pause } from "node:timers/promises";
import { Fleet, fleetGroups, fleetPorts, masterMembers, replicaMembers } from "./fleet.mjs";
import { plainClient, Round, until } from "./processes.mjs";

/** @typedef {import("./processes.mjs").Kind} Kind */
/** @typedef {import("./processes.mjs").Daemon} Daemon */

const MASTERS = 100;
const SENTINELS = 3;
const DOWN_AFTER_MS = 1000;
const FAILOVER_TIMEOUT_MS = 10_000;
/** The reference may have to wait for several of its elections. */
const PATIENCE_MS = 180_000;

/**
 * @param {Kind} kind
 * @param {string} info of a real server
 */
export async function massKill(kind, info) {
  const round = new Round();
  try {
    const ports = await fleetPorts();
    const groups = fleetGroups(MASTERS, ports);
    const masters = round.keep(
      await Fleet.start({ port: ports.masters, members: masterMembers(groups), info }),
    );
    round.keep(await Fleet.start({ port: ports.replicas, members: replicaMembers(groups), info }));
    const lines = groups.flatMap(({ name, master }) => [
      `sentinel monitor ${name} ${master.host} ${master.port} 2`,
      `sentinel down-after-milliseconds ${name} ${DOWN_AFTER_MS}`,
      `sentinel failover-timeout ${name} ${FAILOVER_TIMEOUT_MS}`,
    ]);
    const sentinels = [];
    for (let n = 0; n < SENTINELS; n++) sentinels.push(await round.sentinel(kind, lines));
    for (const sentinel of sentinels) await untilMet(round, sentinel);
    const watched = await Promise.all(sentinels.map((sentinel) => listen(round, sentinel)));
    await pause(5000 + Math.random() * 1000);

    const killedAt = performance.now();
    masters.kill();
    await until(
      "all masters are switched on all sentinels",
      async () => watched.every(({ switched }) => switched.size === MASTERS),
      PATIENCE_MS,
    );
    const moments = watched.flatMap(({ switched }) => [...switched.values()]);
    return {
      firstSwitch: Math.min(...moments) - killedAt,
      lastSwitch: Math.max(...moments) - killedAt,
      elections: watched.reduce((sum, { elections }) => sum + elections, 0),
    };
  } finally {
    await round.end();
  }
}

/**
 * @param {Round} round
 * @param {Daemon} sentinel
 */
async function untilMet(round, sentinel) {
  const client = round.keep(plainClient(sentinel.port));
  const met = new RegExp(`status=ok,address=[^,]*,slaves=1,sentinels=${SENTINELS}`, "g");
  await until(
    "a sentinel knows all replicas and sentinels",
    async () => ((await client.info("sentinel")).match(met) ?? []).length === MASTERS,
    120_000,
  );
}

/**
 * Notes when each master is switched first, and how many elections are begun.
 * @param {Round} round
 * @param {Daemon} sentinel
 */
async function listen(round, sentinel) {
  /** @type {Map<string, number>} */
  const switched = new Map();
  const seen = { switched, elections: 0 };
  const client = round.keep(plainClient(sentinel.port));
  client.on("message", (event, payload) => {
    if (event === "+try-failover") seen.elections++;
    const [name = ""] = payload.split(" ");
    if (event === "+switch-master" && !switched.has(name)) switched.set(name, performance.now());
  });
  await client.subscribe("+switch-master", "+try-failover");
  return seen;
}
