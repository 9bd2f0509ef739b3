import { Redis } from "ioredis";
import type { Address } from "../../base/address.ts";
import { MASTER_NAME } from "./configuration.ts";
import { parseSwitch } from "./timeline.ts";

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
 *
 * `failoverDetector` would do what `followSwitches` does, but for two faults of ioredis 6.0: a
 * message that arrives while it connects ends the client for good, and a sentinel that is down is
 * reported on standard error whatever one does.
 */
export function applicationClient(
  sentinels: readonly Address[],
  options: { readonly until: AbortSignal },
): Redis {
  const client = quiet(
    new Redis({
      name: MASTER_NAME,
      sentinels: [...sentinels],
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
  const listeners = sentinels.map((sentinel) => followSwitches(client, sentinel));
  options.until.addEventListener("abort", () => {
    for (const each of [client, ...listeners]) each.disconnect();
  });
  return client;
}

/** Makes the client leave a master that the sentinel says is none any more: it may only hang. */
function followSwitches(client: Redis, sentinel: Address): Redis {
  const listener = eventClient(sentinel);
  listener.on("message", (_channel: string, payload: string) => {
    const isConnected = client.status === "ready" || client.status === "connect";
    if (isConnected && client.stream.remotePort !== parseSwitch(payload)?.port) {
      client.disconnect(true);
    }
  });
  // Subscribed again with each reconnection; it fails only when the client is closed.
  listener.subscribe("+switch-master").catch(() => undefined);
  return listener;
}

/** A refused or lost connection is what the demo is about; each command says so by itself. */
function quiet(client: Redis): Redis {
  client.on("error", () => undefined);
  return client;
}
