import { Socket } from "node:net";
import { Redis } from "ioredis";
import { afterEach, describe, expect, it } from "vitest";
import { QuickReplies } from "../../../src/shell/links/quick-replies.ts";
import { ReplyFraming } from "../../../src/shell/links/reply-framing.ts";
import { Request } from "../../../src/shell/links/request.ts";
import { bulk } from "../scripted-server.ts";

const MESSAGE = `>3\r\n$7\r\nmessage\r\n${bulk("c")}${bulk("h\xff")}`;

let client: Redis | undefined;

afterEach(() => {
  client?.disconnect();
  client = undefined;
});

/** A client with requests under way that has never connected. */
function waiting(requests: number, protocol: 2 | 3 = 3, name?: string) {
  const redis = new Redis({ lazyConnect: true, protocol });
  client = redis;
  redis.status = "ready";
  redis.condition = {
    select: 0,
    subscriber: false,
    protocol,
    replyMapping: "legacy",
    handshake: false,
  };
  const taken: unknown[] = [];
  for (let n = 0; n < requests; n++) {
    const how = name === undefined ? {} : { name };
    const request = new Request({ ...how, bytes: "", onReply: (reply) => taken.push(reply) });
    redis.commandQueue.push({ command: request.asCommand(), stream: redis.stream, select: 0 });
  }
  const replies = new QuickReplies((channel, payload) => taken.push([channel, payload]));
  replies.attach(redis);
  return { redis, replies, taken };
}

const socket = new Socket();

function take(replies: QuickReplies, text: string, to: Socket = socket): number {
  return replies.take(to, Buffer.from(text, "latin1"), text.length);
}

describe("replies that are taken past the decoder", () => {
  it("are those to PING, PUBLISH and INFO, and hellos, in their order", () => {
    const { redis, replies, taken } = waiting(4);
    const text = `+PONG\r\n${MESSAGE}:12\r\n${bulk("role:m\xe4ster\r\n")}$0\r\n\r\n`;
    expect(take(replies, text)).toBe(text.length);
    expect(taken).toEqual(["PONG", ["c", "h\xff"], 12, "role:m\xe4ster\r\n", ""]);
    expect(redis.commandQueue.length).toBe(0);
  });

  it("end where a reply is cut off, wherever that is", () => {
    const whole = ["+PONG\r\n", MESSAGE, ":1\r\n", bulk("abc")];
    const text = whole.join("");
    for (let cut = 0; cut <= text.length; cut++) {
      const { redis, replies, taken } = waiting(3);
      const end = take(replies, text.slice(0, cut));
      expect(whole.slice(0, taken.length).join("")).toHaveLength(end);
      expect(whole.slice(0, taken.length + 1).join("").length > cut || end === text.length).toBe(
        true,
      );
      const answers = taken.filter((each) => !Array.isArray(each)).length;
      expect(redis.commandQueue.length).toBe(3 - answers);
    }
  });

  it.each([
    ["another status", "+OK\r\n"],
    ["an error", "-LOADING\r\n"],
    ["a null", "$-1\r\n"],
    ["a negative integer", ":-1\r\n"],
    ["an integer that is none", ":\r\n"],
    ["an integer beyond all counts", ":123456789\r\n"],
    ["an array", "*1\r\n:1\r\n"],
    ["a verbatim string", "=8\r\ntxt:role\r\n"],
    ["another push", `>3\r\n$9\r\nsubscribe\r\n${bulk("c")}:1\r\n`],
    ["a message with a number in it", `>3\r\n$7\r\nmessage\r\n${bulk("c")}:1\r\n`],
    ["a bulk without a line end", "$1\r\nabc\r\n"],
    ["no RESP", "HTTP/1.1\r\n"],
  ])("are not %s, nor what follows it", (_name, text) => {
    const { redis, replies, taken } = waiting(2);
    expect(take(replies, `:1\r\n${text}+PONG\r\n`)).toBe(4);
    expect(taken).toEqual([1]);
    expect(redis.commandQueue.length).toBe(1);
  });

  it("are none that nobody asked for", () => {
    const { replies, taken } = waiting(0);
    expect(take(replies, "+PONG\r\n")).toBe(0);
    expect(taken).toEqual([]);
  });

  it("are none to what ioredis has to see", () => {
    expect(take(waiting(1, 3, "subscribe").replies, ":1\r\n")).toBe(0);
    expect(take(waiting(1, 2).replies, MESSAGE)).toBe(0);
    const { redis, replies } = waiting(1);
    redis.status = "connect";
    expect(take(replies, "+PONG\r\n")).toBe(0);
  });

  it("end with the connection, and the rest is nobody's", () => {
    const { redis, replies } = waiting(2);
    const ending = new Socket();
    const last = new Request({ bytes: "", onReply: () => ending.destroy() }).asCommand();
    redis.commandQueue.unshift({ command: last, stream: redis.stream, select: 0 });
    const text = "+PONG\r\n+PONG\r\n";
    expect(take(replies, text, ending)).toBe(text.length);
    expect(redis.commandQueue.length).toBe(2);
  });
});

describe("where a reply begins", () => {
  it.each([
    ["nothing", "", true],
    ["a status", "+OK\r\n", true],
    ["half a line", "+OK", false],
    ["half a bulk", "$3\r\nab", false],
    ["an empty array", "*0\r\n", true],
    ["half an array", "*2\r\n:1\r\n", false],
    ["a nested array", "*2\r\n*1\r\n:1\r\n$-1\r\n", true],
    ["half a map", "%1\r\n+a\r\n", false],
    ["a map", "%1\r\n+a\r\n*-1\r\n", true],
    ["a push", MESSAGE, true],
  ])("behind %s", (_name, text, expected) => {
    const framing = new ReplyFraming();
    framing.inspect(Buffer.from(text, "latin1"));
    expect(framing.isBetweenReplies).toBe(expected);
  });
});
