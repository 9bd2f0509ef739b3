import { plainClient, until } from "./processes.mjs";

/**
 * INFO's fields.
 * @param {import("ioredis").Redis} client
 * @returns {Promise<Map<string, string>>}
 */
export async function infoOf(client) {
  const lines = (await client.info()).split("\r\n");
  return new Map(
    lines.map((line) => {
      const [name = "", ...value] = line.split(":");
      return [name, value.join(":")];
    }),
  );
}

/**
 * Makes one server the replica of another.
 * @param {{ readonly port: number }} replica
 * @param {{ readonly port: number }} master
 * @returns {Promise<number>} ms until its link was up
 */
export async function follow(replica, master) {
  const client = plainClient(replica.port);
  try {
    const from = performance.now();
    await client.replicaof("127.0.0.1", master.port);
    await until(
      "the replica's link is up",
      async () => (await infoOf(client)).get("master_link_status") === "up",
      120_000,
    );
    return performance.now() - from;
  } finally {
    client.disconnect();
  }
}
