import { mkdtempSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { ListenError } from "../../../src/shell/listener/errors.ts";
import { parseBind } from "../../../src/shell/listener/endpoint.ts";
import { TestClient } from "./test-client.ts";
import { TestDaemon } from "./test-daemon.ts";

const PONG = { kind: "simple", text: "PONG" };
const daemons: TestDaemon[] = [];

afterEach(async () => {
  for (const daemon of daemons.splice(0)) await daemon.stop();
});

async function start(...options: Parameters<typeof TestDaemon.start>): Promise<TestDaemon> {
  const daemon = await TestDaemon.start(...options);
  daemons.push(daemon);
  return daemon;
}

async function failure(...options: Parameters<typeof TestDaemon.start>): Promise<ListenError> {
  try {
    await start(...options);
  } catch (error) {
    if (error instanceof ListenError) return error;
    throw error;
  }
  throw new Error("it listens");
}

function newFolder(): string {
  return mkdtempSync(join(tmpdir(), "listener-"));
}

describe("parseBind", () => {
  it("knows stars and optional addresses", () => {
    expect(parseBind(["127.0.0.1", "-::1", "*", "-::*"])).toEqual([
      { host: "127.0.0.1", text: "127.0.0.1", optional: false },
      { host: "::1", text: "::1", optional: true },
      { host: "0.0.0.0", text: "*", optional: false },
      { host: "::", text: "::*", optional: true },
    ]);
  });

  it("takes every address when none is given", () => {
    expect(parseBind([]).map(({ host }) => host)).toEqual(["0.0.0.0", "::"]);
  });
});

describe("listening", () => {
  it("on several addresses with one port", async () => {
    const daemon = await start({ bind: ["127.0.0.1", "127.0.0.2"] });
    for (const host of ["127.0.0.1", "127.0.0.2"]) {
      const client = await TestClient.connect({ port: daemon.listener.port, host });
      expect(await client.call("PING")).toEqual(PONG);
      client.destroy();
    }
    expect(daemon.connected.map(({ localAddress }) => localAddress)).toEqual(
      ["127.0.0.1", "127.0.0.2"].map((host) => `${host}:${daemon.listener.port}`),
    );
  });

  it("goes on without an optional address that this machine does not have", async () => {
    const daemon = await start({ bind: ["127.0.0.1", "-203.0.113.1"] });
    expect(daemon.listener.port).toBeGreaterThan(0);
  });

  it("fails for an address that this machine does not have", async () => {
    const error = await failure({ bind: ["127.0.0.1", "203.0.113.1"] });
    expect(error.code).toBe("EADDRNOTAVAIL");
  });

  it("fails with the port and the reason where the port is taken", async () => {
    const { port } = (await start()).listener;
    const error = await failure({ port, bind: ["127.0.0.1"] });
    expect(error.code).toBe("EADDRINUSE");
    expect(error.message).toBe(`Failed listening on port ${port} (TCP), aborting.`);
    expect(error.warning).toBe(
      `Warning: Could not create server TCP listening socket 127.0.0.1:${port}: bind: Address already in use`,
    );
  });

  it("leaves nothing open when one of its addresses fails", async () => {
    const daemon = new TestDaemon();
    const options = { port: "ephemeral", bind: ["127.0.0.1", "203.0.113.1"], backlog: 10 } as const;
    await expect(daemon.listener.listen(options)).rejects.toThrow(ListenError);
    expect(daemon.listener.port).toBe(0);
  });

  it("opens no TCP port for port 0", async () => {
    const path = join(newFolder(), "s.sock");
    const daemon = await start({ port: 0, unixSocket: { path } });
    expect(daemon.listener.port).toBe(0);
    const client = await TestClient.connect({ path });
    expect(await client.call("PING")).toEqual(PONG);
    expect(daemon.connected[0]?.remoteAddress).toBe(`${path}:0`);
    expect(daemon.connected[0]?.describe(daemon.now)).toContain(" flags=U ");
    client.destroy();
  });

  it("gives a unix socket its permissions and takes the place of one left behind", async () => {
    const path = join(newFolder(), "s.sock");
    const old = createServer();
    await new Promise<void>((resolve) => old.listen(path, resolve));
    await start({ port: 0, unixSocket: { path, permissions: 0o700 } });
    expect(statSync(path).mode & 0o777).toBe(0o700);
    old.close();
  });

  it("leaves a file alone that is no socket", async () => {
    const path = join(newFolder(), "precious");
    writeFileSync(path, "data");
    const error = await failure({ port: 0, unixSocket: { path } });
    expect(error.warning).toBe("Failed opening Unix socket: bind: Address already in use");
    expect(statSync(path).size).toBe(4);
  });

  it("moves to another place, and stays where it was if it cannot", async () => {
    const daemon = await start();
    const client = await daemon.client();
    const place = { bind: ["127.0.0.1"], backlog: 10 };
    const before = { ...place, port: daemon.listener.port };
    const taken = { ...place, port: (await start()).listener.port };
    await expect(daemon.listener.moveTcp(taken, before)).rejects.toThrow(ListenError);
    expect(daemon.listener.port).toBe(before.port);
    await daemon.listener.moveTcp({ ...place, port: "ephemeral" }, before);
    expect(daemon.listener.port).not.toBe(before.port);
    await expect(TestClient.connect({ port: before.port })).rejects.toThrow("ECONNREFUSED");
    expect(await (await daemon.client()).call("PING")).toEqual(PONG);
    // Who was there is not disturbed.
    expect(await client.call("PING")).toEqual(PONG);
    await daemon.listener.moveTcp({ ...place, port: 0 }, before);
    expect(daemon.listener.port).toBe(0);
  });

  it("ends with close: no port, no connection", async () => {
    const daemon = await start();
    const { port } = daemon.listener;
    const client = await daemon.client();
    await client.call("PING");
    await daemon.listener.close();
    expect(await client.toEnd()).toBe("");
    await expect(TestClient.connect({ port })).rejects.toThrow("ECONNREFUSED");
  });
});
