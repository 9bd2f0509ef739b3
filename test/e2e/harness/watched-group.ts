import { Redis, type RedisOptions } from "ioredis";
import type { DataServer } from "./data-server.ts";
import type { Lab } from "./lab.ts";
import type { Kind } from "./programs.ts";
import { clientOptions, type TlsFiles } from "./tls-files.ts";
import type { SentinelProcess } from "./sentinel-process.ts";

export const MASTER_NAME = "mymaster";

/** A master, its replicas, and the sentinels that watch them. */
export interface WatchedGroup {
  readonly servers: readonly [DataServer, DataServer, DataServer];
  readonly sentinels: readonly SentinelProcess[];
  /** What everybody in it encrypts with; undefined: nothing is encrypted. */
  readonly tls?: TlsFiles | undefined;
}

/**
 * One master, two replicas and one sentinel of each kind given; resolves when every sentinel knows
 * the others and both replicas, and both replicas follow.
 */
export async function startGroup(
  lab: Lab,
  options: {
    readonly data: Kind;
    readonly sentinels: readonly Kind[];
    readonly quorum?: number;
    readonly downAfterMs?: number;
    readonly failoverTimeoutMs?: number;
    readonly tls?: TlsFiles;
    /** Directives of every server. */
    readonly settings?: Readonly<Record<string, string>>;
    /** Further lines of each sentinel's configuration, by its number from 0. */
    readonly lines?: (sentinel: number) => readonly string[];
  },
): Promise<WatchedGroup> {
  const kind = options.data;
  const secured = options.tls === undefined ? {} : { tls: options.tls };
  const { settings: common = {} } = options;
  const master = await lab.dataServer("master", { kind, settings: common, ...secured });
  const settings = { ...common, replicaof: `127.0.0.1 ${master.port}` };
  const replicas = await Promise.all([
    lab.dataServer("replica-1", { kind, settings, ...secured }),
    lab.dataServer("replica-2", { kind, settings, ...secured }),
  ]);
  const config = [
    `sentinel monitor ${MASTER_NAME} 127.0.0.1 ${master.port} ${options.quorum ?? 2}`,
    `sentinel down-after-milliseconds ${MASTER_NAME} ${options.downAfterMs ?? 1000}`,
    `sentinel failover-timeout ${MASTER_NAME} ${options.failoverTimeoutMs ?? 10_000}`,
  ];
  const sentinels = await Promise.all(
    options.sentinels.map((sentinel, index) =>
      lab.sentinel(`sentinel-${index + 1}`, {
        kind: sentinel,
        config: [...config, ...(options.lines?.(index) ?? [])],
        ...secured,
      }),
    ),
  );
  const group: WatchedGroup = { servers: [master, ...replicas], sentinels, ...secured };
  await lab.until({
    name: "every sentinel knows the others and both replicas",
    look: async () => Promise.all(sentinels.map(async (sentinel) => knownTo(sentinel))),
    holds: (all) =>
      all.every((known) => known === `2 replicas, ${sentinels.length - 1} other sentinels, master`),
    withinMs: 40_000,
  });
  await followersOf(lab, group, master);
  return group;
}

async function knownTo(sentinel: SentinelProcess): Promise<string> {
  const [master] = await sentinel.instances("MASTER", MASTER_NAME);
  const replicas = await sentinel.instances("REPLICAS", MASTER_NAME);
  const healthy = replicas.filter((replica) => replica["flags"] === "slave").length;
  return `${healthy} replicas, ${master?.["num-other-sentinels"]} other sentinels, ${master?.["flags"]}`;
}

/** Resolves with the server that all sentinels name as master, once it is not `old`. */
export async function newMasterAfter(
  lab: Lab,
  group: WatchedGroup,
  old: DataServer,
): Promise<DataServer> {
  const addresses = await lab.until({
    name: `all sentinels name another master than port ${old.port}`,
    look: async () =>
      Promise.all(group.sentinels.map(async (sentinel) => sentinel.masterAddress(MASTER_NAME))),
    holds: (all) => new Set(all).size === 1 && all[0] !== `127.0.0.1:${old.port}`,
    withinMs: 30_000,
  });
  const found = group.servers.find((server) => addresses[0] === `127.0.0.1:${server.port}`);
  if (found === undefined) throw new Error(`${addresses[0]} is none of the servers`);
  return found;
}

/** Resolves when all other running servers follow the master over a link that is up. */
export async function followersOf(
  lab: Lab,
  group: WatchedGroup,
  master: DataServer,
): Promise<void> {
  const others = group.servers.filter(
    (server) => server !== master && server.process.status === undefined,
  );
  await lab.until({
    name: `the others follow the master on port ${master.port}`,
    look: async () =>
      Promise.all(
        others.map(async (server) => {
          const info = await server.info("replication");
          return `${info["role"]} of ${info["master_port"]} ${info["master_link_status"]}`;
        }),
      ),
    holds: (all) => all.every((state) => state === `slave of ${master.port} up`),
    withinMs: 40_000,
  });
}

/** A client as applications make it: it knows the sentinels and finds the master by itself. */
export function sentinelAwareClient(group: WatchedGroup): Redis {
  const client = new Redis({
    sentinels: group.sentinels.map(({ port }) => ({ host: "127.0.0.1", port })),
    name: MASTER_NAME,
    sentinelRetryStrategy: () => 20,
    retryStrategy: () => 20,
    maxRetriesPerRequest: null,
    connectTimeout: 1000,
    ...encrypted(group.tls),
  });
  client.on("error", () => undefined);
  return client;
}

function encrypted(
  files: TlsFiles | undefined,
): Pick<RedisOptions, "tls" | "sentinelTLS" | "enableTLSForSentinelMode"> {
  if (files === undefined) return {};
  const tls = clientOptions(files);
  return { tls, sentinelTLS: tls, enableTLSForSentinelMode: true };
}
