import { setTimeout as pause } from "node:timers/promises";
import { Redis } from "ioredis";
import type { Acknowledged } from "./history.ts";
import { MASTER, type Member } from "./fleet.ts";

const PATIENCE_MS = 500;
const BACKOFF_MS = 50;
const INTERVAL_MS = 4;
const WAIT_EVERY = 5;

/** Where all clients put their values. */
export const HISTORY = "history";

/**
 * Writes values that grow, one after the other, and remembers what was acknowledged, by whom and in
 * which of his reigns. It finds the master as the client guidelines say, and never sends a write twice.
 */
export class HistoryClient {
  readonly acknowledged: Acknowledged[] = [];
  readonly #name: string;
  readonly #sentinels: readonly Member[];
  readonly #servers: readonly Member[];
  readonly #now: () => number;
  #next = 1;
  #isStopped = false;
  #running: Promise<void> | undefined;

  constructor(
    name: string,
    given: {
      readonly sentinels: readonly Member[];
      readonly servers: readonly Member[];
      readonly now: () => number;
    },
  ) {
    this.#name = name;
    this.#sentinels = given.sentinels;
    this.#servers = given.servers;
    this.#now = given.now;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Resolves when nothing of it is under way any more. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    for (let turn = 0; !this.#isStopped; turn++) {
      const sentinel = this.#sentinels[turn % this.#sentinels.length];
      const server = sentinel === undefined ? undefined : await this.#masterOf(sentinel);
      if (server !== undefined) await this.#writeTo(server);
      await pause(BACKOFF_MS);
    }
  }

  async #masterOf({ host, daemon: { port } }: Member): Promise<Member | undefined> {
    const redis = connection(host, port);
    try {
      await redis.connect();
      const reply = await redis.call("SENTINEL", "GET-MASTER-ADDR-BY-NAME", MASTER);
      const address = Array.isArray(reply) ? reply.join(":") : "";
      return this.#servers.find((each) => `${each.host}:${each.daemon.port}` === address);
    } catch {
      return undefined;
    } finally {
      redis.disconnect();
    }
  }

  async #writeTo(server: Member): Promise<void> {
    const redis = connection(server.host, server.daemon.port);
    try {
      await redis.connect();
      const info = await redis.info("replication");
      if (!/^role:master\r$/m.test(info)) return;
      const reign = `${server.name} ${/^master_replid:(\w+)/m.exec(info)?.[1] ?? ""}`;
      while (!this.#isStopped) {
        await this.#write(redis, { server: server.name, reign });
        await pause(INTERVAL_MS);
      }
    } catch {
      // Whatever it was, the master is looked for again.
    } finally {
      redis.disconnect();
    }
  }

  async #write(redis: Redis, place: Pick<Acknowledged, "server" | "reign">): Promise<void> {
    const number = this.#next++;
    const value = `${this.#name}-${number}`;
    await redis.sadd(HISTORY, value);
    const written = { ...place, client: this.#name, value, atMs: this.#now() };
    const index = this.acknowledged.push({ ...written, isWaited: false }) - 1;
    if (number % WAIT_EVERY !== 0) return;
    const replicas = await redis.wait(1, PATIENCE_MS / 2);
    if (replicas >= 1) this.acknowledged[index] = { ...written, isWaited: true };
  }
}

function connection(host: string, port: number): Redis {
  const redis = new Redis({
    host,
    port,
    lazyConnect: true,
    protocol: 2,
    enableReadyCheck: false,
    enableOfflineQueue: false,
    disableClientInfo: true,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
    connectTimeout: PATIENCE_MS,
    commandTimeout: PATIENCE_MS,
  });
  // Errors reach the caller by the command that failed.
  redis.on("error", () => undefined);
  return redis;
}
