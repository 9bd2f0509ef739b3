import { once } from "node:events";
import { type AddressInfo, connect, type Socket } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { event } from "../../../src/sentinel/events.ts";
import { masterName } from "../../../src/base/ids.ts";
import { until } from "../../e2e/harness/until.ts";
import { ServedSentinel } from "./served-sentinel.ts";

const sentinel = new ServedSentinel({ keptEvents: 50 });
const sockets: Socket[] = [];
let port = 0;

beforeAll(async () => {
  await sentinel.app.fastify.listen({ port: 0, host: "127.0.0.1" });
  ({ port } = sentinel.app.fastify.server.address() as AddressInfo);
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await until({
    name: "all streams are gone",
    look: () => sentinel.app.streams.size,
    holds: (size) => size === 0,
  });
});
afterAll(() => sentinel.close());

/** What has come so far, and the messages in it. */
class Listening {
  text = "";
  readonly socket: Socket;

  constructor(path: string, headers: readonly string[] = []) {
    this.socket = connect(port, "127.0.0.1");
    this.socket.setEncoding("utf8");
    this.socket.on("data", (chunk: string) => (this.text += chunk));
    this.socket.on("error", () => undefined);
    sockets.push(this.socket);
    const lines = [`GET ${path} HTTP/1.1`, "host: 127.0.0.1", ...headers, "", ""];
    this.socket.write(lines.join("\r\n"));
  }

  get names(): readonly string[] {
    return [...this.text.matchAll(/^data: (.*)$/gm)].flatMap(([, json = "{}"]) => {
      const { name } = JSON.parse(json) as { name?: string };
      return name === undefined ? [] : [name];
    });
  }

  get lastId(): string {
    return [...this.text.matchAll(/^id: (.*)$/gm)].at(-1)?.[1] ?? "";
  }

  async hello(): Promise<{ readonly missed: boolean; readonly last: string }> {
    const [, json = "{}"] = await until({
      name: "the hello",
      look: () => /^event: hello\ndata: (.*)$/m.exec(this.text) ?? [],
      holds: (found) => found.length > 0,
    });
    return JSON.parse(json) as { missed: boolean; last: string };
  }

  async received(count: number): Promise<readonly string[]> {
    return until({
      name: `${count} events`,
      look: () => this.names,
      holds: ({ length }) => length >= count,
    });
  }
}

function publish(name: "+sdown" | "-sdown", master = "mymaster"): void {
  sentinel.feed.publish(event(name, `master ${master}`, { master: masterName(master) }));
}

const STREAM = "/api/v1/events/stream";

describe("the stream of events", () => {
  it("begins with hello, and goes on with what happens", async () => {
    const listening = new Listening(STREAM);
    expect(await listening.hello()).toMatchObject({ missed: false });
    publish("+sdown");
    publish("-sdown");
    expect(await listening.received(2)).toEqual(["+sdown", "-sdown"]);
    expect(listening.text).toMatch(/content-type: text\/event-stream/);
    expect(listening.text).toMatch(/content-security-policy: default-src 'none'/);
    expect(listening.text).toMatch(/^retry: 2000$/m);
  });

  it("continues behind the id that a reader has", async () => {
    const first = new Listening(STREAM);
    await first.hello();
    publish("+sdown");
    await first.received(1);
    first.socket.destroy();
    publish("-sdown");
    const again = new Listening(STREAM, [`last-event-id: ${first.lastId}`]);
    expect(await again.hello()).toMatchObject({ missed: false });
    expect(await again.received(1)).toEqual(["-sdown"]);
  });

  it("says when something is missing in between", async () => {
    const listening = new Listening(`${STREAM}?since=00000000-7`);
    expect(await listening.hello()).toMatchObject({ missed: true });
  });

  it("leaves out a past that is more than may wait for a reader", async () => {
    const { lastEvent } = await sentinel.getJson("/api/v1/sentinel");
    const long = "x".repeat(6000);
    for (let n = 0; n < 48; n++) publish("+sdown", long);
    const listening = new Listening(`${STREAM}?since=${String(lastEvent)}`);
    expect(await listening.hello()).toMatchObject({ missed: true });
    publish("-sdown");
    expect(await listening.received(1)).toEqual(["-sdown"]);
  });

  it("is for GET alone: a HEAD takes no place", async () => {
    const answer = await sentinel.app.fastify.inject({
      method: "HEAD",
      url: STREAM,
      headers: { host: "127.0.0.1" },
    });
    expect(answer.statusCode).toBe(405);
    expect(sentinel.app.streams.size).toBe(0);
  });

  it("is about one master where that is asked for", async () => {
    const listening = new Listening(`${STREAM}?master=other`);
    await listening.hello();
    publish("+sdown");
    publish("-sdown", "other");
    expect(await listening.received(1)).toEqual(["-sdown"]);
  });

  it("ends for a reader who does not read", async () => {
    const listening = new Listening(STREAM);
    await listening.hello();
    listening.socket.pause();
    const long = "x".repeat(1000);
    await until({
      name: "the reader is cut off",
      look: () => {
        for (let n = 0; n < 2000; n++) publish("+sdown", long);
        return sentinel.app.streams.size;
      },
      holds: (size) => size === 0,
    });
  });

  it("ends with the sentinel", async () => {
    const own = new ServedSentinel();
    await own.app.fastify.listen({ port: 0, host: "127.0.0.1" });
    const { port: ownPort } = own.app.fastify.server.address() as AddressInfo;
    const socket = connect(ownPort, "127.0.0.1");
    sockets.push(socket);
    socket.on("error", () => undefined);
    socket.write(`GET ${STREAM} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n`);
    await once(socket, "data");
    const closed = once(socket, "close");
    socket.resume();
    await own.close();
    await closed;
  });
});

describe("bad requests on the wire", () => {
  it.each([
    {
      name: "headers over 16 kB",
      sent: `GET / HTTP/1.1\r\nx: ${"y".repeat(20_000)}\r\n\r\n`,
      status: 431,
    },
    { name: "what is no HTTP", sent: "*1\r\n$4\r\nPING\r\n", status: 400 },
    {
      name: "a method that there is not",
      sent: "BREW / HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n",
      status: 400,
    },
    { name: "no host", sent: "GET /health/live HTTP/1.1\r\n\r\n", status: 400 },
  ])("$name is answered $status", async ({ sent, status }) => {
    const socket = connect(port, "127.0.0.1");
    sockets.push(socket);
    socket.setEncoding("utf8");
    socket.on("error", () => undefined);
    socket.write(sent);
    const [text] = (await once(socket, "data")) as [string];
    expect(text).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  });
});
