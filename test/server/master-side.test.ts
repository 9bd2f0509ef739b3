import { describe, expect, it } from "vitest";
import type { Effect } from "../../src/server/effect.ts";
import { pauseClients } from "../../src/server/pause.ts";
import type { SnapshotId } from "../../src/server/persistence.ts";
import { takeStream } from "../../src/server/replication/feed.ts";
import { type TestClient, TestServer } from "./test-server.ts";

type Kind<Name extends Effect["kind"]> = Extract<Effect, { kind: Name }>;

function effects<Name extends Effect["kind"]>(server: TestServer, kind: Name): Kind<Name>[] {
  return server.effects.filter((effect): effect is Kind<Name> => effect.kind === kind);
}

function lastSnapshot(server: TestServer): SnapshotId {
  const last = effects(server, "run-snapshot").at(-1);
  if (last === undefined) throw new Error("no snapshot was begun");
  return last.snapshot;
}

function attach(server: TestServer, ...capa: readonly string[]): TestClient {
  const client = server.connect();
  if (capa.length > 0) client.line(`REPLCONF ${capa.map((name) => `capa ${name}`).join(" ")}`);
  client.line("PSYNC ? -1");
  return client;
}

function info(server: TestServer, name: string): string[] {
  const lines = server.connect().line("INFO replication").split("\r\n");
  return lines.filter((line) => line.startsWith(name));
}

/** What was written to the client in front of the stream. */
function written(server: TestServer, client: TestClient): string {
  return effects(server, "write-client")
    .filter((effect) => effect.client === client.client.id)
    .map((effect) => effect.bytes)
    .join("");
}

function streamOf(server: TestServer, client: TestClient): string {
  const { id } = client.client;
  return Buffer.concat(takeStream(server.state, id, 1_000_000)).toString("latin1");
}

function online(server: TestServer, announcement = "REPLCONF listening-port 0"): TestClient {
  const client = server.connect();
  client.line(announcement);
  client.line("REPLCONF capa eof capa psync2");
  client.line("PSYNC ? -1");
  server.deliver({ kind: "snapshot-written", snapshot: lastSnapshot(server), bytes: 0 });
  client.line("REPLCONF ACK 0");
  return client;
}

describe("a full synchronisation", () => {
  it("without `capa eof` goes over the file, with keepalives until it is there", () => {
    const server = new TestServer();
    const replica = attach(server);
    expect(effects(server, "run-snapshot")[0]?.target).toEqual({ kind: "file" });
    expect(written(server, replica)).toMatch(/^\+FULLRESYNC [0-9a-f]{40} 0\r\n$/);
    server.pass(2000);
    expect(written(server, replica)).toMatch(/\r\n\n\n$/);
    expect(info(server, "slave0")[0]).toContain("state=wait_bgsave");
    server.connect().line("SET k v");
    server.deliver({ kind: "snapshot-written", snapshot: lastSnapshot(server), bytes: 0 });
    expect(info(server, "slave0")[0]).toContain("state=send_bulk");
    expect(streamOf(server, replica)).toBe("");
    server.deliver({ kind: "snapshot-sent", client: replica.client.id });
    expect(info(server, "slave0")[0]).toContain("state=online");
    expect(streamOf(server, replica)).toContain("SET");
  });

  it("with `capa eof` goes to the socket, and nothing follows before the first ACK", () => {
    const server = new TestServer();
    const replica = attach(server, "eof", "psync2");
    const [run] = effects(server, "run-snapshot");
    expect(run?.target).toMatchObject({ kind: "replicas", clients: [replica.client.id] });
    const before = written(server, replica);
    server.pass(3000);
    server.connect().line("SET k v");
    server.deliver({ kind: "snapshot-written", snapshot: lastSnapshot(server), bytes: 0 });
    server.pass(3000);
    expect(written(server, replica)).toBe(before);
    expect(streamOf(server, replica)).toBe("");
    replica.line("REPLCONF ACK 0");
    expect(streamOf(server, replica)).toContain("SET");
  });

  it("asked for by SYNC has no FULLRESYNC line, and its replica is never timed out", () => {
    const server = new TestServer();
    const replica = server.connect();
    replica.line("SYNC");
    expect(written(server, replica)).toBe("");
    server.deliver({ kind: "snapshot-written", snapshot: lastSnapshot(server), bytes: 0 });
    server.deliver({ kind: "snapshot-sent", client: replica.client.id });
    server.pass(120_000);
    expect(info(server, "connected_slaves")).toEqual(["connected_slaves:1"]);
  });

  it("is one for all that come within the delay", () => {
    const server = new TestServer({ replDisklessSyncDelaySeconds: 5 });
    const replicas = [attach(server, "eof"), attach(server, "eof")];
    server.pass(4000);
    expect(effects(server, "run-snapshot")).toEqual([]);
    server.pass(1500);
    const clients = replicas.map(({ client }) => client.id);
    expect(effects(server, "run-snapshot").map(({ target }) => target)).toMatchObject([
      { kind: "replicas", clients },
    ]);
  });

  it("begins as soon as enough replicas wait", () => {
    const server = new TestServer({
      replDisklessSyncDelaySeconds: 5,
      replDisklessSyncMaxReplicas: 2,
    });
    attach(server, "eof");
    attach(server, "eof");
    expect(effects(server, "run-snapshot").length).toBe(1);
  });

  it("by file is joined by who comes later, with the stream since", () => {
    const server = new TestServer({ replDisklessSync: false });
    const first = attach(server, "eof", "psync2");
    server.connect().line("SET k v");
    const second = attach(server, "eof", "psync2");
    expect(effects(server, "run-snapshot").length).toBe(1);
    expect(written(server, second)).toBe(written(server, first));
    server.deliver({ kind: "snapshot-written", snapshot: lastSnapshot(server), bytes: 0 });
    for (const { client } of [first, second]) {
      server.deliver({ kind: "snapshot-sent", client: client.id });
    }
    expect(streamOf(server, second)).toBe(streamOf(server, first));
  });

  it("by socket is not joined: the next one begins behind it", () => {
    const server = new TestServer();
    attach(server, "eof");
    attach(server, "eof");
    expect(effects(server, "run-snapshot").length).toBe(1);
    server.deliver({ kind: "snapshot-written", snapshot: lastSnapshot(server), bytes: 0 });
    expect(effects(server, "run-snapshot").length).toBe(2);
  });

  it("that fails tells its replicas, and closes them", () => {
    const server = new TestServer();
    const replica = attach(server);
    const snapshot = lastSnapshot(server);
    server.deliver({ kind: "snapshot-failed", snapshot, reason: "disk full" });
    expect(written(server, replica)).toMatch(/-ERR BGSAVE failed, replication can't continue\r\n$/);
    expect(server.closed(replica.client.id)).toBe(true);
    expect(info(server, "connected_slaves")).toEqual(["connected_slaves:0"]);
  });

  it("that fails on its way to the socket closes its replicas without a word in the payload", () => {
    const server = new TestServer();
    const replica = attach(server, "eof");
    const snapshot = lastSnapshot(server);
    server.deliver({ kind: "snapshot-failed", snapshot, reason: "broken" });
    expect(written(server, replica)).not.toContain("ERR");
    expect(server.closed(replica.client.id)).toBe(true);
  });

  it.each([["eof"], ["psync2"]])("is begun anew when its data was flushed (capa %s)", (capa) => {
    const server = new TestServer();
    const client = server.connect();
    client.line("SET k v");
    const replica = attach(server, capa);
    const snapshot = lastSnapshot(server);
    client.line("FLUSHALL");
    server.deliver({ kind: "turn-ended" });
    expect(effects(server, "cancel-snapshot")).toEqual([{ kind: "cancel-snapshot", snapshot }]);
    expect(server.closed(replica.client.id)).toBe(true);
    attach(server, capa);
    expect(lastSnapshot(server)).not.toBe(snapshot);
  });

  it("without data is asked for by a filter, goes to sockets only, and is shared by its like", () => {
    const server = new TestServer({ replDisklessSync: false, replDisklessSyncDelaySeconds: 5 });
    server.connect().line("SET k v");
    const lacking = server.connect();
    expect(lacking.line("REPLCONF rdb-filter-only keys")).toBe(
      "-ERR Unsupported rdb-filter-only option: keys\r\n",
    );
    expect(lacking.line("REPLCONF rdb-filter-only functions")).toBe("+OK\r\n");
    expect(lacking.line("SYNC")).toBe("-ERR Filtered replica requires EOF capability\r\n");
    const filtered = server.connect();
    filtered.line("REPLCONF capa eof rdb-only 1 rdb-filter-only functions");
    filtered.line("SYNC");
    const whole = attach(server, "eof");
    server.pass(6000);
    expect(effects(server, "run-snapshot").map(({ target }) => target)).toMatchObject([
      { kind: "replicas", clients: [filtered.client.id] },
    ]);
    expect(server.state.persistence.running?.snapshot.totalKeys).toBe(0);
    server.deliver({ kind: "snapshot-written", snapshot: lastSnapshot(server), bytes: 0 });
    expect(server.closed(filtered.client.id)).toBe(true);
    expect(server.state.persistence.running?.target).toEqual({ kind: "file" });
    expect(server.state.persistence.running?.snapshot.totalKeys).toBe(1);
    expect(info(server, "slave0")[0]).toContain("state=wait_bgsave");
    expect(server.closed(whole.client.id)).toBe(false);
  });

  it.each([
    ["is removed where nothing else is saved", true, [], 1],
    ["stays by default", false, [], 0],
    ["stays where snapshots are saved", true, [{ seconds: 3600, changes: 1 }], 0],
  ])("leaves a file that %s", (_, rdbDelSyncFiles, savePoints, deletions) => {
    const server = new TestServer({ rdbDelSyncFiles, savePoints });
    const replica = attach(server);
    server.deliver({ kind: "snapshot-written", snapshot: lastSnapshot(server), bytes: 0 });
    server.pass(2000);
    expect(effects(server, "delete-snapshot-file").length).toBe(0);
    server.deliver({ kind: "snapshot-sent", client: replica.client.id });
    server.pass(3000);
    expect(effects(server, "delete-snapshot-file").length).toBe(deletions);
  });

  it("is cancelled when nobody waits for it any more", () => {
    const server = new TestServer();
    const replica = attach(server, "eof");
    server.deliver({ kind: "client-closed", client: replica.client.id });
    const snapshot = lastSnapshot(server);
    expect(effects(server, "cancel-snapshot")).toEqual([{ kind: "cancel-snapshot", snapshot }]);
    // A late answer about it is no answer about the next one.
    attach(server, "eof");
    server.deliver({ kind: "snapshot-written", snapshot, bytes: 0 });
    expect(info(server, "slave0")[0]).toContain("state=wait_bgsave");
  });

  it("for a backup closes the connection behind the payload", () => {
    const server = new TestServer();
    const backup = server.connect();
    backup.line("REPLCONF capa eof rdb-only 1");
    backup.line("SYNC");
    server.deliver({ kind: "snapshot-written", snapshot: lastSnapshot(server), bytes: 0 });
    expect(effects(server, "close-client")).toMatchObject([
      { client: backup.client.id, when: "all-is-sent" },
    ]);
  });
});

describe("a master with replicas", () => {
  it("begins a new history with its first replica, and counts from then on", () => {
    const server = new TestServer();
    const before = info(server, "master_replid:");
    server.connect().line("SET k v");
    expect(info(server, "master_repl_offset")).toEqual(["master_repl_offset:0"]);
    online(server);
    expect(info(server, "master_replid:")).not.toEqual(before);
    server.connect().line("SET k v");
    expect(info(server, "master_repl_offset")).toEqual(["master_repl_offset:50"]);
  });

  it("shows offset and lag as acknowledged, and only online replicas in ROLE", () => {
    const server = new TestServer();
    const replica = online(server, "REPLCONF listening-port 7000 ip-address 10.0.0.1");
    server.connect().line("SET k v");
    replica.line("REPLCONF ACK 27");
    replica.line("REPLCONF ACK 14");
    server.pass(3500);
    expect(info(server, "slave0")).toEqual([
      "slave0:ip=10.0.0.1,port=7000,state=online,offset=27,lag=3",
    ]);
    attach(server, "eof");
    expect(server.connect().line("ROLE").split("\r\n")[0]).toBe("*3");
    expect(server.connect().line("ROLE")).toContain("*1\r\n*3\r\n");
  });

  it("closes a replica that is due a reply, and one that touches keys", () => {
    const server = new TestServer();
    const pinging = online(server);
    pinging.line("PING");
    expect(server.closed(pinging.client.id)).toBe(true);
    const reading = online(server);
    reading.line("GET k");
    expect(server.closed(reading.client.id)).toBe(true);
    expect(server.logged.join("\n")).toContain("Replica generated a reply to command 'ping'");
    expect(server.logged.join("\n")).toContain("Replica can't interact with the keyspace");
  });

  it("drops a replica that is silent for repl-timeout; an empty line is a sign of life", () => {
    const server = new TestServer();
    const replica = online(server);
    server.pass(59_000);
    replica.line("REPLCONF ACK 0");
    server.pass(59_000);
    expect(server.closed(replica.client.id)).toBe(false);
    server.pass(3000);
    expect(server.closed(replica.client.id)).toBe(true);
  });

  it("answers WAIT when replicas have what this client wrote, or when its time is up", () => {
    const server = new TestServer();
    const replica = online(server);
    const client = server.connect();
    client.line("SET k v");
    expect(client.line("WAIT 1 1000")).toBe("");
    expect(client.client.wait?.kind).toBe("replicas");
    replica.line("REPLCONF ACK 20");
    expect(client.reply()).toBe("");
    replica.line("REPLCONF ACK 50");
    expect(client.reply()).toBe(":1\r\n");
    expect(effects(server, "resume-client").at(-1)?.client).toBe(client.client.id);
    expect(client.line("WAIT 1 1000")).toBe(":1\r\n");
    expect(client.line("WAIT 2 500")).toBe("");
    server.pass(600);
    expect(client.reply()).toBe(":1\r\n");
    expect(server.connect().line("WAIT 1 0")).toBe(":1\r\n");
  });

  it("asks for acknowledgements behind a pause, for who waits since", () => {
    const server = new TestServer();
    const replica = online(server);
    const client = server.connect();
    client.line("SET k v");
    streamOf(server, replica);
    pauseClients(server.state, { durationMs: 500, scope: "write" });
    expect(client.line("WAIT 1 10000")).toBe("");
    expect(streamOf(server, replica)).toBe("");
    server.pass(600);
    expect(streamOf(server, replica)).toContain("GETACK");
  });

  it("answers WAITAOF when replicas have it in their append-only files; it has none itself", () => {
    const server = new TestServer();
    const replica = online(server);
    const client = server.connect();
    client.line("SET k v");
    expect(client.line("WAITAOF 1 0 0")).toMatch(/^-ERR WAITAOF cannot be used when numlocal/);
    expect(client.line("WAITAOF 2 0 0")).toMatch(/^-ERR value is out of range/);
    expect(client.line("WAITAOF 0 1 1000")).toBe("");
    replica.line("REPLCONF ACK 1000 FACK 20");
    expect(client.reply()).toBe("");
    replica.line("REPLCONF ACK 1000 FACK 1000");
    expect(client.reply()).toBe("*2\r\n:0\r\n:1\r\n");
    server.connect().line("REPLICAOF other 1");
    expect(server.connect().line("WAITAOF 0 1 0")).toMatch(/^-ERR WAITAOF cannot be used with/);
  });

  it("sends clients away that WAIT when it becomes a replica", () => {
    const server = new TestServer();
    online(server);
    const client = server.connect();
    client.line("SET k v");
    client.line("WAIT 2 0");
    server.connect().line("REPLICAOF other 1");
    expect(client.reply()).toMatch(/^-UNBLOCKED /);
    expect(client.connection.closed).toBe(true);
  });

  it("keeps its history while it is a replica, and goes on under a new id when promoted", () => {
    const server = new TestServer();
    const replica = online(server);
    server.connect().line("SET k v");
    const [first = ""] = info(server, "master_replid:");
    server.connect().line("REPLICAOF other 1");
    expect(server.closed(replica.client.id)).toBe(false);
    expect(info(server, "master_replid:")).toEqual([first]);
    server.connect().line("REPLICAOF NO ONE");
    expect(info(server, "master_replid2:")).toEqual([first.replace("replid", "replid2")]);
    expect(info(server, "second_repl_offset")).toEqual(["second_repl_offset:51"]);
    expect(server.closed(replica.client.id)).toBe(true);
    const again = server.connect();
    again.line("REPLCONF capa psync2");
    again.line(`PSYNC ${first.slice(-40)} 51`);
    expect(written(server, again)).toMatch(/^\+CONTINUE [0-9a-f]{40}\r\n$/);
  });

  it("forgets the backlog and its history long after the last replica has gone", () => {
    const server = new TestServer({ replBacklogTtlSeconds: 10 });
    const replica = online(server);
    const [first] = info(server, "master_replid:");
    server.deliver({ kind: "client-closed", client: replica.client.id });
    server.pass(9000);
    expect(info(server, "repl_backlog_active")).toEqual(["repl_backlog_active:1"]);
    server.pass(3000);
    expect(info(server, "repl_backlog_active")).toEqual(["repl_backlog_active:0"]);
    expect(info(server, "master_replid:")).not.toEqual([first]);
  });

  it("refuses SYNC where it cannot serve it", () => {
    const server = new TestServer();
    const client = server.connect();
    expect(client.line(`PSYNC ${"a".repeat(40)} 1 FAILOVER`)).toMatch(/can't be sent to a master/);
    server.connect().line("REPLICAOF other 1");
    expect(client.line("PSYNC ? -1")).toMatch(/^-NOMASTERLINK /);
    expect(client.line(`PSYNC ${"a".repeat(40)} 1 FAILOVER`)).toMatch(/must match my replid/);
    client.line("MULTI");
    expect(client.line("SYNC")).toBe("-ERR Command not allowed inside a transaction\r\n");
  });

  it("hands over to a replica that its master chose", () => {
    const server = new TestServer();
    server.connect().line("REPLICAOF other 1");
    const [id = ""] = info(server, "master_replid:");
    const old = server.connect();
    old.line("REPLCONF capa eof capa psync2");
    old.line(`PSYNC ${id.slice(-40)} 1 FAILOVER`);
    expect(info(server, "role")).toEqual(["role:master"]);
  });
});
