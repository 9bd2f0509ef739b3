import { createSentinel } from "@redis/client";
import { Redis as Ioredis } from "ioredis";
import { Redis as Iovalkey } from "iovalkey";
import { keepWriting, type Whereabouts, type WritingClient } from "./writing-client.ts";

const HOST = "127.0.0.1";

/** As README advises it for ioredis; iovalkey is a fork of it. */
function optionsFor(where: Whereabouts) {
  return {
    sentinels: where.sentinelPorts.map((port) => ({ host: HOST, port })),
    name: where.masterName,
    retryStrategy: () => 50,
    reconnectOnError: (error: Error) =>
      error.message.startsWith("READONLY") ? (2 as const) : false,
  };
}

export async function ioredisClient(where: Whereabouts): Promise<WritingClient> {
  const client = new Ioredis(optionsFor(where));
  client.on("error", () => undefined);
  return keepWriting(
    async (count) => client.set(where.key, count),
    () => client.disconnect(),
  );
}

export async function iovalkeyClient(where: Whereabouts): Promise<WritingClient> {
  const client = new Iovalkey(optionsFor(where));
  client.on("error", () => undefined);
  return keepWriting(
    async (count) => client.set(where.key, count),
    () => client.disconnect(),
  );
}

export async function nodeRedisClient(where: Whereabouts): Promise<WritingClient> {
  const client = createSentinel({
    name: where.masterName,
    sentinelRootNodes: where.sentinelPorts.map((port) => ({ host: HOST, port })),
    scanInterval: 1000,
  });
  client.on("error", () => undefined);
  await client.connect();
  return keepWriting(
    async (count) => client.set(where.key, String(count)),
    () => client.destroy(),
  );
}
