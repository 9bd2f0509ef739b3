import { describe, expect, it } from "vitest";
import { textOf } from "../../src/base/bytes.ts";
import { after } from "../../src/base/units.ts";
import { RequestParser, UNLIMITED } from "../../src/resp/request-parser.ts";
import { pauseClients } from "../../src/server/pause.ts";
import { takeStream } from "../../src/server/replication/feed.ts";
import { TestServer } from "./test-server.ts";

/** A master with a replica that listens from now on. */
class Stream {
  readonly server = new TestServer();
  readonly #replica = this.server.connect();

  constructor() {
    this.#replica.line("PSYNC ? -1");
    const [snapshot] = this.server.effects.filter((effect) => effect.kind === "run-snapshot");
    if (snapshot?.kind !== "run-snapshot") throw new Error("a snapshot for the replica");
    const { snapshot: id } = snapshot;
    this.server.deliver({ kind: "snapshot-written", snapshot: id, bytes: 0 });
    this.server.deliver({ kind: "snapshot-sent", client: this.#replica.client.id });
  }

  /** What the replica gets for these commands of one client, one line a command. */
  after(...lines: readonly string[]): string[] {
    const client = this.server.connect();
    for (const line of lines) client.line(line);
    return this.next();
  }

  next(): string[] {
    const parser = new RequestParser(UNLIMITED);
    const id = this.#replica.client.id;
    parser.feed(Buffer.concat(takeStream(this.server.state, id, Number.POSITIVE_INFINITY)));
    const commands: string[] = [];
    for (let args = parser.next(); args !== undefined; args = parser.next()) {
      commands.push(args.map(textOf).join(" "));
    }
    return commands;
  }
}

/** The wall clock's beginning in tests, in ms. */
const START = 1_700_001_000_000;

/** What was set before, the command, and the form in which it enters the stream (spec §2.14). */
const FORMS: readonly (readonly [string, string, readonly string[]])[] = [
  ["", "SET k v EX 10", [`SET k v PXAT ${START + 10_000}`]],
  ["", "SET k v PXAT 99999999999999", ["SET k v PXAT 99999999999999"]],
  ["", "set k v nx get", ["set k v nx"]],
  ["SET k v", "SET k w NX", []],
  ["", "HSET h f v g w", ["HSET h f v g w"]],
  ["HSET h f 10.5", "HINCRBYFLOAT h f 0.1", ["HSET h f 10.6"]],
  ["HSET h f v", "HDEL h g", []],
  ["HSET h f v g w", "HEXPIRE h 10 FIELDS 2 f x", [`HPEXPIREAT h ${START + 10_000} FIELDS 1 f`]],
  ["HSET h f v g w", "HPEXPIREAT h 1 FIELDS 3 f x g", ["HDEL h f g"]],
  ["HSET h f v", "HEXPIRE h 10 FIELDS 1 x", []],
  ["HSET h f v", "HPERSIST h FIELDS 1 f", []],
  ["ZADD z 1 a 2 b", "ZMPOP 2 y z MAX COUNT 5", ["ZPOPMAX z 2"]],
  ["ZADD z 1 a", "ZADD z NX 5 a", []],
  ["ZADD z 1 a", "ZPOPMIN z", ["ZPOPMIN z"]],
  ["ZADD z 1 a", "ZUNIONSTORE d 1 z", ["ZUNIONSTORE d 1 z"]],
  ["SET d v", "ZINTERSTORE d 1 nothing", ["ZINTERSTORE d 1 nothing"]],
  ["", "ZRANGESTORE d nothing 0 -1", []],
  ["", "SETEX k 10 v", [`SET k v PXAT ${START + 10_000}`]],
  ["", "PSETEX k 10 v", [`SET k v PXAT ${START + 10}`]],
  ["", "SETNX k v", ["SETNX k v"]],
  ["SET k v", "SETNX k v", []],
  ["", "GETSET k v", ["SET k v"]],
  ["SET k v", "GETDEL k", ["DEL k"]],
  ["", "GETDEL k", []],
  ["SET k v", "GETEX k EX 10", [`PEXPIREAT k ${START + 10_000}`]],
  ["SET k v", "GETEX k EXAT 1", ["DEL k"]],
  ["SET k v EX 10", "GETEX k PERSIST", ["PERSIST k"]],
  ["SET k v", "GETEX k PERSIST", []],
  ["SET k v", "GETEX k", []],
  ["SET k 1.5", "INCRBYFLOAT k 1", ["SET k 2.5 KEEPTTL"]],
  ["", "INCRBY k 5", ["INCRBY k 5"]],
  ["SET k v", "EXPIRE k 10 NX", [`PEXPIREAT k ${START + 10_000} NX`]],
  ["SET k v", "PEXPIRE k 10", [`PEXPIREAT k ${START + 10}`]],
  ["SET k v", "EXPIREAT k 99999999999", ["PEXPIREAT k 99999999999000"]],
  ["SET k v", "EXPIRE k -1", ["DEL k"]],
  ["", "EXPIRE k 10", []],
  ["SET k v", "PERSIST k", []],
  ["SET k v", "DEL k nothing", ["DEL k nothing"]],
  ["", "DEL k", []],
  ["SET k v", "UNLINK k", ["UNLINK k"]],
  ["SET k v", "RENAME k l", ["RENAME k l"]],
  ["SET k v", "RENAME k k", []],
  ["SET k v", "COPY k l DB 2", ["COPY k l DB 2"]],
  ["SET k v", "MOVE k 2", ["MOVE k 2"]],
  ["", "SETRANGE k 0 v", ["SETRANGE k 0 v"]],
  ["SET k v", "SETRANGE nothing 0 ", []],
  ["", "SWAPDB 0 1", ["SWAPDB 0 1"]],
  ["", "FLUSHALL", ["FLUSHALL"]],
  ["", "FLUSHDB", ["FLUSHDB"]],
  ["", "PUBLISH channel message", ["PUBLISH channel message"]],
  ["SET k v", "GET k", []],
  ["SET k text", "INCR k", []],
  ["", "SELECT 3", []],
  ["SET k v", "SAVE", []],
  ["SET k v", "BGSAVE", []],
  ["", "DEBUG POPULATE 10", []],
];

describe("the replication stream", () => {
  it.each(FORMS)("after '%s' gets '%s' as %j", (before, command, form) => {
    const stream = new Stream();
    if (before !== "") stream.after(before);
    // Every stream begins with its database; the commands under test need not.
    stream.after("SET other 1");
    expect(stream.after(command)).toEqual(form);
  });

  it("selects a database once, and again when it changes", () => {
    const stream = new Stream();
    expect(stream.after("SET k v", "SET k w", "SELECT 2", "SET k x", "SELECT 0", "GET k")).toEqual([
      "SELECT 0",
      "SET k v",
      "SET k w",
      "SELECT 2",
      "SET k x",
    ]);
    expect(stream.after("SET k y")).toEqual(["SELECT 0", "SET k y"]);
  });

  it("has transactions whole, and nothing of what changed nothing", () => {
    const stream = new Stream();
    const one = ["MULTI", "SET k v", "GET k", "DEL nothing", "EXEC"];
    expect(stream.after(...one)).toEqual(["SELECT 0", "SET k v"]);
    expect(stream.after("MULTI", "SET k v", "SELECT 1", "INCR n", "EXEC")).toEqual([
      "MULTI",
      "SET k v",
      "SELECT 1",
      "INCR n",
      "EXEC",
    ]);
    expect(stream.after("MULTI", "SET k v", "DISCARD")).toEqual([]);
  });

  it("selects the database of a transaction before it begins", () => {
    const stream = new Stream();
    expect(stream.after("SELECT 3", "MULTI", "SET k v", "SET l v", "EXEC")).toEqual([
      "SELECT 3",
      "MULTI",
      "SET k v",
      "SET l v",
      "EXEC",
    ]);
  });

  it.each(["SCAN 0", "RANDOMKEY"])("has what %s finds past its time, one by one", (command) => {
    const stream = new Stream();
    stream.after("SET k v PX 1", "SET l v PX 1");
    stream.server.now = after(stream.server.now, 5);
    expect(stream.after(command).toSorted()).toEqual(["DEL k", "DEL l"]);
  });

  it("has nothing of a transaction that made this node a replica", () => {
    const stream = new Stream();
    expect(stream.after("MULTI", "SET k v", "REPLICAOF other 1", "EXEC")).toEqual([]);
  });

  it("has the HDEL of each expired field before the command that met it", () => {
    const stream = new Stream();
    stream.after("HSET h f v g w i 1", "HPEXPIRE h 50 FIELDS 2 f g", "HPEXPIRE h 900 FIELDS 1 i");
    stream.server.now = after(stream.server.now, 51);
    const unit = ["MULTI", "HDEL h f", "HDEL h g", "HSET h j v", "EXEC"];
    expect(stream.after("HSET h j v")).toEqual(unit);
  });

  it("keeps the expiry of a field that HINCRBYFLOAT has counted up", () => {
    const stream = new Stream();
    stream.after("HSET h f 1", `HPEXPIREAT h ${START + 900} FIELDS 1 f`);
    const unit = ["MULTI", "HSET h f 1.5", `HPEXPIREAT h ${START + 900} FIELDS 1 f`, "EXEC"];
    expect(stream.after("HINCRBYFLOAT h f 0.5")).toEqual(unit);
  });

  it("has the DEL of an expired key before the command that met it", () => {
    const stream = new Stream();
    stream.after("DEBUG SET-ACTIVE-EXPIRE 0", "SET k v PX 100", "SET l v PX 100");
    stream.server.pass(200);
    expect(stream.after("GET k")).toEqual(["DEL k"]);
    expect(stream.after("APPEND l x")).toEqual(["MULTI", "DEL l", "APPEND l x", "EXEC"]);
  });

  it("has the DELs of the background, each by itself", () => {
    const stream = new Stream();
    stream.after("SET k v PX 100", "SET l v PX 100");
    stream.server.pass(300);
    expect(stream.next().sort()).toEqual(["DEL k", "DEL l"]);
  });

  it("has a ping every ten seconds, and none while clients are paused", () => {
    const stream = new Stream();
    stream.server.pass(10_000);
    expect(stream.next()).toEqual(["ping"]);
    pauseClients(stream.server.state, { durationMs: 11_000, scope: "write" });
    stream.server.pass(10_000);
    expect(stream.next()).toEqual([]);
    stream.server.pass(10_000);
    expect(stream.next()).toEqual(["ping"]);
  });

  it("asks for acknowledgements once a turn, however many wait", () => {
    const stream = new Stream();
    expect(stream.after("WAIT 2 100")).toEqual(["REPLCONF GETACK *"]);
  });
});
