// A master that was replaced comes back in its old role: for how long it takes writes, which are then thrown away.
import { setTimeout as pause } from "node:timers/promises";
import { plainClient, Round, until } from "../processes.mjs";
import { startGroup, untilCalm } from "./group.mjs";

/** @typedef {import("./group.mjs").Group} Group */
/** @typedef {import("../processes.mjs").Daemon} Daemon */

const DOWN_AFTER_MS = 1_000;
/** Nothing was accepted for so long: it is closed. */
const CLOSED_AFTER_MS = 500;
const PROBE_EVERY_MS = 2;
const ALL_REDIS = /** @type {const} */ (["redis", "redis", "redis"]);
const ALL_VEDETTE = /** @type {const} */ (["vedette", "vedette", "vedette"]);

/** @type {import("../safety.mjs").Scenario} */
export const ZOMBIE = {
  meaning: "an old master comes back, by SIGCONT and by a restart in turn, and is written to",
  figures: [
    { key: "open", meaning: "first contact of a sentinel to the last accepted write, ms" },
    { key: "returned", meaning: "return to the last accepted write, ms" },
    { key: "thrown", meaning: "writes that were accepted and thrown away" },
  ],
  columns: [
    // Ten seconds each time.
    { title: "redis-sentinel, redis-server", sentinels: ALL_REDIS, server: "redis", share: 0.2 },
    { title: "vedette-sentinel, redis-server", sentinels: ALL_VEDETTE, server: "redis" },
    { title: "vedette-sentinel, vedette-server", sentinels: ALL_VEDETTE, server: "vedette" },
    {
      title: "2 vedette-sentinel, 1 redis-sentinel, redis-server",
      sentinels: ["vedette", "vedette", "redis"],
      server: "redis",
      share: 0.5,
    },
  ],
  rounds: 20,
  block: 10,
  measure,
};

/** @type {import("../safety.mjs").Scenario["measure"]} */
async function measure(column, rounds) {
  const round = new Round();
  try {
    const group = await startGroup(round, { ...column, replicas: 2, downAfterMs: DOWN_AFTER_MS });
    const measured = [];
    let [master] = group.servers;
    for (let n = 0; n < rounds; n++) {
      const before = /** @type {Daemon} */ (master);
      const seen = await comeBack(round, group, { old: before, isStopped: n % 2 === 0 });
      measured.push(seen.measured);
      master = seen.next;
    }
    return measured;
  } finally {
    await round.end();
  }
}

/**
 * @param {Round} round
 * @param {Group} group
 * @param {{ old: Daemon, isStopped: boolean }} given
 */
async function comeBack(round, group, { old, isStopped }) {
  const contact = await firstContact(round, group.sentinels, old);
  old.child.kill(isStopped ? "SIGSTOP" : "SIGKILL");
  if (!isStopped) await old.exited;
  const next = await untilReplaced(round, group, old);
  await pause(2_000 + Math.random() * 1_000);
  contact.reset();
  const returnedAt = performance.now();
  const writing = probe(old);
  if (isStopped) old.child.kill("SIGCONT");
  else group.servers[group.servers.indexOf(old)] = await round.restartAsMaster(old);
  const { accepted, lastAt = returnedAt } = await writing;
  contact.end();
  await untilCalm(round, group, next);
  const contactAt = Math.max(contact.at() ?? returnedAt, returnedAt);
  return {
    next,
    measured: {
      open: Math.max(0, lastAt - contactAt),
      returned: lastAt - returnedAt,
      thrown: accepted,
    },
  };
}

/**
 * When the first sentinel hears the old master again.
 * @param {Round} round
 * @param {readonly Daemon[]} sentinels
 * @param {Daemon} old
 */
async function firstContact(round, sentinels, old) {
  let at = /** @type {number | undefined} */ (undefined);
  const clients = await Promise.all(
    sentinels.map(async ({ host, port }) => {
      const client = round.keep(plainClient(port, host));
      client.on("message", (_event, payload) => {
        if (payload.includes(` ${old.host} ${old.port} @ `)) at ??= performance.now();
      });
      await client.subscribe("-sdown");
      return client;
    }),
  );
  return {
    at: () => at,
    reset: () => {
      at = undefined;
    },
    end: () => {
      for (const client of clients) client.disconnect();
    },
  };
}

/**
 * Until every sentinel names another. @returns that one
 * @param {Round} round
 * @param {Group} group
 * @param {Daemon} old
 */
async function untilReplaced(round, { servers, sentinels }, old) {
  const clients = sentinels.map(({ host, port }) => round.keep(plainClient(port, host)));
  let next = /** @type {Daemon | undefined} */ (undefined);
  await until("every sentinel names another master", async () => {
    const named = await Promise.all(
      clients.map((client) => client.call("SENTINEL", "GET-MASTER-ADDR-BY-NAME", "mymaster")),
    );
    const ports = new Set(named.map((address) => Number(/** @type {string[]} */ (address)[1])));
    const [port] = ports;
    next = servers.find((server) => server.port === port);
    return ports.size === 1 && port !== old.port;
  });
  for (const client of clients) client.disconnect();
  if (next === undefined) throw new Error("the new master is none of the servers");
  return next;
}

/**
 * Writes to that server, whoever its master may be, until it takes nothing more.
 * @param {Daemon} server
 */
async function probe({ host, port }) {
  let accepted = 0;
  let lastAt = /** @type {number | undefined} */ (undefined);
  let refusedSince = /** @type {number | undefined} */ (undefined);
  const deadline = performance.now() + 30_000;
  let client = plainClient(port, host);
  while (performance.now() < deadline) {
    try {
      await Promise.race([client.set("zombie", accepted), late()]);
      accepted++;
      lastAt = performance.now();
      refusedSince = undefined;
    } catch (error) {
      const isReadOnly = String(error).includes("READONLY");
      if (isReadOnly) refusedSince ??= performance.now();
      else {
        client.disconnect();
        client = plainClient(port, host);
      }
    }
    if (refusedSince !== undefined && performance.now() - refusedSince > CLOSED_AFTER_MS) break;
    await pause(PROBE_EVERY_MS);
  }
  client.disconnect();
  return { accepted, lastAt };
}

/** A stopped server keeps its clients waiting. */
async function late() {
  await pause(200);
  throw new Error("no answer");
}
