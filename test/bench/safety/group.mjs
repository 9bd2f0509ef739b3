// A master, replicas and sentinels of any kind, all knowing each other, and what is asked of them.
import { plainClient, until } from "../processes.mjs";

/** @typedef {import("../processes.mjs").Daemon} Daemon */
/** @typedef {import("../processes.mjs").Kind} Kind */
/** @typedef {import("../processes.mjs").Round} Round */

/**
 * @typedef {object} Group
 * @property {Daemon[]} servers the first begins as the master
 * @property {Daemon[]} sentinels
 */

/**
 * Starts it and waits until everybody knows everybody.
 * @param {Round} round
 * @param {object} plan
 * @param {readonly Kind[]} plan.sentinels
 * @param {Kind} plan.server
 * @param {number} plan.replicas
 * @param {number} plan.downAfterMs
 * @param {readonly string[]} [plan.settings] lines of a vedette-sentinel's configuration
 * @param {Readonly<Record<string, string>>} [plan.serverSettings]
 * @returns {Promise<Group>}
 */
export async function startGroup(round, plan) {
  const settings = { "repl-diskless-sync-delay": "0", ...plan.serverSettings };
  const master = await round.server(plan.server, settings);
  const replicaof = `${master.host} ${master.port}`;
  const servers = [master];
  for (let n = 0; n < plan.replicas; n++) {
    servers.push(await round.server(plan.server, { ...settings, replicaof }));
  }
  const sentinels = [];
  for (const kind of plan.sentinels) {
    const own = kind === "vedette" ? (plan.settings ?? []) : [];
    sentinels.push(
      await round.sentinel(kind, [
        `sentinel monitor mymaster ${master.host} ${master.port} 2`,
        `sentinel down-after-milliseconds mymaster ${plan.downAfterMs}`,
        ...own,
      ]),
    );
  }
  await untilCalm(round, { servers, sentinels }, master);
  return { servers, sentinels };
}

/**
 * All follow that master, every sentinel names it, and sees everybody well.
 * @param {Round} round
 * @param {Group} group
 * @param {Daemon} master
 */
export async function untilCalm(round, { servers, sentinels }, master) {
  await asked(round, servers, async (clients) => {
    await until("all replicas follow the master", async () => {
      const infos = await Promise.all(clients.map((client) => client.info("replication")));
      return infos.every((info, index) =>
        servers[index] === master
          ? info.includes("role:master")
          : info.includes(`master_port:${master.port}`) && info.includes("master_link_status:up"),
      );
    });
  });
  await asked(round, sentinels, async (clients) => {
    await until("every sentinel sees everybody well", async () => {
      const views = await Promise.all(clients.map((client) => viewOf(client)));
      return views.every(
        ({ address, replicas, others }) =>
          address === `${master.host}:${master.port}` &&
          replicas.length === servers.length - 1 &&
          replicas.every((each) => each === "slave") &&
          others.length === sentinels.length - 1 &&
          others.every((each) => each === "sentinel"),
      );
    });
  });
}

/** @typedef {ReturnType<typeof plainClient>} Client */

/**
 * Connections of their own for as long as they are needed: a sentinel cuts those of before.
 * @param {Round} round
 * @param {readonly Daemon[]} daemons
 * @param {(clients: readonly Client[]) => Promise<void>} use
 */
async function asked(round, daemons, use) {
  const clients = daemons.map(({ host, port }) => {
    const client = plainClient(port, host);
    // Whoever is cut off is connected again by the next command.
    client.on("end", () => void client.connect().catch(() => undefined));
    return round.keep(client);
  });
  try {
    await use(clients);
  } finally {
    for (const client of clients) {
      client.removeAllListeners("end");
      client.disconnect();
    }
  }
}

/** @param {string[]} fields */
function flags(fields) {
  return fields[fields.indexOf("flags") + 1] ?? "";
}

/** @param {Client} client */
async function viewOf(client) {
  const [host, port] = /** @type {string[]} */ (
    await client.call("SENTINEL", "GET-MASTER-ADDR-BY-NAME", "mymaster")
  );
  const replicas = /** @type {string[][]} */ (
    await client.call("SENTINEL", "REPLICAS", "mymaster")
  );
  const others = /** @type {string[][]} */ (await client.call("SENTINEL", "SENTINELS", "mymaster"));
  return { address: `${host}:${port}`, replicas: replicas.map(flags), others: others.map(flags) };
}
