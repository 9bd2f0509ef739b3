import { describe, expect, it } from "vitest";
import {
  containerChanged,
  openContainer,
  openOrCreate,
  readContainer,
  WRONG_TYPE,
} from "../../src/server/containers.ts";
import { NO_EXPIRY } from "../../src/server/keyspace.ts";
import { Hash } from "../../src/server/values/hash.ts";
import { List } from "../../src/server/values/list.ts";
import { MemberSet } from "../../src/server/values/member-set.ts";
import { SortedSet } from "../../src/server/values/sorted-set.ts";
import type { Value } from "../../src/server/values/value.ts";
import { type TestClient, TestServer } from "./test-server.ts";

const WRONGTYPE = "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n";

function put(client: TestClient, key: string, value: Value): void {
  client.server.state.keyspace.put(client.client.database, key, value, NO_EXPIRY);
}

/** A server with one key of each kind of container: l, s, i (a set of integers), h and z. */
function filled(): TestClient {
  const client = new TestServer({ keyspaceEvents: "KEA" }).connect();
  const list = new List();
  for (const element of ["a", "b", "12", ""]) list.pushTail(element);
  const set = new MemberSet();
  for (const member of ["x", "y", "3"]) set.add(member);
  const integers = new MemberSet();
  for (const member of ["1", "2", "300"]) integers.add(member);
  const hash = new Hash();
  hash.set("f1", "v1");
  hash.set("f2", "v2");
  const sorted = new SortedSet();
  for (const [member, score] of SCORES) sorted.set(member, score);
  for (const [key, value] of Object.entries({ l: list, s: set, i: integers, h: hash, z: sorted })) {
    put(client, key, value);
  }
  return client;
}

const SCORES: readonly (readonly [string, number])[] = [
  ["a", 1],
  ["b", 1.1],
  ["c", Infinity],
  ["d", -Infinity],
  ["e", 1e300],
  ["f", 0.1],
  ["g", 1e-7],
  ["h", 123456789012345680],
  ["i", -0.5],
  ["j", 1e17],
  ["k", 3.0000000000000004],
  ["l", 1000000000000000.25],
  ["m", 1000000000000000.75],
  ["n", 4503599627370498],
];

describe("DEBUG DIGEST of containers", () => {
  it("is the one of redis-server 7.0 for the same data", () => {
    const client = filled();
    client.line("EXPIRE l 1000");
    client.line("SET k v");
    const ofValues = [
      "e84c30193eb8c5f90ffef0ee413259416b8e4ff0",
      "415a07507e2348d139f9fd645a024f6be569dd65",
      "bff1310353f341fe4488c7323df3673679c04f02",
      "047cc60ea73a34cde6d08a2721a4a26d19ee6570",
      "97814552597db84e3ff29c950d3c178a2f7349a4",
    ];
    expect(client.line("DEBUG DIGEST-VALUE l s i h z")).toBe(
      `*5\r\n${ofValues.map((digest) => `+${digest}\r\n`).join("")}`,
    );
    expect(client.line("DEBUG DIGEST")).toBe("+5e98002ff1ca341cdbf13bd1aed6656613fc2ff9\r\n");
  });
});

describe("commands for all types", () => {
  it.each([
    ["l", "list", "quicklist"],
    ["s", "set", "hashtable"],
    ["i", "set", "intset"],
    ["h", "hash", "listpack"],
    ["z", "zset", "listpack"],
  ])("tell %s as a %s, kept as %s", (key, type, encoding) => {
    const client = filled();
    expect(client.line(`TYPE ${key}`)).toBe(`+${type}\r\n`);
    expect(client.line(`OBJECT ENCODING ${key}`)).toBe(`$${encoding.length}\r\n${encoding}\r\n`);
    expect(client.line(`SCAN 0 TYPE ${type}`)).toContain(`\r\n${key}\r\n`);
    expect(client.line("SCAN 0 TYPE string")).toBe("*2\r\n$1\r\n0\r\n*0\r\n");
  });

  it.each(["l", "s", "h", "z"])("copy, rename, move, expire and delete %s", (key) => {
    const client = filled();
    const digest = client.line(`DEBUG DIGEST-VALUE ${key}`);
    expect(client.line(`COPY ${key} copied`)).toBe(":1\r\n");
    expect(client.line(`RENAME ${key} renamed`)).toBe("+OK\r\n");
    expect(client.line("DEBUG DIGEST-VALUE renamed")).toBe(digest);
    expect(client.line("MOVE renamed 3")).toBe(":1\r\n");
    expect(client.line("DEBUG DIGEST-VALUE copied")).toBe(digest);
    expect(client.line("EXPIRE copied 100")).toBe(":1\r\n");
    expect(client.line("DEBUG DIGEST-VALUE copied")).not.toBe(digest);
    client.line("PERSIST copied");
    expect(client.line("UNLINK copied")).toBe(":1\r\n");
    client.line("SELECT 3");
    expect(client.line("DEBUG DIGEST-VALUE renamed")).toBe(digest);
    expect(client.line("DEL renamed")).toBe(":1\r\n");
    expect(client.line("EXISTS renamed")).toBe(":0\r\n");
  });

  it("replace a container by a string", () => {
    const client = filled();
    expect(client.line("SET l v")).toBe("+OK\r\n");
    expect(client.line("GET l")).toBe("$1\r\nv\r\n");
    expect(client.line("MGET h l")).toBe("*2\r\n$-1\r\n$1\r\nv\r\n");
  });
});

describe("commands for strings", () => {
  it.each([
    "GET l",
    "GETDEL s",
    "GETSET h v",
    "GETEX z",
    "SET l v GET",
    "STRLEN s",
    "GETRANGE h 0 -1",
    "APPEND z v",
    "SETRANGE l 0 v",
    "INCR s",
    "DECRBY h 2",
    "INCRBYFLOAT z 1",
  ])("refuse containers: %s", (line) => {
    const client = filled();
    const digest = client.line("DEBUG DIGEST");
    expect(client.line(line)).toBe(WRONGTYPE);
    expect(client.line("DEBUG DIGEST")).toBe(digest);
  });
});

describe("access to containers", () => {
  it("is by type", () => {
    const client = filled();
    const { state } = client.server;
    expect(readContainer(state, client.client, "l", "list")).toBeInstanceOf(List);
    expect(readContainer(state, client.client, "none", "list")).toBeUndefined();
    expect(readContainer(state, client.client, "l", "hash")).toBe(WRONG_TYPE);
    expect(openContainer(state, client.client, "h", "list")).toBe(WRONG_TYPE);
    expect(openOrCreate(state, client.client, "z", "set")).toBe(WRONG_TYPE);
    expect(client.reply()).toBe(WRONGTYPE.repeat(3));
  });

  it("tells of changes, and removes a container that became empty", () => {
    const client = filled();
    const { server } = client;
    const { database } = client.client;
    const watching = server.connect();
    for (const line of ["WATCH new", "MULTI", "PING"]) watching.line(line);
    server.published.length = 0;

    const opened = openOrCreate(server.state, client.client, "new", "hash");
    if (opened === WRONG_TYPE) throw new Error("the key is new");
    opened.value.set("f", "v");
    containerChanged(server.state, database, opened, "hset");
    opened.value.delete("f");
    containerChanged(server.state, database, opened, "hdel");

    expect(server.published.map(([channel, text]) => `${channel} ${text}`)).toEqual([
      "__keyspace@0__:new hset",
      "__keyevent@0__:hset new",
      "__keyspace@0__:new hdel",
      "__keyevent@0__:hdel new",
      "__keyspace@0__:new del",
      "__keyevent@0__:del new",
    ]);
    expect(client.line("EXISTS new")).toBe(":0\r\n");
    expect(watching.line("EXEC")).toBe("*-1\r\n");
    expect(server.state.persistence.changes).toBe(2);
  });

  it("makes a container known as large once it is above the limits", () => {
    const client = new TestServer({ hashPacking: { entries: 2, bytes: 9 } }).connect();
    for (const field of ["a", "b", "c"]) {
      const opened = openOrCreate(client.server.state, client.client, "h", "hash");
      if (opened === WRONG_TYPE) throw new Error("it is a hash");
      opened.value.set(field, "v");
      containerChanged(client.server.state, client.client.database, opened, "hset");
    }
    expect(client.line("OBJECT ENCODING h")).toBe("$9\r\nhashtable\r\n");
  });
});
