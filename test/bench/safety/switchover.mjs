// A planned change of master under load: what is lost, and for how long nobody can write.
import { setTimeout as pause } from "node:timers/promises";
import { plainClient, Round, until } from "../processes.mjs";
import { startGroup, untilCalm } from "./group.mjs";
import { countLost, startWriters, WRITES_A_SECOND } from "./writers.mjs";

/** @typedef {import("../safety.mjs").Column} Column */
/** @typedef {import("./group.mjs").Group} Group */
/** @typedef {import("../processes.mjs").Daemon} Daemon */
/** @typedef {Record<string, number>} Measured */

const DOWN_AFTER_MS = 5_000;
const REPLICAS = 2;
const ALL_REDIS = /** @type {const} */ (["redis", "redis", "redis"]);
const ALL_VEDETTE = /** @type {const} */ (["vedette", "vedette", "vedette"]);

/** @type {import("../safety.mjs").Scenario} */
export const SWITCHOVER = {
  meaning: `SENTINEL FAILOVER of a healthy master, ${WRITES_A_SECOND} writes a second`,
  figures: [
    { key: "lost", meaning: "acknowledged writes lost" },
    {
      key: "readOnly",
      meaning: "READONLY errors after the last sentinel announced the new master",
    },
    { key: "gap", meaning: "longest pause between two acknowledged writes of a client, ms" },
    { key: "announced", meaning: "order to +switch-master on all sentinels, ms" },
    { key: "closed", meaning: "order to the old master following the new one, ms" },
  ],
  columns: [
    // It takes ten seconds each time until the old master is told.
    { title: "redis-sentinel, redis-server", sentinels: ALL_REDIS, server: "redis", share: 0.2 },
    { title: "vedette-sentinel, redis-server", sentinels: ALL_VEDETTE, server: "redis" },
    { title: "vedette-sentinel, vedette-server", sentinels: ALL_VEDETTE, server: "vedette" },
    {
      title: "1 vedette-sentinel (leads), 2 redis-sentinel, redis-server",
      sentinels: ["vedette", "redis", "redis"],
      server: "redis",
      share: 0.4,
    },
  ],
  rounds: 50,
  block: 10,
  measure,
};

/**
 * @param {Column} column
 * @param {number} rounds
 */
async function measure(column, rounds) {
  const round = new Round();
  try {
    const group = await startGroup(round, {
      ...column,
      replicas: REPLICAS,
      downAfterMs: DOWN_AFTER_MS,
    });
    const writers = startWriters(round, group.sentinels);
    await until("all clients write", async () =>
      writers.every(({ tally }) => tally.acknowledged.length > 100),
    );
    /** @type {Measured[]} */
    const measured = [];
    let master = /** @type {Daemon} */ (group.servers[0]);
    for (let n = 1; n <= rounds; n++) {
      const switched = await switchOnce(round, group, { writers, master, number: n });
      master = switched.master;
      measured.push(switched.measured);
    }
    return measured;
  } finally {
    await round.end();
  }
}

/**
 * @param {Round} round
 * @param {Group} group
 * @param {{ writers: ReturnType<typeof startWriters>, master: Daemon, number: number }} given
 */
async function switchOnce(round, group, { writers, master, number }) {
  const announcedAt = await listen(round, group.sentinels);
  for (const writer of writers) writer.begin(number);
  await pause(500 + Math.random() * 500);
  const orderedAt = performance.now();
  const first = /** @type {Daemon} */ (group.sentinels[0]);
  const operator = round.keep(plainClient(first.port, first.host));
  await operator.call("SENTINEL", "FAILOVER", "mymaster");
  operator.disconnect();
  await until("every sentinel has said +switch-master", async () =>
    announcedAt.every(({ at }) => at !== undefined),
  );
  const lastAt = Math.max(...announcedAt.map(({ at }) => at ?? Number.NaN));
  const address = announcedAt[0]?.address;
  const next = group.servers.find(({ host, port }) => `${host} ${port}` === address);
  if (next === undefined) throw new Error(`the new master ${address} is none of the servers`);
  const closedAt = await untilFollowing(round, master, next);
  await pause(200);
  const tallies = writers.map((writer) => writer.begin(-number));
  // What is under way when the round ends is still answered.
  await pause(300);
  await untilCalm(round, group, next);
  const client = round.keep(plainClient(next.port, next.host));
  const lost = await countLost(writers, tallies, { client, round: number });
  client.disconnect();
  for (const { client: subscriber } of announcedAt) subscriber.disconnect();
  const readOnly = tallies.flatMap(({ readOnlyAt }) => readOnlyAt.filter((at) => at > lastAt));
  return {
    master: next,
    measured: {
      lost,
      readOnly: readOnly.length,
      gap: Math.max(...tallies.map(({ longestGapMs }) => longestGapMs)),
      announced: lastAt - orderedAt,
      closed: closedAt - orderedAt,
    },
  };
}

/**
 * When each sentinel says that the master is another one, and which.
 * @param {Round} round
 * @param {readonly Daemon[]} sentinels
 */
async function listen(round, sentinels) {
  return Promise.all(
    sentinels.map(async ({ host, port }) => {
      const client = round.keep(plainClient(port, host));
      const seen = {
        client,
        at: /** @type {number | undefined} */ (undefined),
        address: /** @type {string | undefined} */ (undefined),
      };
      client.on("message", (_event, payload) => {
        seen.at ??= performance.now();
        seen.address ??= payload.split(" ").slice(3).join(" ");
      });
      await client.subscribe("+switch-master");
      return seen;
    }),
  );
}

/**
 * @param {Round} round
 * @param {Daemon} old
 * @param {Daemon} next
 */
async function untilFollowing(round, old, next) {
  for (;;) {
    const client = round.keep(plainClient(old.port, old.host));
    try {
      const info = await client.info("replication");
      if (info.includes("role:slave") && info.includes(`master_port:${next.port}`)) {
        return performance.now();
      }
    } catch {
      // Cut off: asked again.
    } finally {
      client.disconnect();
    }
    await pause(5);
  }
}
