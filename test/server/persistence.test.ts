import { describe, expect, it } from "vitest";
import type { SnapshotId } from "../../src/server/persistence.ts";
import { newSnapshot, produceSnapshot } from "../../src/server/saving.ts";
import { RdbWriter } from "../../src/wire/rdb/rdb-writer.ts";
import { unixMillis } from "../../src/base/units.ts";
import { TestServer } from "./test-server.ts";

const ID = "abcdef0123".repeat(4);

function snapshots(server: TestServer): SnapshotId[] {
  return server.effects.flatMap((effect) => {
    return effect.kind === "run-snapshot" ? [effect.snapshot] : [];
  });
}

function info(server: TestServer, name: string): string | undefined {
  const text = server.connect().line("INFO everything");
  return new RegExp(`^${name}:(.*)\r$`, "m").exec(text)?.[1];
}

/** Begins like a process that finds this file. */
function start(
  server: TestServer,
  bytes: Buffer,
  replicaOf?: { host: string; port: number },
): void {
  server.deliver({ kind: "started", replicaOf });
  server.deliver({ kind: "load-bytes", bytes });
  server.deliver({ kind: "load-ended" });
}

/** A file with one key that stays and one that expired long ago. */
function file(
  position: { readonly replicationId: string; readonly offset: number } | undefined,
): Buffer {
  const writer = new RdbWriter({ compression: "none" });
  writer.header({
    redisVersion: "7.2.0",
    createdAt: unixMillis(0),
    usedMemoryBytes: 0,
    replication: position === undefined ? undefined : { streamDb: 3, ...position },
  });
  writer.selectDb(0);
  const value = { kind: "string", bytes: "v" } as const;
  writer.key({ key: "stays", value, expireAt: undefined });
  writer.key({ key: "expired", value, expireAt: unixMillis(1) });
  writer.end();
  return Buffer.concat(writer.takeBlocks());
}

describe("saving", () => {
  it("begins when a save point is reached, and counts what it covered", () => {
    const server = new TestServer({ savePoints: [{ seconds: 5, changes: 2 }] });
    const client = server.connect();
    client.line("SET k v");
    server.pass(10_000);
    expect(snapshots(server)).toEqual([]);
    client.line("SET k w");
    server.pass(100);
    const [id, ...more] = snapshots(server);
    expect(more).toEqual([]);
    if (id === undefined) throw new Error("a snapshot");
    client.line("SET k x");
    server.pass(10_000);
    server.deliver({ kind: "snapshot-written", snapshot: id, bytes: 0 });
    expect(info(server, "rdb_changes_since_last_save")).toBe("1");
    expect(info(server, "rdb_last_bgsave_status")).toBe("ok");
    expect(info(server, "rdb_saves")).toBe("1");
  });

  it("begins behind a transaction that asks for it, not within", () => {
    const server = new TestServer();
    const client = server.connect();
    for (const line of ["MULTI", "SET k half", "BGSAVE", "SET k whole"]) client.line(line);
    expect(client.line("EXEC")).toBe("*3\r\n+OK\r\n+Background saving scheduled\r\n+OK\r\n");
    expect(snapshots(server)).toEqual([]);
    server.pass(100);
    const [id] = snapshots(server);
    if (id === undefined) throw new Error("a snapshot");
    const slice = produceSnapshot(server.state, id, Number.POSITIVE_INFINITY);
    expect(Buffer.concat(slice?.blocks ?? []).toString("latin1")).toContain("\x05whole");
  });

  it("is not tried again at once when it failed", () => {
    const server = new TestServer({ savePoints: [{ seconds: 1, changes: 1 }] });
    server.connect().line("SET k v");
    server.pass(2500);
    const [id] = snapshots(server);
    if (id === undefined) throw new Error("a snapshot");
    server.deliver({ kind: "snapshot-failed", snapshot: id, reason: "disk full" });
    server.pass(4500);
    expect(snapshots(server).length).toBe(1);
    server.pass(1000);
    expect(snapshots(server).length).toBe(2);
  });

  it("is one at a time; another can be scheduled behind it", () => {
    const server = new TestServer();
    const client = server.connect();
    expect(client.line("BGSAVE")).toBe("+Background saving started\r\n");
    expect(client.line("BGSAVE")).toBe("-ERR Background save already in progress\r\n");
    expect(client.line("SAVE")).toBe("-ERR Background save already in progress\r\n");
    expect(client.line("BGSAVE SCHEDULE")).toBe("+Background saving scheduled\r\n");
    const [id] = snapshots(server);
    if (id === undefined) throw new Error("a snapshot");
    server.deliver({ kind: "snapshot-written", snapshot: id, bytes: 0 });
    expect(snapshots(server).length).toBe(2);
  });

  it("is given up by FLUSHALL, which saves that there is nothing", () => {
    const server = new TestServer({ savePoints: [{ seconds: 3600, changes: 1 }] });
    const client = server.connect();
    client.line("SET k v");
    client.line("BGSAVE");
    client.line("FLUSHALL");
    const [first] = snapshots(server);
    if (first === undefined) throw new Error("a snapshot");
    expect(produceSnapshot(server.state, first, 1000)).toBeUndefined();
    expect(server.state.persistence).toMatchObject({ changes: 0, saves: 1, lastStatus: "ok" });
  });
});

describe("a process that begins", () => {
  it("is empty without a file", () => {
    const server = new TestServer();
    server.deliver({ kind: "started", replicaOf: undefined });
    server.deliver({ kind: "load-failed", reason: "ENOENT", missing: true });
    expect(server.connect().line("DBSIZE")).toBe(":0\r\n");
    expect(server.effects.at(-1)?.kind).toBe("ready");
  });

  it.each([
    ["of another kind", Buffer.from("not an RDB at all")],
    ["cut off", file(undefined).subarray(0, 40)],
    ["changed", Buffer.concat([file(undefined).subarray(0, -1), Buffer.from([1])])],
  ])("ends when its file is %s", (_, bytes) => {
    const server = new TestServer();
    start(server, bytes);
    expect(server.effects).toContainEqual({ kind: "exit", status: 1 });
    expect(server.logged.join("\n")).toContain("Fatal error loading the DB");
  });

  it("as a master leaves out what has expired, and goes on in the history of its file", () => {
    const server = new TestServer();
    start(server, file({ replicationId: ID, offset: 1000 }));
    expect([...server.contents().keys()]).toEqual(["0/stays"]);
    expect(info(server, "master_replid2")).toBe(ID);
    expect(info(server, "second_repl_offset")).toBe("1001");
    expect(info(server, "repl_backlog_first_byte_offset")).toBe("1001");
    expect(Number(info(server, "master_repl_offset"))).toBeGreaterThan(1000);
    expect(info(server, "rdb_last_load_keys_expired")).toBe("1");
    const replica = server.connect();
    replica.line("REPLCONF capa psync2");
    replica.line(`PSYNC ${ID} 1001`);
    expect(info(server, "sync_partial_ok")).toBe("1");
  });

  it("as a replica keeps what has expired, and asks its master for what follows", () => {
    const server = new TestServer();
    start(server, file({ replicationId: ID, offset: 1000 }), { host: "master", port: 6379 });
    expect([...server.contents().keys()]).toEqual(["0/expired", "0/stays"]);
    const opened = server.effects.find((effect) => effect.kind === "open-link");
    if (opened?.kind !== "open-link") throw new Error("a link");
    const { link } = opened;
    server.deliver({ kind: "link-opened", link });
    server.deliver({ kind: "link-bytes", link, bytes: Buffer.from("+PONG\r\n+OK\r\n+OK\r\n") });
    const sent = server.effects.flatMap((effect) => {
      return effect.kind === "write-link" ? [effect.bytes] : [];
    });
    expect(sent.at(-1)).toBe(`*3\r\n$5\r\nPSYNC\r\n$40\r\n${ID}\r\n$4\r\n1001\r\n`);
  });

  it("has a history of its own where the file tells of none", () => {
    const server = new TestServer();
    start(server, file(undefined));
    expect(info(server, "repl_backlog_active")).toBe("0");
    expect(info(server, "second_repl_offset")).toBe("-1");
  });
});

describe("a shutdown", () => {
  it("ends at once where nobody lags, and saves where that is configured", () => {
    const server = new TestServer({ savePoints: [{ seconds: 3600, changes: 1 }] });
    server.connect().line("SET k v");
    server.connect().line("SHUTDOWN");
    expect(server.file).toBeDefined();
    expect(server.effects.at(-1)).toEqual({ kind: "exit", status: 0 });
  });

  it("without saving leaves the file alone", () => {
    const server = new TestServer({ savePoints: [{ seconds: 3600, changes: 1 }] });
    server.connect().line("SHUTDOWN NOSAVE");
    expect(server.file).toBeUndefined();
    expect(server.effects.at(-1)).toEqual({ kind: "exit", status: 0 });
  });

  it("does not happen when saving fails, unless forced", () => {
    const server = new TestServer();
    server.savingFails = true;
    const client = server.connect();
    expect(client.line("SHUTDOWN SAVE")).toBe("-ERR Errors trying to SHUTDOWN. Check logs.\r\n");
    expect(server.effects.some((effect) => effect.kind === "exit")).toBe(false);
    client.line("SHUTDOWN SAVE FORCE");
    expect(server.effects.at(-1)).toEqual({ kind: "exit", status: 0 });
  });

  it("waits for a cron that is paused when a signal asks, and can be called off", () => {
    const server = new TestServer({ debugCommand: "yes" });
    const client = server.connect();
    client.line("DEBUG PAUSE-CRON 1");
    server.deliver({ kind: "shutdown-signal", words: ["force"] });
    expect(client.line("SHUTDOWN ABORT")).toBe("+OK\r\n");
    expect(client.line("SHUTDOWN ABORT")).toBe("-ERR No shutdown in progress.\r\n");
    server.deliver({ kind: "shutdown-signal", words: ["force"] });
    client.line("DEBUG PAUSE-CRON 0");
    server.pass(100);
    expect(server.effects.at(-1)).toEqual({ kind: "exit", status: 0 });
  });

  it("waits for replicas that lag, and can be called off meanwhile", () => {
    const server = new TestServer();
    const replica = server.connect();
    replica.line("PSYNC ? -1");
    const [id] = snapshots(server);
    if (id === undefined) throw new Error("a snapshot");
    server.deliver({ kind: "snapshot-written", snapshot: id, bytes: 0 });
    server.deliver({ kind: "snapshot-sent", client: replica.client.id });
    server.connect().line("SET k v");
    const client = server.connect();
    expect(client.line("SHUTDOWN")).toBe("");
    expect(info(server, "shutdown_in_milliseconds")).toBe("10000");
    expect(server.connect().line("SET k w")).toBe("");
    const second = server.connect();
    expect(second.line("SHUTDOWN")).toBe("");
    // Two that wait to shut down, one that waits to write.
    expect(info(server, "blocked_clients")).toBe("3");
    expect(server.connect().line("SHUTDOWN ABORT")).toBe("+OK\r\n");
    for (const waiting of [client, second]) {
      expect(waiting.reply()).toBe("-ERR Errors trying to SHUTDOWN. Check logs.\r\n");
    }
    client.line("SHUTDOWN");
    server.pass(500);
    expect(server.effects.some((effect) => effect.kind === "exit")).toBe(false);
    replica.line("REPLCONF ACK 1000");
    server.pass(100);
    expect(server.effects).toContainEqual({ kind: "exit", status: 0 });
  });

  it("by a second signal while the first waits is immediate", () => {
    const server = new TestServer();
    const replica = server.connect();
    replica.line("PSYNC ? -1");
    const [id] = snapshots(server);
    if (id === undefined) throw new Error("a snapshot");
    server.deliver({ kind: "snapshot-written", snapshot: id, bytes: 0 });
    server.deliver({ kind: "snapshot-sent", client: replica.client.id });
    server.connect().line("SET k v");
    server.deliver({ kind: "shutdown-signal", words: ["default"] });
    expect(server.effects.some((effect) => effect.kind === "exit")).toBe(false);
    server.deliver({ kind: "shutdown-signal", words: ["default"] });
    expect(server.effects.at(-1)).toEqual({ kind: "exit", status: 1 });
  });
});

/** The sections that INFO shows. */
function titles(reply: string): string[] {
  return [...reply.matchAll(/^# (\w+)\r$/gm)].map((match) => match[1] ?? "");
}

describe("INFO", () => {
  it("has the sections that are asked for, in order, and empty lines between them", () => {
    const client = new TestServer().connect();
    expect(titles(client.line("INFO"))).toEqual([
      "Server",
      "Clients",
      "Memory",
      "Persistence",
      "Stats",
      "Replication",
      "CPU",
      "Modules",
      "Errorstats",
      "Cluster",
      "Keyspace",
    ]);
    expect(titles(client.line("INFO keyspace SERVER"))).toEqual(["Server", "Keyspace"]);
    expect(client.line("INFO nothing")).toBe("$0\r\n\r\n");
    expect(client.line("INFO cluster keyspace")).toBe(
      "$44\r\n# Cluster\r\ncluster_enabled:0\r\n\r\n# Keyspace\r\n\r\n",
    );
  });

  it("counts keys and hits", () => {
    const server = new TestServer();
    const client = server.connect();
    for (const line of ["SET k v", "SET l v EX 100", "GET k", "GET nothing"]) client.line(line);
    expect(info(server, "db0")).toBe("keys=2,expires=1,avg_ttl=100000");
    expect(info(server, "keyspace_hits")).toBe("1");
    expect(info(server, "keyspace_misses")).toBe("1");
  });
});

describe("DEBUG DIGEST", () => {
  it("is the one of redis-server for the same data, in whatever order it came", () => {
    const server = new TestServer();
    const client = server.connect();
    expect(client.line("DEBUG DIGEST")).toBe(`+${"0".repeat(40)}\r\n`);
    client.line("SET k v");
    expect(client.line("DEBUG DIGEST")).toBe("+264ccf65edec66bccfa7cc659414ccca432057d2\r\n");
    for (const line of ["SET l w EX 100", "SELECT 3", "SET xx yy"]) client.line(line);
    expect(client.line("DEBUG DIGEST")).toBe("+d03050db088251a0571b45497cbebe5a095540f6\r\n");
    client.line("SELECT 0");
    expect(client.line("DEBUG DIGEST-VALUE k nothing")).toBe(
      `*2\r\n+d79ee9fe5d5ad902d7f6620efc3b07b75ddd742f\r\n+${"0".repeat(40)}\r\n`,
    );
  });
});

describe("a snapshot that is slowed down", () => {
  it("comes key by key, so that a delay for each key is one", () => {
    const server = new TestServer();
    const client = server.connect();
    for (let n = 0; n < 20; n++) client.line(`SET k${n} v`);
    const snapshot = newSnapshot(server.state);
    const seen = new Set<number>();
    while (!snapshot.complete) {
      snapshot.produce(1);
      seen.add(snapshot.keys);
    }
    snapshot.release();
    expect(snapshot.keys).toBe(20);
    // Two keys may share a bucket.
    expect(seen.size).toBeGreaterThan(10);
  });
});
