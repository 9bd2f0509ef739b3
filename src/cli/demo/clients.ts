import { Redis } from "ioredis";
import type { Address } from "../../base/address.ts";
import { MASTER_NAME } from "./configuration.ts";

/** How long a question to one process may stay unanswered before it counts as no answer. */
const ANSWER_WITHIN_MS = 500;
const RECONNECT_EVERY_MS = 20;
const WRITER_RETRY_MS = 10;
const DISCONNECT_WITHIN_MS = 20;

/**
 * A client of one process, for questions. It says at once when there is no connection instead of
 * queueing the question, and goes on trying to connect.
 */
export function questionClient(address: Address): Redis {
  return quiet(
    new Redis({
      ...address,
      retryStrategy: () => RECONNECT_EVERY_MS,
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      connectTimeout: ANSWER_WITHIN_MS,
      commandTimeout: ANSWER_WITHIN_MS,
    }),
  );
}

/** A client that subscribes to one sentinel, and again after each reconnection. */
export function eventClient(address: Address): Redis {
  return quiet(
    new Redis({
      ...address,
      retryStrategy: () => RECONNECT_EVERY_MS,
      maxRetriesPerRequest: null,
    }),
  );
}

/**
 * The client that an application would use: it knows the sentinels and the name of the group,
 * nothing else. A write in flight when the master dies is sent again to the next master.
 */
export function applicationClient(
  sentinels: readonly Address[],
  options: { readonly until: AbortSignal },
): Redis {
  const client = quiet(
    new Redis({
      name: MASTER_NAME,
      sentinels: [...sentinels],
      failoverDetector: true,
      retryStrategy: () => WRITER_RETRY_MS,
      sentinelRetryStrategy: () => WRITER_RETRY_MS,
      connectTimeout: ANSWER_WITHIN_MS,
      // A master that hangs does not answer the goodbye either.
      disconnectTimeout: DISCONNECT_WITHIN_MS,
      sentinelCommandTimeout: ANSWER_WITHIN_MS,
      maxRetriesPerRequest: null,
      // A master that became a replica refuses writes: connect anew, and send the write again.
      reconnectOnError: (error) => (error.message.startsWith("READONLY") ? 2 : false),
    }),
  );
  options.until.addEventListener("abort", () => client.disconnect());
  // ioredis 6.0 gives up for good when +switch-master arrives while it connects: begin again.
  client.on("end", () => {
    if (!options.until.aborted) client.connect().catch(() => undefined);
  });
  return client;
}

/** A refused or lost connection is what the demo is about; each command says so by itself. */
function quiet(client: Redis): Redis {
  client.on("error", () => undefined);
  return client;
}
