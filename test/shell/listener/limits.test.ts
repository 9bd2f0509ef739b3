import { createServer, type Server } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { millis } from "../../../src/base/units.ts";
import { encodeCommand } from "../../../src/resp/encode-command.ts";
import { until } from "./deadline.ts";
import { TestClient } from "./test-client.ts";
import { TestDaemon } from "./test-daemon.ts";

const MEBIBYTE = 1024 * 1024;

let daemon: TestDaemon;

beforeEach(async () => {
  daemon = await TestDaemon.start();
});

afterEach(async () => {
  await daemon.stop();
});

/** Limits for subscribers: bytes; the soft one for 5 s. */
function limitSubscribers(limits: { hardBytes: number; softBytes: number }): void {
  const normal = { hardBytes: 0, softBytes: 0, softSeconds: 0 };
  daemon.settings.outputLimits = { normal, pubsub: { ...limits, softSeconds: 5 }, replica: normal };
}

/** Publishes until more lies unsent for the subscriber than its system takes. */
async function publishUntil(condition: () => boolean): Promise<void> {
  const publisher = await daemon.client();
  const message = "m".repeat(MEBIBYTE);
  for (let count = 0; count < 100 && !condition(); count++) {
    await publisher.call("PUBLISH", "news", message);
  }
  await until(condition, "the subscriber's output to grow");
}

/** For the client that connected first. */
function unsentBytes(): number {
  const line = daemon.connected[0]?.describe(daemon.now) ?? "";
  return Number(/ omem=(\d+)/.exec(line)?.[1] ?? "0");
}

describe("a client that does not read", () => {
  it("gets no more executed until it reads, and then everything in order", async () => {
    const client = await daemon.client();
    client.socket.pause();
    const count = 64;
    client.send(
      encodeCommand(["BLOB", String(MEBIBYTE)])
        .toString()
        .repeat(count),
    );
    await until(() => daemon.requests.length > 0, "the first request");
    const bystander = await daemon.client();
    for (let turn = 0; turn < 20; turn++) await bystander.call("PING");
    const executed = daemon.requests.filter((request) => request[0] === "BLOB").length;
    expect(executed).toBeLessThan(count / 2);
    client.socket.resume();
    for (let reply = 0; reply < count; reply++) {
      const { kind, bytes } = (await client.reply()) as { kind: string; bytes: Buffer };
      expect([kind, bytes.length]).toEqual(["bulk", MEBIBYTE]);
    }
  });

  it("still gets its last reply when it quits before it reads", async () => {
    const client = await daemon.client();
    client.socket.pause();
    client.send(encodeCommand(["BLOB", String(8 * MEBIBYTE)]));
    client.send("QUIT\r\n");
    await until(() => daemon.requests.length > 0, "the first request");
    client.socket.resume();
    const everything = await client.toEnd();
    expect(everything).toHaveLength("$8388608\r\n".length + 8 * MEBIBYTE + "\r\n+OK\r\n".length);
    expect(everything.endsWith("\r\n+OK\r\n")).toBe(true);
  });
});

describe("output limits", () => {
  it("close a subscriber above the hard limit at once", async () => {
    limitSubscribers({ hardBytes: 4 * MEBIBYTE, softBytes: 0 });
    const subscriber = await daemon.client();
    await subscriber.call("SUBSCRIBE", "news");
    subscriber.socket.pause();
    await publishUntil(() => daemon.disconnected.length === 1);
    expect(daemon.listener.stats.outputBufferDisconnections).toBe(1);
    expect(daemon.log.join("\n")).toMatch(
      /Client id=1 addr=127.* scheduled to be closed ASAP for overcoming of output buffer limits\./,
    );
    expect(daemon.listener.pubSub.channelCount).toBe(0);
  });

  it("send nothing of replies that came to more than the limit together", async () => {
    const limit = { hardBytes: 100_000, softBytes: 0, softSeconds: 0 };
    daemon.settings.outputLimits = { normal: limit, pubsub: limit, replica: limit };
    const client = await daemon.client();
    expect(await client.call("BLOB", "90000")).toMatchObject({ kind: "bulk" });
    const closing = await daemon.client();
    closing.send(encodeCommand(["BLOB", "60000"]).toString().repeat(2));
    expect(await closing.toEnd()).toHaveLength(0);
    expect(daemon.listener.stats.outputBufferDisconnections).toBe(1);
  });

  it("close a subscriber that stays above the soft limit too long", async () => {
    limitSubscribers({ hardBytes: 0, softBytes: 2 * MEBIBYTE });
    const subscriber = await daemon.client();
    await subscriber.call("SUBSCRIBE", "news");
    subscriber.socket.pause();
    await publishUntil(() => unsentBytes() > 2 * MEBIBYTE);
    daemon.now = millis(5000);
    daemon.listener.checkTimeLimits();
    expect(daemon.listener.stats.outputBufferDisconnections).toBe(0);
    daemon.now = millis(5001);
    daemon.listener.checkTimeLimits();
    expect(daemon.listener.stats.outputBufferDisconnections).toBe(1);
  });

  it("forgive one that drops below the soft limit in time", async () => {
    limitSubscribers({ hardBytes: 0, softBytes: 2 * MEBIBYTE });
    const subscriber = await daemon.client();
    await subscriber.call("SUBSCRIBE", "news");
    subscriber.socket.pause();
    await publishUntil(() => unsentBytes() > 2 * MEBIBYTE);
    subscriber.socket.resume();
    await until(() => unsentBytes() === 0, "the subscriber to read everything");
    daemon.listener.checkTimeLimits();
    daemon.now = millis(60_000);
    daemon.listener.checkTimeLimits();
    expect(daemon.listener.stats.outputBufferDisconnections).toBe(0);
  });
});

describe("idle clients", () => {
  beforeEach(() => {
    daemon.settings.idleTimeoutSeconds = 10;
  });

  it("are closed after the timeout, counted from their last request", async () => {
    const client = await daemon.client();
    daemon.now = millis(9000);
    await client.call("PING");
    daemon.now = millis(19_000);
    daemon.listener.checkTimeLimits();
    await client.call("PING");
    daemon.now = millis(29_001);
    daemon.listener.checkTimeLimits();
    expect(await client.toEnd()).toBe("");
  });

  it("stay when they are subscribers or wait for something", async () => {
    const subscriber = await daemon.client();
    await subscriber.call("SUBSCRIBE", "news");
    const waiting = await daemon.client();
    await waiting.call("STOP");
    daemon.now = millis(100_000);
    daemon.listener.checkTimeLimits();
    expect(daemon.listener.clients.size).toBe(2);
  });
});

describe("who may connect", () => {
  it("nobody above maxclients", async () => {
    daemon.settings.maxClients = 2;
    const first = await daemon.client();
    await (await daemon.client()).call("PING");
    const third = await daemon.client();
    expect(await third.toEnd()).toBe("-ERR max number of clients reached\r\n");
    expect(daemon.listener.stats.connectionsRejected).toBe(1);
    expect(daemon.listener.stats.connectionsReceived).toBe(2);
    first.destroy();
    await until(() => daemon.listener.clients.size === 1, "the first client to be gone");
    expect(await (await daemon.client()).call("PING")).toEqual({ kind: "simple", text: "PONG" });
  });

  describe("from another machine", () => {
    let server: Server;
    let remote: () => Promise<TestClient>;

    beforeEach(async () => {
      server = createServer({ allowHalfOpen: true }, (socket) => {
        const [remoteName, local] = ["192.0.2.1:40000", "192.0.2.2:6379"];
        daemon.listener.accept(socket, {
          remote: remoteName,
          local,
          isLocal: false,
          overUnixSocket: false,
        });
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      remote = () => TestClient.connect({ port });
    });

    afterEach(() => {
      server.close();
    });

    it("nobody in protected mode without a password", async () => {
      const answer = await (await remote()).toEnd();
      expect(answer).toMatch(/^-DENIED [^\r\n]*protected mode[^\r\n]*\r\n$/);
      expect(daemon.listener.stats.connectionsRejected).toBe(1);
    });

    it("anybody with a password set", async () => {
      daemon.password = "secret";
      expect(await (await remote()).call("AUTH", "secret")).toEqual({ kind: "simple", text: "OK" });
    });

    it("anybody with protected mode off", async () => {
      daemon.settings.protectedMode = false;
      const client = await remote();
      expect(await client.call("PING")).toEqual({ kind: "simple", text: "PONG" });
      expect(daemon.connected[0]?.remoteAddress).toBe("192.0.2.1:40000");
    });
  });
});
