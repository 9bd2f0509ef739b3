import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { encodeCommand } from "../../../src/resp/encode-command.ts";
import { within } from "./deadline.ts";
import { expectBytes } from "./test-client.ts";
import { TestDaemon } from "./test-daemon.ts";

let daemon: TestDaemon;

beforeEach(async () => {
  daemon = await TestDaemon.start();
});

afterEach(async () => {
  await daemon.stop();
});

/** Sends text on a connection of its own, and gets everything until that ends. */
async function answerAndEnd(text: string): Promise<string> {
  const client = await daemon.client();
  client.send(text);
  return client.toEnd();
}

describe("requests over a socket", () => {
  it("are answered in order, pipelined, multibulk and inline mixed", async () => {
    const client = await daemon.client();
    client.send('*2\r\n$4\r\nECHO\r\n$1\r\na\r\nECHO b\r\n\r\n*0\r\nECHO "c d"\nECHO d\r\n');
    await expectBytes(client, "$1\r\na\r\n$1\r\nb\r\n$3\r\nc d\r\n$1\r\nd\r\n");
    expect(daemon.emptyRequests).toBe(2);
  });

  it("may arrive byte by byte", async () => {
    const client = await daemon.client();
    client.socket.setNoDelay(true);
    for (const byte of encodeCommand(["ECHO", "slowly"])) client.send(Buffer.from([byte]));
    expect(await client.reply()).toEqual({ kind: "bulk", bytes: "slowly" });
  });

  it("may carry megabytes", async () => {
    const client = await daemon.client();
    const value = Buffer.alloc(3_000_000, "0123456789");
    client.send(encodeCommand(["ECHO", value]));
    const reply = await client.reply();
    expect(reply.kind === "bulk" && value.equals(reply.bytes as Buffer)).toBe(true);
  });

  it("let other clients in between, however many are pipelined", async () => {
    const busy = await daemon.client();
    const other = await daemon.client();
    // Each SPEND takes 1 ms of the daemon's time, so the whole pipeline would take 2 s.
    busy.send(encodeCommand(["SPEND", "1"]).toString().repeat(2000));
    await busy.reply();
    await other.call("ECHO", "hello");
    const before = daemon.requests.findIndex((request) => request[0] === "ECHO");
    expect(before).toBeLessThan(500);
    for (let count = 1; count < 2000; count++) await busy.reply();
  });

  it("that a client half-closes behind are still answered", async () => {
    const client = await daemon.client();
    client.socket.end("ECHO a\r\nECHO b\r\n");
    expect(await client.toEnd()).toBe("$1\r\na\r\n$1\r\nb\r\n");
  });
});

describe("faulty requests", () => {
  it.each([
    ["no bulk header", "*1\r\nPING\r\n", "expected '$', got 'P'"],
    ["a count of letters", "*abc\r\n", "invalid multibulk length"],
    ["a negative length", "*1\r\n$-1\r\n", "invalid bulk length"],
    ["a length over the limit", "*1\r\n$600000000\r\n", "invalid bulk length"],
    ["an open quote", 'ECHO "unbalanced\r\n', "unbalanced quotes in request"],
    ["an endless line", "x".repeat(70_000), "too big inline request"],
    ["an endless count", `*${"1".repeat(70_000)}`, "too big mbulk count string"],
    ["an endless length", `*1\r\n$${"1".repeat(70_000)}`, "too big bulk count string"],
  ])("are answered once and end the connection: %s", async (_name, text, reason) => {
    const line = `-ERR Protocol error: ${reason}\r\n`;
    expect(await answerAndEnd(`ECHO first\r\n${text}`)).toBe(`$5\r\nfirst\r\n${line}`);
    expect(daemon.listener.stats.errorReplies).toBe(1);
    expect(await (await daemon.client()).call("PING")).toEqual({ kind: "simple", text: "PONG" });
  });

  it("end with the error even when garbage keeps coming", async () => {
    const client = await daemon.client();
    client.send(`*1\r\n$-1\r\n${"garbage ".repeat(200_000)}`);
    expect(await client.toEnd()).toBe("-ERR Protocol error: invalid bulk length\r\n");
  });

  it.each(["POST / HTTP/1.1\r\n", "Host: example.org\r\n", "*1\r\n$4\r\npost\r\n"])(
    "close without a word when they are HTTP: %s",
    async (text) => {
      expect(await answerAndEnd(`${text}ECHO a\r\n`)).toBe("");
      expect(daemon.requests).toEqual([]);
    },
  );

  it("never stop the daemon", async () => {
    const bystander = await daemon.client();
    const junk = fc.oneof(
      fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
      fc.string({ unit: fc.constantFrom("*", "$", "1", "3", "\r\n", '"', "PING", "-", " ") }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(junk, { maxLength: 4 }), fc.boolean(), async (parts, politely) => {
        const client = await daemon.client();
        for (const part of parts) client.send(part);
        if (politely) client.socket.end();
        else client.destroy();
        await within(client.closed, "the end of a junk connection");
        expect(await bystander.call("ECHO", "x")).toEqual({ kind: "bulk", bytes: "x" });
      }),
      { numRuns: 60 },
    );
  });
});

describe("before authentication", () => {
  beforeEach(() => {
    daemon.password = "secret";
  });

  it.each([
    ["*11\r\n", "unauthenticated multibulk length"],
    ["*1\r\n$16385\r\n", "unauthenticated bulk length"],
  ])("%j is too much", async (text, reason) => {
    expect(await answerAndEnd(text)).toBe(`-ERR Protocol error: ${reason}\r\n`);
  });

  it("the wider limits hold from the next request behind AUTH on", async () => {
    const client = await daemon.client();
    client.send(Buffer.concat([encodeCommand(["AUTH", "secret"]), longEcho()]));
    expect(await client.reply()).toEqual({ kind: "simple", text: "OK" });
    expect((await client.reply()).kind).toBe("bulk");
  });

  it("not more than a mebibyte is kept of an unfinished request", async () => {
    // One argument may have 16 KiB and a request ten of them, so only a line can grow; it ends at
    // 64 KiB. What is left is queued input, which the daemon counts.
    const client = await daemon.client();
    await client.call("PING");
    const [connection] = daemon.connected;
    if (connection !== undefined) connection.queuedCommandBytes = 1024 * 1024;
    client.send("*1\r\n");
    expect(await client.toEnd()).toBe("");
    expect(daemon.listener.stats.queryBufferDisconnections).toBe(1);
  });
});

it("closes silently when an unfinished request is longer than the limit", async () => {
  daemon.settings.queryBufferLimit = 100_000;
  const client = await daemon.client();
  client.send(`*2\r\n$4\r\nECHO\r\n$500000\r\n${"x".repeat(200_000)}`);
  expect(await client.toEnd()).toBe("");
  expect(daemon.listener.stats.queryBufferDisconnections).toBe(1);
});

function longEcho(): Buffer {
  return encodeCommand(["ECHO", "x".repeat(20_000)]);
}
