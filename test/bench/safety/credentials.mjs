// The password of the master is changed while clients write: what the sentinels make of being refused.
import { setTimeout as pause } from "node:timers/promises";
import { plainClient, Round, until } from "../processes.mjs";
import { startGroup } from "./group.mjs";

/** @typedef {import("../processes.mjs").Daemon} Daemon */
/** @typedef {ReturnType<typeof plainClient>} Client */

const DOWN_AFTER_MS = 1_000;
/** As long as the sentinels have the wrong password. */
const WRONG_FOR_MS = 4_000;
const WRITES_AT_ONCE = 20;
const WRITE_EVERY_MS = 4;
const CLIENTS_PASSWORD = "of the clients";
const USER_RULES = ["on", "allkeys", "allchannels", "allcommands"];
const ALL_REDIS = /** @type {const} */ (["redis", "redis", "redis"]);
const ALL_VEDETTE = /** @type {const} */ (["vedette", "vedette", "vedette"]);

/** @type {import("../safety.mjs").Scenario} */
export const CREDENTIALS = {
  meaning: `the sentinels' password on the master is wrong for ${WRONG_FOR_MS / 1000} s, then right, under writes`,
  figures: [
    { key: "failovers", meaning: "failovers" },
    { key: "down", meaning: "times a sentinel said +sdown" },
    { key: "gap", meaning: "longest pause between two acknowledged writes, ms" },
  ],
  columns: [
    { title: "redis-sentinel, redis-server", sentinels: ALL_REDIS, server: "redis" },
    { title: "vedette-sentinel, redis-server", sentinels: ALL_VEDETTE, server: "redis" },
    { title: "vedette-sentinel, vedette-server", sentinels: ALL_VEDETTE, server: "vedette" },
  ],
  rounds: 5,
  block: 1,
  measure,
};

/** @type {import("../safety.mjs").Scenario["measure"]} */
async function measure(column, rounds) {
  const measured = [];
  for (let n = 0; n < rounds; n++) measured.push(await changeOnce(column));
  return measured;
}

/** @param {import("../safety.mjs").Column} column */
async function changeOnce(column) {
  const round = new Round();
  try {
    // Clients are the default user, the sentinels another: only theirs is changed.
    const group = await startGroup(round, { ...column, replicas: 2, downAfterMs: DOWN_AFTER_MS });
    const [master] = group.servers;
    const servers = group.servers.map(({ host, port }) => round.keep(plainClient(port, host)));
    const [onMaster] = servers;
    if (master === undefined || onMaster === undefined) throw new Error("a group has a master");
    for (const client of servers) {
      await client.call("ACL", "SETUSER", "watcher", ...USER_RULES, ">right");
      await client.config("SET", "masterauth", CLIENTS_PASSWORD);
    }
    const sentinels = group.sentinels.map(({ host, port }) => round.keep(plainClient(port, host)));
    for (const client of sentinels) {
      await client.call("SENTINEL", "SET", "mymaster", "auth-user", "watcher");
      await client.call("SENTINEL", "SET", "mymaster", "auth-pass", "right");
    }
    await until("the sentinels are known by their user", () =>
      isWatched(onMaster, sentinels.length),
    );
    // Who is refused is then not taken in as the default user.
    for (const client of servers) await client.config("SET", "requirepass", CLIENTS_PASSWORD);
    const counts = await countEvents(round, group.sentinels);
    const load = startLoad(round, master);
    await pause(500);
    await changePassword(onMaster, "wrong");
    await pause(WRONG_FOR_MS);
    await changePassword(onMaster, "right");
    await pause(2 * DOWN_AFTER_MS);
    return { failovers: counts.failovers(), down: counts.down, gap: load.longestGapMs };
  } finally {
    await round.end();
  }
}

/** @param {Client} server @param {number} sentinels */
async function isWatched(server, sentinels) {
  const list = String(await server.call("CLIENT", "LIST"));
  const names = new Set(
    [...list.matchAll(/name=(sentinel-\S+?)-\S+ .*user=watcher/g)].map(([, name]) => name),
  );
  return names.size === sentinels;
}

/** Whoever has the old one must prove itself anew. @param {Client} server @param {string} password */
async function changePassword(server, password) {
  await server.call("ACL", "SETUSER", "watcher", "resetpass", `>${password}`);
  await server.call("CLIENT", "KILL", "USER", "watcher");
}

/** @param {Round} round @param {readonly Daemon[]} sentinels */
async function countEvents(round, sentinels) {
  const epochs = new Set();
  const counts = { down: 0, failovers: () => epochs.size };
  for (const { host, port } of sentinels) {
    const client = round.keep(plainClient(port, host));
    client.on("message", (event, payload) => {
      if (event === "+sdown") counts.down++;
      else epochs.add(payload);
    });
    await client.subscribe("+sdown", "+switch-master");
  }
  return counts;
}

/** A client that writes all the while. @param {Round} round @param {Daemon} master */
function startLoad(round, { host, port }) {
  const load = { longestGapMs: 0 };
  const client = round.keep(plainClient(port, host));
  let lastAt = performance.now();
  const connect = async () => {
    await client.connect();
    await client.auth(CLIENTS_PASSWORD);
  };
  void connect().catch(() => undefined);
  const write = async () => {
    try {
      await client.rpush("log", 1);
      const now = performance.now();
      load.longestGapMs = Math.max(load.longestGapMs, now - lastAt);
      lastAt = now;
    } catch {
      // Refused, or cut off: a pause.
      if (client.status === "end") void connect().catch(() => undefined);
    }
  };
  const timer = setInterval(() => {
    for (let n = 0; n < WRITES_AT_ONCE; n++) void write();
  }, WRITE_EVERY_MS);
  round.keep({ disconnect: () => clearInterval(timer) });
  return load;
}
