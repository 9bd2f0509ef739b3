import * as fc from "fast-check";
import { expect, it } from "vitest";
import type { MaxMemoryPolicy } from "../../../src/server/settings.ts";
import {
  memoryCountedForEviction,
  STARTUP_BYTES,
  usedMemory,
} from "../../../src/server/memory/usage.ts";
import { type TestClient, TestServer } from "../test-server.ts";

const OOM = "-OOM command not allowed when used memory > 'maxmemory'.\r\n";
const LIMIT = STARTUP_BYTES + 20_000;

function limited(policy: MaxMemoryPolicy): { server: TestServer; client: TestClient } {
  const server = new TestServer({ maxMemoryBytes: LIMIT, maxMemoryPolicy: policy });
  server.deliver({ kind: "settings-changed", settings: server.state.settings });
  return { server, client: server.connect() };
}

it("refuses what needs memory, and nothing else, where nothing is to be evicted", () => {
  const { client } = limited("noeviction");
  client.send("SET", "big", "x".repeat(30_000));
  expect(client.line("SET a 1")).toBe(OOM);
  expect(client.line("GET a")).toBe("$-1\r\n");
  expect(client.line("DEL big")).toBe(":1\r\n");
  expect(client.line("SET a 1")).toBe("+OK\r\n");
});

it("refuses everything inside a transaction that has no memory", () => {
  const { client } = limited("noeviction");
  client.line("MULTI");
  client.line("GET a");
  client.server.state.keyspace.put(client.client.database, "big", "x".repeat(30_000), undefined);
  expect(client.line("GET b")).toBe(OOM);
  expect(client.line("EXEC")).toContain("-EXECABORT");
});

it.each([
  "allkeys-lru",
  "allkeys-lfu",
  "allkeys-random",
  "volatile-lru",
  "volatile-lfu",
  "volatile-random",
  "volatile-ttl",
] as const)("stays near the limit by removing keys: %s", (policy) => {
  const { server, client } = limited(policy);
  for (let count = 0; count < 500; count++) client.line(`SET key:${count} x EX ${1000 + count}`);
  expect(memoryCountedForEviction(server.state)).toBeLessThan(LIMIT + 500);
  expect(server.state.stats.evictedKeys).toBeGreaterThan(100);
});

it("removes only keys that expire, and refuses when there are none, by a volatile policy", () => {
  const { client } = limited("volatile-lru");
  for (let count = 0; count < 20; count++) client.line(`SET stays:${count} x`);
  for (let count = 0; count < 500; count++) client.line(`SET goes:${count} x EX 1000`);
  expect(client.line("EXISTS stays:0 stays:19")).toBe(":2\r\n");
  client.send("SET", "big", "x".repeat(30_000));
  expect(client.line("SET a 1")).toBe(OOM);
});

it("prefers what was not used for long", () => {
  const { server, client } = limited("allkeys-lru");
  for (let count = 0; count < 100; count++) client.line(`SET old:${count} x`);
  server.pass(5000);
  for (let count = 0; count < 20; count++) client.line(`GET old:${count}`);
  for (let count = 0; count < 150; count++) client.line(`SET new:${count} x`);
  const names = Array.from({ length: 20 }, (_, index) => `old:${index}`);
  expect(Number(client.line(`EXISTS ${names.join(" ")}`).slice(1))).toBeGreaterThan(12);
});

it("leaves it to the master what a replica removes", () => {
  const { server, client } = limited("allkeys-lru");
  client.line("REPLICAOF 127.0.0.1 7000");
  client.server.state.keyspace.put(client.client.database, "big", "x".repeat(30_000), undefined);
  server.pass(200);
  expect(client.line("GET big")).toContain("xxx");
});

it("tells idle time and frequency, whichever the policy keeps", () => {
  const server = new TestServer();
  const client = server.connect();
  client.line("SET a 1");
  server.pass(3000);
  client.line("TTL a");
  client.line("EXISTS a");
  expect(client.line("OBJECT IDLETIME a")).toBe(":3\r\n");
  expect(client.line("OBJECT FREQ a")).toContain("-ERR An LFU maxmemory policy is not selected");
  client.line("TOUCH a");
  expect(client.line("OBJECT IDLETIME a")).toBe(":0\r\n");
});

it("counts nothing once everything is gone", () => {
  const command = fc.oneof(
    fc.record({
      name: fc.constant("SET"),
      rest: fc.constantFrom(["v"], ["longer"], ["v", "EX", "9"]),
    }),
    fc.record({ name: fc.constantFrom("SADD", "SREM"), rest: fc.constantFrom(["a"], ["b", "c"]) }),
    fc.record({ name: fc.constant("RPUSH"), rest: fc.constantFrom(["a"], ["b", "c"]) }),
    fc.record({ name: fc.constant("RENAME"), rest: fc.constantFrom(["k1"], ["k2"]) }),
    fc.record({ name: fc.constant("COPY"), rest: fc.constantFrom(["k1"], ["k2", "REPLACE"]) }),
    fc.record({ name: fc.constantFrom("PERSIST", "LPOP"), rest: fc.constant([]) }),
    fc.record({ name: fc.constant("EXPIRE"), rest: fc.constant(["100"]) }),
  );
  const keyed = fc.tuple(command, fc.constantFrom("k1", "k2", "k3"));
  fc.assert(
    fc.property(fc.array(keyed, { maxLength: 60 }), (commands) => {
      const server = new TestServer();
      const client = server.connect();
      for (const [{ name, rest }, key] of commands) client.send(name, key, ...rest);
      client.line("DEL k1 k2 k3");
      expect(usedMemory(server.state)).toBe(STARTUP_BYTES);
    }),
  );
});
