import { describe, expect, it } from "vitest";
import { after } from "../../src/base/units.ts";
import { TestNetwork } from "./network.ts";
import { type TestClient, TestServer } from "./test-server.ts";

/** The wall clock's beginning in tests, in ms. */
const START = 1_700_001_000_000;

function flat(reply: string): string {
  return reply.trimEnd().split("\r\n").join(" ");
}

function filled(): TestClient {
  const client = new TestServer().connect();
  client.line("HSET h a 1 b 2 c 3");
  client.line("SET s text");
  return client;
}

const ANSWERS: readonly (readonly [string, readonly string[], string])[] = [
  ["set", ["HEXPIRE h 10 FIELDS 2 a none"], "*2 :1 :-2"],
  ["no key", ["HEXPIRE nothing 10 FIELDS 2 a b"], "*2 :-2 :-2"],
  ["in the past", ["HEXPIREAT h 1 FIELDS 1 a"], "*1 :2"],
  ["no time at all", ["HPEXPIRE h 0 FIELDS 3 a b c", "EXISTS h"], ":0"],
  [
    "NX of one that expires",
    ["HEXPIRE h 10 FIELDS 1 a", "HEXPIRE h 9 NX FIELDS 2 a b"],
    "*2 :0 :1",
  ],
  ["XX", ["HEXPIRE h 10 FIELDS 1 a", "HEXPIRE h 9 xx fields 2 a b"], "*2 :1 :0"],
  ["GT", ["HEXPIRE h 10 FIELDS 1 a", "HEXPIRE h 11 GT FIELDS 2 a b"], "*2 :1 :0"],
  ["LT", ["HEXPIRE h 10 FIELDS 1 a", "HEXPIRE h 11 LT FIELDS 2 a b"], "*2 :0 :1"],
  [
    "left, in s, rounded up",
    ["HPEXPIRE h 1001 FIELDS 1 a", "HTTL h FIELDS 3 a b x"],
    "*3 :2 :-1 :-2",
  ],
  ["left, in ms", ["HEXPIRE h 10 FIELDS 1 a", "HPTTL h FIELDS 1 a"], "*1 :10000"],
  ["left of nothing", ["HTTL nothing FIELDS 1 a"], "*1 :-2"],
  ["at, in s", ["HEXPIREAT h 9999999999 FIELDS 1 a", "HEXPIRETIME h FIELDS 1 a"], "*1 :9999999999"],
  ["at, in ms", ["HPEXPIRE h 5 FIELDS 1 a", "HPEXPIRETIME h FIELDS 1 a"], `*1 :${START + 5}`],
  ["to stay", ["HEXPIRE h 10 FIELDS 1 a", "HPERSIST h FIELDS 3 a b x"], "*3 :1 :-1 :-2"],
  ["HSET makes it stay", ["HEXPIRE h 10 FIELDS 1 a", "HSET h a 2", "HTTL h FIELDS 1 a"], "*1 :-1"],
  ["HINCRBY does not", ["HEXPIRE h 10 FIELDS 1 a", "HINCRBY h a 2", "HTTL h FIELDS 1 a"], "*1 :10"],
  [
    "of another type",
    ["HEXPIRE s 10 FIELDS 1 a"],
    "-WRONGTYPE Operation against a key holding the wrong kind of value",
  ],
  [
    "no FIELDS",
    ["HEXPIRE h 10 NX XX 1 a"],
    "-ERR Mandatory argument FIELDS is missing or not at the right position",
  ],
  ["no count", ["HTTL h FIELDS 0 a"], "-ERR Parameter `numFields` should be greater than 0"],
  [
    "a wrong count",
    ["HTTL h FIELDS 2 a"],
    "-ERR The `numfields` parameter must match the number of arguments",
  ],
  ["no number", ["HEXPIRE h x FIELDS 1 a"], "-ERR value is not an integer or out of range"],
  ["a negative one", ["HEXPIREAT h -1 FIELDS 1 a"], "-ERR invalid expire time, must be >= 0"],
  [
    "too late",
    ["HPEXPIREAT h 70368744177664 FIELDS 1 a"],
    "-ERR invalid expire time in 'hpexpireat' command",
  ],
];

describe("the expiry of fields", () => {
  it.each(ANSWERS)("%s", (_, lines, reply) => {
    const client = filled();
    const replies = lines.map((line) => client.line(line));
    expect(flat(replies.at(-1) ?? "")).toBe(reply);
  });

  const READS: readonly (readonly [string, string])[] = [
    ["HGET h a", "$-1"],
    ["HLEN h", ":2"],
    ["HEXISTS h a", ":0"],
    ["HKEYS h", "*2 $1 b $1 c"],
    ["HSCAN h 0", "*2 $1 0 *4 $1 b $1 2 $1 c $1 3"],
    ["HRANDFIELD h 5", "*2 $1 b $1 c"],
    ["HSETNX h a 7", ":1"],
    ["HINCRBY h a 7", ":7"],
    ["HDEL h a", ":0"],
    ["SORT names BY nosort GET h->* GET k*->a", "*2 $-1 $-1"],
  ];

  it.each(READS)("%s sees nothing of a field that is past its moment", (line, reply) => {
    const client = filled();
    client.line("RPUSH names a");
    client.line("HPEXPIRE h 50 FIELDS 1 a");
    client.server.now = after(client.server.now, 51);
    expect(flat(client.line(line))).toBe(reply);
  });

  it("ends the key with the last of them", () => {
    const client = filled();
    client.line("HPEXPIRE h 50 FIELDS 3 a b c");
    client.server.now = after(client.server.now, 51);
    expect(client.line("HGETALL h")).toBe("*0\r\n");
    expect(client.line("EXISTS h")).toBe(":0\r\n");
  });

  it("needs nobody who asks for them", () => {
    const client = filled();
    client.line("HPEXPIRE h 500 FIELDS 1 a");
    client.line("COPY h i");
    client.line("RENAME h j");
    client.line("COPY j k DB 3");
    client.server.pass(600);
    const contents = [...client.server.contents()].filter(([key]) => key !== "0/s");
    expect(contents.map(([key, value]) => `${key} ${value}`)).toEqual([
      "0/i hash b=2 c=3",
      "0/j hash b=2 c=3",
      "3/k hash b=2 c=3",
    ]);
    expect(client.line("INFO stats")).toContain("expired_subkeys:3\r\n");
  });

  it("tells subscribers", () => {
    const server = new TestServer({ keyspaceEvents: "KA" });
    const client = server.connect();
    client.line("HSET h a 1 b 2");
    for (const line of ["HEXPIRE h 1 FIELDS 2 a b", "HPERSIST h FIELDS 1 a"]) client.line(line);
    server.pass(1200);
    client.line("HEXPIREAT h 1 FIELDS 1 a");
    const events = server.published.map(([, event]) => event);
    expect(events).toEqual(["hset", "hexpire", "hpersist", "hexpired", "hdel", "del"]);
  });

  it("is kept in a file", () => {
    const client = filled();
    client.line("HPEXPIRE h 5000 FIELDS 1 a");
    client.line("SAVE");
    expect(client.server.file?.toString("latin1", 0, 9)).toBe("REDIS0012");
    client.line("DEBUG RELOAD");
    expect(client.line("HPTTL h FIELDS 2 a b")).toBe("*2\r\n:5000\r\n:-1\r\n");
    client.server.pass(5200);
    expect(client.server.contents().get("0/h")).toBe("hash b=2 c=3");
  });

  it("writes the usual version of the file once there is nothing left", () => {
    const client = filled();
    client.line("HPEXPIRE h 5000 FIELDS 1 a");
    client.line("FLUSHALL");
    client.line("SAVE");
    expect(client.server.file?.toString("latin1", 0, 9)).toBe("REDIS0009");
  });
});

function pair(): { network: TestNetwork; master: TestServer; replica: TestServer } {
  const network = new TestNetwork();
  const [master, replica] = [new TestServer({}, 1), new TestServer({}, 2)];
  network.add("a", master);
  network.add("b", replica);
  const client = master.connect();
  client.line("HSET h a 1 b 2");
  client.line("HPEXPIRE h 10000 FIELDS 1 a");
  replica.connect().line("REPLICAOF a 6379");
  network.finish();
  return { network, master, replica };
}

describe("the expiry of fields on a replica", () => {
  it("comes with the snapshot and with the stream, and ends with HDEL", () => {
    const { network, master, replica } = pair();
    master.connect().line("HPEXPIRE h 20000 FIELDS 1 b");
    network.settle();
    expect(replica.contents().get("0/h")).toBe("hash a=1 b=2");
    const times = "HPEXPIRETIME h FIELDS 2 a b";
    expect(replica.connect().line(times)).toBe(master.connect().line(times));
    network.pass(10_500);
    expect(replica.contents()).toEqual(new Map([["0/h", "hash b=2"]]));
    network.pass(16_000);
    expect(replica.contents().size).toBe(0);
  });

  it("hides the field until then, and does not delete it", () => {
    const { network, replica } = pair();
    network.cut(replica);
    replica.now = after(replica.now, 10_500);
    const client = replica.connect();
    expect(client.line("HGETALL h")).toBe("*2\r\n$1\r\nb\r\n$1\r\n2\r\n");
    expect(client.line("HTTL h FIELDS 1 a")).toBe("*1\r\n:-2\r\n");
    expect(replica.contents().get("0/h")).toBe("hash a=1 b=2");
  });
});
