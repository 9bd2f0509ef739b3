import { describe, expect, it } from "vitest";
import { type TestClient, TestServer } from "./test-server.ts";

function writableReplica(): { server: TestServer; client: TestClient } {
  const server = new TestServer({ replicaReadOnly: false });
  const client = server.connect();
  client.line("SET master's v PX 100");
  client.line("REPLICAOF other 1");
  return { server, client };
}

function tracked(server: TestServer): string | undefined {
  const info = server.connect().line("INFO stats");
  return /^slave_expires_tracked_keys:(.*)\r$/m.exec(info)?.[1];
}

describe("a writable replica", () => {
  it("expires the keys that it gave an expiry itself, and no others", () => {
    const { server, client } = writableReplica();
    client.line("SET own v PX 1000");
    client.line("SET kept v");
    client.line("EXPIRE kept 2");
    client.line("SET lasting v");
    expect(tracked(server)).toBe("2");
    server.pass(1200);
    expect([...server.contents().keys()]).toEqual(["0/kept", "0/lasting", "0/master's"]);
    expect(tracked(server)).toBe("1");
    server.pass(1200);
    expect(server.contents().has("0/kept")).toBe(false);
    expect(server.contents().has("0/master's")).toBe(true);
    // Hidden, but there until its master deletes it.
    expect(client.line("EXISTS master's")).toBe(":0\r\n");
    expect(client.line("DBSIZE")).toBe(":2\r\n");
    expect(tracked(server)).toBe("0");
  });

  it("forgets keys that last after all, and all of them when it is promoted", () => {
    const { server, client } = writableReplica();
    client.line("SET own v PX 1000");
    client.line("PERSIST own");
    client.line("SET other v PX 100000");
    server.pass(1200);
    expect(client.line("GET own")).toBe("$1\r\nv\r\n");
    expect(tracked(server)).toBe("1");
    client.line("REPLICAOF NO ONE");
    expect(tracked(server)).toBe("0");
  });

  it("keeps the stream of its master free of what it writes itself", () => {
    const { server, client } = writableReplica();
    const before = client.line("INFO replication");
    client.line("SET own v PX 100");
    server.pass(300);
    const offset = /master_repl_offset:\d+/;
    expect(offset.exec(client.line("INFO replication"))?.[0]).toBe(offset.exec(before)?.[0]);
  });
});
