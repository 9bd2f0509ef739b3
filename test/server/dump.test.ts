import { describe, expect, it } from "vitest";
import { dumpOf } from "../../src/wire/rdb/dump.ts";
import type { RdbValue } from "../../src/wire/rdb/record.ts";
import { TestServer } from "./test-server.ts";

/** `SET k 1` as redis-server 7.0.15 dumps it. */
const ONE = Buffer.from("00c0010a002678e7b6d10111fc", "hex");

const VALUES: Readonly<Record<string, RdbValue>> = {
  string: { kind: "string", bytes: "text" },
  list: { kind: "list", items: ["a", "b", "a"] },
  set: { kind: "set", members: ["1", "2"] },
  hash: { kind: "hash", fields: [{ field: "f", value: "v", expireAt: undefined }] },
  "sorted set": { kind: "sorted-set", members: [{ member: "m", score: 1.5 }] },
  stream: { kind: "opaque", type: 19, bytes: Buffer.alloc(10) },
};

/** The bytes of a bulk reply. */
function bulk(reply: string): Buffer {
  return Buffer.from(reply.slice(reply.indexOf("\n") + 1, -2), "latin1");
}

function serverWithHistory(): TestServer {
  const server = new TestServer();
  const replica = server.connect();
  replica.line("REPLCONF capa eof capa psync2");
  replica.line("PSYNC ? -1");
  return server;
}

/** What the last command added to the stream. */
function streamed(server: TestServer, act: () => void): string {
  const { replication } = server.state;
  const before = (replication.backlog?.endOffset ?? 0) + 1;
  act();
  return Buffer.concat(replication.backlog?.slicesFrom(before, 1e6) ?? []).toString("latin1");
}

describe("DUMP", () => {
  it("gives nothing for a key that is not there", () => {
    expect(new TestServer().connect().line("DUMP nothing")).toBe("$-1\r\n");
  });

  it.each(Object.entries(VALUES))("and RESTORE carry a value: %s", (name, value) => {
    const client = new TestServer().connect();
    const dump = dumpOf(value);
    expect(client.send("RESTORE", "k", "0", dump)).toBe("+OK\r\n");
    expect(client.line("TYPE k")).toBe(`+${TYPES[name] ?? name}\r\n`);
    expect(bulk(client.line("DUMP k"))).toEqual(dump);
    expect(client.line("TTL k")).toBe(":-1\r\n");
  });
});

const TYPES: Readonly<Record<string, string>> = { "sorted set": "zset" };

describe("RESTORE", () => {
  it.each([
    ["a key that is there", "RESTORE k 0 _", "-BUSYKEY Target key name already exists."],
    ["a broken dump for it", "RESTORE k -1 bad", "-BUSYKEY Target key name already exists."],
    ["an unknown word", "RESTORE k -1 bad FOO", "-ERR syntax error"],
    ["a word without its number", "RESTORE new 0 _ IDLETIME", "-ERR syntax error"],
    ["both kinds of usage", "RESTORE new 0 _ IDLETIME 5 FREQ 5", "-ERR syntax error"],
    ["idle time below 0", "RESTORE n 0 _ IDLETIME -1", "-ERR Invalid IDLETIME value, must be >= 0"],
    [
      "a frequency that is none",
      "RESTORE n 0 _ FREQ 256",
      "-ERR Invalid FREQ value, must be >= 0 and <= 255",
    ],
    ["usage in words", "RESTORE n 0 _ FREQ x", "-ERR value is not an integer or out of range"],
    ["a time below 0", "RESTORE k -1 _ REPLACE", "-ERR Invalid TTL value, must be >= 0"],
    ["a time in words", "RESTORE k x _ REPLACE", "-ERR value is not an integer or out of range"],
    ["no dump", "RESTORE k 0 bad REPLACE", "-ERR DUMP payload version or checksum are wrong"],
    ["too few words", "RESTORE k 0", "-ERR wrong number of arguments for 'restore' command"],
  ])("answers as Redis does: %s", (_name, line, reply) => {
    const client = new TestServer().connect();
    client.line("SET k v");
    const words = line.split(" ").map((word) => (word === "_" ? ONE : word));
    expect(client.send(...words)).toBe(`${reply}\r\n`);
    expect(client.line("GET k")).toBe("$1\r\nv\r\n");
    expect(client.line("DBSIZE")).toBe(":1\r\n");
  });

  it.each<[string, RdbValue]>([
    ["no elements", { kind: "list", items: [] }],
    ["a member twice", { kind: "set", members: ["a", "b", "a"] }],
    [
      "a field twice",
      {
        kind: "hash",
        fields: ["f", "f"].map((field) => ({ field, value: "v", expireAt: undefined })),
      },
    ],
    ["a score that is none", { kind: "sorted-set", members: [{ member: "m", score: Number.NaN }] }],
  ])("refuses a dump whose contents are wrong: %s", (_name, value) => {
    const server = new TestServer();
    const reply = server.connect().send("RESTORE", "k", "0", dumpOf(value));
    expect(reply).toBe("-ERR Bad data format\r\n");
    expect(server.logged.at(-1)).toContain("RESTORE of 'k': integrity check failed");
    expect(server.contents().size).toBe(0);
  });

  it("keeps the old key when the new value cannot be had", () => {
    const client = new TestServer().connect();
    client.line("SET k v");
    const empty = dumpOf({ kind: "list", items: [] });
    expect(client.send("RESTORE", "k", "0", empty, "REPLACE")).toBe("-ERR Bad data format\r\n");
    expect(client.line("GET k")).toBe("$1\r\nv\r\n");
  });

  it("takes any checksum where DEBUG switched them off, but no newer version", () => {
    const client = new TestServer({ debugCommand: "yes" }).connect();
    const wrong = Buffer.concat([ONE.subarray(0, -8), Buffer.alloc(8)]);
    expect(client.send("RESTORE", "k", "0", wrong)).toContain("-ERR DUMP payload");
    client.line("DEBUG SET-SKIP-CHECKSUM-VALIDATION 1");
    expect(client.send("RESTORE", "k", "0", wrong)).toBe("+OK\r\n");
    const newer = Buffer.from(wrong);
    newer[newer.length - 10] = 13;
    expect(client.send("RESTORE", "l", "0", newer)).toContain("-ERR DUMP payload");
  });

  it.each([
    ["noeviction", "IDLETIME", "1000", "IDLETIME", ":1000"],
    ["allkeys-lru", "FREQ", "100", "IDLETIME", ":0"],
    ["allkeys-lfu", "FREQ", "100", "FREQ", ":100"],
  ] as const)(
    "under %s takes over %s %s, as OBJECT %s tells",
    (policy, word, amount, shown, told) => {
      const server = new TestServer({ maxMemoryPolicy: policy });
      const client = server.connect();
      expect(client.send("RESTORE", "k", "0", ONE, word, amount)).toBe("+OK\r\n");
      expect(client.line(`OBJECT ${shown} k`)).toBe(`${told}\r\n`);
    },
  );

  it("sets when the key expires, and tells replicas the moment", () => {
    const server = serverWithHistory();
    const client = server.connect();
    const stream = streamed(server, () =>
      client.send("RESTORE", "k", "1500", ONE, "IDLETIME", "5"),
    );
    expect(client.line("PTTL k")).toBe(":1500\r\n");
    const moment = server.state.unixNow + 1500;
    expect(stream).toContain(`\r\n${moment}\r\n$13\r\n${ONE.toString("latin1")}\r\n`);
    expect(stream).toMatch(/\$8\r\nIDLETIME\r\n\$1\r\n5\r\n\$6\r\nABSTTL\r\n$/);
  });

  it("passes on an absolute moment as it came", () => {
    const server = serverWithHistory();
    const client = server.connect();
    const words = ["RESTORE", "k", "4102444800123", ONE, "ABSTTL", "REPLACE"];
    const stream = streamed(server, () => client.send(...words));
    expect(client.line("PEXPIRETIME k")).toBe(":4102444800123\r\n");
    expect(stream).toMatch(/\$6\r\nABSTTL\r\n\$7\r\nREPLACE\r\n$/);
  });

  it("only deletes the old key when the new value is past its time", () => {
    const server = serverWithHistory();
    const client = server.connect();
    client.line("SET k v");
    const stream = streamed(server, () =>
      client.send("RESTORE", "k", "1", ONE, "ABSTTL", "REPLACE"),
    );
    expect(client.line("EXISTS k")).toBe(":0\r\n");
    expect(stream).toBe("*2\r\n$3\r\nDEL\r\n$1\r\nk\r\n");
    expect(streamed(server, () => client.send("RESTORE", "k", "1", ONE, "ABSTTL"))).toBe("");
    expect(client.line("EXISTS k")).toBe(":0\r\n");
  });
});

/** With a stream at `st`. */
function serverWithStream(): TestServer {
  const made = new TestServer({ debugCommand: "yes" });
  made.connect().send("RESTORE", "st", "0", dumpOf(VALUES["stream"] as RdbValue));
  return made;
}

describe("a stream, which is carried and not understood", () => {
  it("can be moved, copied, given an expiry and deleted", () => {
    const client = serverWithStream().connect();
    expect(client.line("TYPE st")).toBe("+stream\r\n");
    expect(client.line("OBJECT ENCODING st")).toBe("$6\r\nstream\r\n");
    expect(client.line("COPY st other")).toBe(":1\r\n");
    expect(client.line("RENAME other third")).toBe("+OK\r\n");
    expect(client.line("EXPIRE third 100")).toBe(":1\r\n");
    expect(bulk(client.line("DUMP third"))).toEqual(dumpOf(VALUES["stream"] as RdbValue));
    expect(client.line("DEL third st")).toBe(":2\r\n");
  });

  it.each(["GET st", "APPEND st x", "INCR st", "STRLEN st"])(
    "is of the wrong type for %s",
    (line) => {
      expect(serverWithStream().connect().line(line)).toContain("-WRONGTYPE");
    },
  );

  it("is saved in a file of the version that it needs, as long as it is there", () => {
    const made = serverWithStream();
    const client = made.connect();
    client.line("SAVE");
    expect(made.file?.toString("latin1", 0, 9)).toBe("REDIS0010");
    expect(client.line("DEBUG RELOAD")).toBe("+OK\r\n");
    expect(made.contents().get("0/st")).toBe("stream 00000000000000000000");
    client.line("FLUSHALL");
    client.line("SAVE");
    expect(made.file?.toString("latin1", 0, 9)).toBe("REDIS0009");
  });
});

describe("DEBUG RELOAD", () => {
  it("gives everything back", () => {
    const server = new TestServer({ debugCommand: "yes" });
    const client = server.connect();
    for (const [name, value] of Object.entries(VALUES)) {
      client.send("RESTORE", name, name === "hash" ? "100000" : "0", dumpOf(value));
    }
    const before = server.contents();
    expect(client.line("DEBUG RELOAD")).toBe("+OK\r\n");
    expect(server.contents()).toEqual(before);
    expect(server.logged.at(-1)).toBe("DB reloaded by DEBUG RELOAD");
  });

  it("reads the file that is there with NOSAVE, and adds its keys with NOFLUSH MERGE", () => {
    const server = new TestServer({ debugCommand: "yes" });
    const client = server.connect();
    client.line("SET a old");
    client.line("SAVE");
    client.line("SET a new");
    client.line("SET b new");
    expect(client.line("DEBUG RELOAD NOSAVE NOFLUSH MERGE")).toBe("+OK\r\n");
    expect([...server.contents()]).toEqual([
      ["0/a", "old"],
      ["0/b", "new"],
    ]);
    expect(client.line("DEBUG RELOAD NOSAVE")).toBe("+OK\r\n");
    expect([...server.contents()]).toEqual([["0/a", "old"]]);
  });

  it("ends the process when a key is there twice", () => {
    const server = new TestServer({ debugCommand: "yes" });
    const client = server.connect();
    client.line("SET a old");
    client.line("DEBUG RELOAD NOFLUSH");
    expect(server.effects.at(-1)).toEqual({ kind: "exit", status: 1 });
  });

  it.each([
    [
      "an unknown word",
      "DEBUG RELOAD FOO",
      "-ERR DEBUG RELOAD only supports the MERGE, NOFLUSH and NOSAVE options.",
    ],
    ["a file that is not there", "DEBUG RELOAD NOSAVE", "-ERR Error trying to load the RDB dump"],
    ["an append-only file", "DEBUG LOADAOF", "-ERR AOF is not supported by vedette"],
  ])("is refused: %s", (_name, line, reply) => {
    const server = new TestServer({ debugCommand: "yes" });
    server.connect().line("SET a v");
    expect(server.connect().line(line)).toBe(`${reply}\r\n`);
    expect(server.contents().size).toBe(1);
  });
});
