import { describe, expect, it } from "vitest";
import * as fc from "fast-check";
import { TestNetwork } from "./network.ts";
import { TestServer } from "./test-server.ts";
import type { Settings } from "../../src/server/settings.ts";

function cluster(
  names: readonly string[],
  options: { readonly settings?: Partial<Settings>; readonly sliceBytes?: number } = {},
): { network: TestNetwork; servers: TestServer[] } {
  const network = new TestNetwork(
    options.sliceBytes === undefined ? {} : { sliceBytes: options.sliceBytes },
  );
  const servers = names.map((name, index) => {
    const server = new TestServer(options.settings, index + 1);
    network.add(name, server);
    return server;
  });
  return { network, servers };
}

function master(): [TestNetwork, TestServer, TestServer] {
  const { network, servers } = cluster(["a", "b"]);
  const [a, b] = servers;
  if (a === undefined || b === undefined) throw new Error("two servers");
  return [network, a, b];
}

describe("a replica", () => {
  it("gets the data set, then every write", () => {
    const [network, a, b] = master();
    const client = a.connect();
    expect(client.line("SET before 1")).toBe("+OK\r\n");
    expect(b.connect().line("REPLICAOF a 6379")).toBe("+OK\r\n");
    network.finish();
    expect(client.line("SET after 2")).toBe("+OK\r\n");
    network.settle();
    expect(b.contents()).toEqual(a.contents());
    expect(b.contents().size).toBe(2);
    expect(b.connect().line("ROLE")).toContain("connected");
  });

  it("resumes behind a lost link without a second full synchronisation", () => {
    const [network, a, b] = master();
    b.connect().line("REPLICAOF a 6379");
    network.finish();
    network.cut(b);
    a.connect().line("SET k v");
    network.finish();
    expect(b.contents()).toEqual(a.contents());
    expect(a.state.stats.syncFull).toBe(1);
    expect(a.state.stats.syncPartialOk).toBe(1);
  });

  it("is followed by its master after a promotion, without a full synchronisation", () => {
    const [network, a, b] = master();
    b.connect().line("REPLICAOF a 6379");
    network.finish();
    a.connect().line("SET k v");
    network.finish();
    b.connect().line("REPLICAOF NO ONE");
    a.connect().line("REPLICAOF b 6379");
    network.finish();
    b.connect().line("SET k w");
    network.finish();
    expect(a.contents()).toEqual(b.contents());
    expect(b.state.stats.syncFull).toBe(0);
    expect(b.state.stats.syncPartialOk).toBe(1);
  });
});

describe("a circle", () => {
  it.each([
    [["a", "a"]],
    [
      ["a", "b"],
      ["b", "a"],
    ],
    [
      ["a", "b"],
      ["b", "c"],
      ["c", "a"],
    ],
  ] as const)("%j never syncs, serves what it has, and can be opened", (...links) => {
    const { network, servers } = cluster(["a", "b", "c"]);
    const byName = new Map(["a", "b", "c"].map((name, index) => [name, servers[index]]));
    const [a] = servers;
    a?.connect().line("SET k v");
    for (const [replica, of] of links) byName.get(replica)?.connect().line(`REPLICAOF ${of} 6379`);
    network.finish();
    for (const [replica] of links) {
      const server = byName.get(replica);
      expect(server?.connect().line("INFO replication")).toContain("master_link_status:down");
      expect(server?.state.stats.syncFull).toBe(0);
    }
    expect(a?.connect().line("GET k")).toBe("$1\r\nv\r\n");
    a?.connect().line("REPLICAOF NO ONE");
    network.finish();
    for (const [replica] of links) expect(byName.get(replica)?.contents()).toEqual(a?.contents());
  });
});

const KEYS = ["a", "b", "c", "d"];
const key = fc.constantFrom(...KEYS);
const command: fc.Arbitrary<string> = fc.oneof(
  fc.tuple(key, fc.uint8Array({ maxLength: 4 })).map(([k, v]) => {
    return `SET ${k} x${String.fromCharCode(...v).replaceAll(" ", "_")}`;
  }),
  key.map((k) => `DEL ${k}`),
  key.map((k) => `INCR ${k}`),
  key.map((k) => `APPEND ${k} tail`),
  fc.tuple(key, fc.integer({ min: -50, max: 300 })).map(([k, ms]) => `PEXPIRE ${k} ${ms}`),
  fc.tuple(key, fc.integer({ min: 1, max: 3 })).map(([k, s]) => `SET ${k} v EX ${s}`),
  key.map((k) => `GETDEL ${k}`),
  key.map((k) => `GETEX ${k} PX 150`),
  key.map((k) => `PERSIST ${k}`),
  fc.tuple(key, key).map(([k, l]) => `RENAME ${k} ${l}`),
  fc.tuple(key, key).map(([k, l]) => `COPY ${k} ${l} DB 1 REPLACE`),
  key.map((k) => `MOVE ${k} 1`),
  fc.tuple(key, key).map(([k, l]) => `COPY ${k} ${l} DB 1`),
  fc.tuple(key, key).map(([k, l]) => `RENAMENX ${k} ${l}`),
  key.map((k) => `GET ${k}`),
  key.map((k) => `INCRBYFLOAT ${k} 0.1`),
  fc.constantFrom("SELECT 0", "SELECT 1", "SWAPDB 0 1", "FLUSHDB", "FLUSHALL", "MULTI", "EXEC"),
  fc.constantFrom("MULTI", "EXEC", "DISCARD", "RANDOMKEY", "SCAN 0", "PUBLISH c m"),
);
const happening = fc.oneof(
  { weight: 12, arbitrary: command.map((line) => ({ kind: "command", line }) as const) },
  {
    weight: 2,
    arbitrary: fc.integer({ min: 1, max: 400 }).map((ms) => ({ kind: "pass", ms }) as const),
  },
  { weight: 2, arbitrary: fc.constant({ kind: "pump" } as const) },
  { weight: 1, arbitrary: fc.constant({ kind: "cut" } as const) },
);

describe("replication as a law", () => {
  it.each([
    ["diskless, to a file", { replDisklessSync: true, replDisklessLoad: "disabled" }],
    ["from a file, into memory", { replDisklessSync: false, replDisklessLoad: "swapdb" }],
  ] as const)("replicas end with the master's data set (%s)", (_, settings) => {
    fc.assert(
      fc.property(
        fc.array(happening, { maxLength: 60 }),
        fc.integer({ min: 1, max: 50 }),
        (happenings, sliceBytes) => {
          const { network, servers } = cluster(["a", "b", "c"], { settings, sliceBytes });
          const [a, b, c] = servers;
          if (a === undefined || b === undefined || c === undefined) throw new Error("three");
          const client = a.connect();
          for (const letter of KEYS) client.line(`SET ${letter} initial`);
          b.connect().line("REPLICAOF a 6379");
          c.connect().line("REPLICAOF b 6379");
          network.settle();
          for (const event of happenings) {
            if (event.kind === "command") client.line(event.line);
            else if (event.kind === "pass") network.pass(event.ms);
            else if (event.kind === "pump") network.pump(20);
            else network.cut(b);
            network.settle();
          }
          network.finish();
          network.pass(4000);
          network.finish();
          expect(b.contents()).toEqual(a.contents());
          expect(c.contents()).toEqual(a.contents());
          expect(b.state.replication.replid).toBe(a.state.replication.replid);
        },
      ),
      { numRuns: 150 },
    );
  });
});
