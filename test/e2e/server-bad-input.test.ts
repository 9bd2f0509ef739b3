import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { DataServer } from "./harness/data-server.ts";
import { Lab } from "./harness/lab.ts";
import { ownProgram, type Program, realProgram } from "./harness/programs.ts";
import { kindUnderTest } from "./harness/replication.ts";

const lab = new Lab();
afterEach(() => lab.cleanUp());

async function startServer(): Promise<DataServer> {
  return lab.dataServer("server", { kind: kindUnderTest() });
}

function program(): Program {
  return kindUnderTest() === "redis" ? realProgram("redis-server") : ownProgram("vedette-server");
}

describe("what no client should send", () => {
  it.each([
    ["a bulk length that is none", "*1\r\n$abc\r\n", "invalid bulk length"],
    ["a bulk length beyond all bounds", "*2\r\n$600000000\r\n", "invalid bulk length"],
    ["a count beyond all bounds", "*3000000000\r\n", "invalid multibulk length"],
    ["an argument that is no bulk", "*1\r\n+PING\r\n", "expected '$', got '+'"],
    ["quotes that do not close", 'SET k "v\r\n', "unbalanced quotes in request"],
    ["a line without end", "x".repeat(70_000), "too big inline request"],
    ["a count without end", `*${"1".repeat(70_000)}`, "too big mbulk count string"],
    ["a length without end", `*1\r\n$${"1".repeat(70_000)}`, "too big bulk count string"],
  ])("is answered and ends the connection: %s", async (_name, bytes, error) => {
    const server = await startServer();
    const socket = await lab.rawConnection(server);
    socket.send(bytes);
    await lab.until({
      name: "the connection is closed",
      look: () => ({ closed: socket.closed, received: socket.received.toString() }),
      holds: ({ closed }) => closed,
    });
    expect(socket.received.toString()).toBe(`-ERR Protocol error: ${error}\r\n`);
    expect(await server.command("PING")).toBe("PONG");
  });

  it("harms nobody else: half messages, noise, a client that goes away", async () => {
    const server = await startServer();
    for (const bytes of [
      "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$100\r\nhalf",
      "\0\xff\r\n\x80",
      "*1\r\n$4",
    ]) {
      const socket = await lab.rawConnection(server);
      socket.send(bytes);
      await server.command("PING");
      socket.close();
    }
    expect(await server.command("EXISTS", "k")).toBe(0);
    await lab.until({
      name: "only our own connection is left",
      look: async () => (await server.info("clients"))["connected_clients"],
      holds: (count) => count === "1",
    });
  });

  it("a subscriber that does not read is closed before it fills the memory", async () => {
    const server = await startServer();
    const socket = await lab.rawConnection(server);
    socket.send("SUBSCRIBE news\r\n");
    await socket.untilReceived("the subscription", (received) => received.includes("subscribe"));
    socket.stopReading();
    const message = Buffer.alloc(1_000_000, "x");
    await lab.until({
      name: "nobody is subscribed any more",
      look: async () => server.command("PUBLISH", "news", message),
      holds: (receivers) => receivers === 0,
    });
    expect(server.process.log).toContain("overcoming of output buffer limits");
  });
});

describe("a start that cannot be", () => {
  it("tells of a port in use and ends", async () => {
    const server = await startServer();
    const second = await lab.run("second", program(), ["--port", String(server.port)]);
    expect(await second.exited).toEqual({ code: 1, signal: null });
    expect(second.log).toMatch(/Failed listening on (port|TCP)/);
    expect(await server.command("PING")).toBe("PONG");
  });

  it("tells of a directive it does not know and ends", async () => {
    const folder = lab.folder("config");
    const config = join(folder, "redis.conf");
    writeFileSync(config, "save 900 1\nno-such-directive yes\n");
    const started = await lab.run("server", program(), [config]);
    expect(await started.exited).toEqual({ code: 1, signal: null });
    expect(started.log).toContain("*** FATAL CONFIG FILE ERROR");
    expect(started.log).toContain("at line 2");
    expect(started.log).toContain(">>> 'no-such-directive yes'");
  });

  it("does not take a damaged RDB for an empty data set", async () => {
    const server = await startServer();
    await server.command("SET", "k", "v");
    await server.command("SAVE");
    await server.stop();
    writeFileSync(join(server.dir, "dump.rdb"), "REDIS0009 and then nonsense");
    await expect(server.start()).rejects.toThrow("cannot start");
    expect(server.process.status).toEqual({ code: 1, signal: null });
  });
});

describe("the end", () => {
  it("comes at SIGTERM, in order, with nothing left behind", async () => {
    const server = await startServer();
    await server.command("SET", "k", "v");
    server.process.signal("SIGTERM");
    expect(await server.process.exited).toEqual({ code: 0, signal: null });
    expect(server.process.log).toContain("ready to exit, bye bye");
  });
});
