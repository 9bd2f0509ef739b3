import { describe } from "vitest";
import type { DataServer } from "./data-server.ts";
import type { Lab } from "./lab.ts";
import { describeWithReal, type Kind } from "./programs.ts";
import type { Proxy } from "./proxy.ts";

/** Which server is at which end of a replication link. */
export interface Pair {
  readonly master: Kind;
  readonly replica: Kind;
}

const PAIRS: readonly Pair[] = [
  { master: "redis", replica: "vedette" },
  { master: "vedette", replica: "redis" },
  { master: "vedette", replica: "vedette" },
];

/** Real servers at both ends: what the suites expect is what those do. */
const CONTROL: Pair = { master: "redis", replica: "redis" };

/** The suite for each pair; with VEDETTE_E2E_CONTROL set, for two real servers only. */
export function describePairs(name: string, body: (pair: Pair) => void): void {
  const control = process.env["VEDETTE_E2E_CONTROL"] !== undefined;
  for (const pair of control ? [CONTROL] : PAIRS) {
    const title = `${name}, ${pair.master} → ${pair.replica}`;
    if (pair.master === "vedette" && pair.replica === "vedette") describe(title, () => body(pair));
    else describeWithReal(["redis-server"], title, () => body(pair));
  }
}

/** The suite for a part that `redis` plays in the control run, `vedette` otherwise. */
export function kindUnderTest(): Kind {
  return process.env["VEDETTE_E2E_CONTROL"] === undefined ? "vedette" : "redis";
}

export interface Linked {
  readonly master: DataServer;
  readonly replica: DataServer;
  /** Between the two, on the replica's way to the master. */
  readonly proxy: Proxy;
}

/** A master and a replica that follows it through a proxy; not yet in sync. */
export async function startPair(
  lab: Lab,
  pair: Pair,
  settings: {
    readonly master?: Readonly<Record<string, string>>;
    readonly replica?: Readonly<Record<string, string>>;
    /** Done on the master before the replica comes. */
    readonly prepare?: (master: DataServer) => Promise<void>;
  } = {},
): Promise<Linked> {
  const master = await lab.dataServer("master", {
    kind: pair.master,
    settings: settings.master ?? {},
  });
  await settings.prepare?.(master);
  const proxy = await lab.proxyTo(master);
  const replica = await lab.dataServer("replica", {
    kind: pair.replica,
    settings: { replicaof: `127.0.0.1 ${proxy.port}`, ...settings.replica },
  });
  return { master, replica, proxy };
}

/** Waits until the replica's link is up and it has applied all that the master has produced. */
export async function untilInSync(
  lab: Lab,
  master: DataServer,
  replica: DataServer,
): Promise<void> {
  await lab.until({
    name: `${replica.name} has all that ${master.name} has`,
    look: async () => {
      const theirs = await replica.info("replication");
      const ours = await master.info("replication");
      return {
        link: theirs["master_link_status"],
        replid: [ours["master_replid"], theirs["master_replid"]],
        offset: [ours["master_repl_offset"], theirs["slave_repl_offset"]],
        acked: ours["slave0"],
      };
    },
    holds: ({ link, replid, offset }) =>
      link === "up" && replid[0] === replid[1] && offset[0] === offset[1],
  });
}

/** The counters of synchronisations that a master has served. */
export async function syncCounts(
  master: DataServer,
): Promise<{ readonly full: number; readonly partialOk: number; readonly partialErr: number }> {
  const stats = await master.info("stats");
  return {
    full: Number(stats["sync_full"]),
    partialOk: Number(stats["sync_partial_ok"]),
    partialErr: Number(stats["sync_partial_err"]),
  };
}

/** Every key of every database as `db key = value @ expiry`, sorted; bytes as latin1. */
export async function contentsOf(server: DataServer): Promise<readonly string[]> {
  const lines: string[] = [];
  const keyspace = await server.info("keyspace");
  for (const db of Object.keys(keyspace).filter((name) => /^db\d+$/.test(name))) {
    await server.command("SELECT", db.slice(2));
    const keys = await server.commandForBytes("KEYS", "*");
    if (!Array.isArray(keys)) throw new Error("KEYS gave no list");
    for (const key of keys.filter((one) => Buffer.isBuffer(one))) {
      const value = await server.commandForBytes("GET", key);
      if (!Buffer.isBuffer(value)) continue; // expired meanwhile
      const expireAt = String(await server.command("PEXPIRETIME", key));
      lines.push(`${db} ${latin1(key)} = ${latin1(value)} @ ${expireAt}`);
    }
  }
  await server.command("SELECT", 0);
  return lines.sort();
}

function latin1(bytes: Buffer): string {
  return bytes.toString("latin1");
}
