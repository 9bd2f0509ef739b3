import { describe, expect, it } from "vitest";
import { TestServer } from "./test-server.ts";

/** What a client that waits has got, once it has got something. */
describe("clients that wait for keys", () => {
  it("are served by a push, the oldest first, each with one element", () => {
    const server = new TestServer();
    const [first, second, pusher] = [server.connect(), server.connect(), server.connect()];
    expect(first.line("BLPOP k 0")).toBe("");
    expect(second.line("BLPOP other k 0")).toBe("");
    expect(pusher.line("RPUSH k a b c")).toBe(":3\r\n");
    expect(first.reply()).toBe("*2\r\n$1\r\nk\r\n$1\r\na\r\n");
    expect(second.reply()).toBe("*2\r\n$1\r\nk\r\n$1\r\nb\r\n");
    expect(pusher.line("LRANGE k 0 -1")).toBe("*1\r\n$1\r\nc\r\n");
  });

  it("are served when a transaction is over, not in its middle", () => {
    const server = new TestServer();
    const [waiting, other] = [server.connect(), server.connect()];
    waiting.line("BLPOP k 0");
    other.line("MULTI");
    other.line("RPUSH k a");
    other.line("DEL k");
    other.line("EXEC");
    expect(waiting.reply()).toBe("");
    other.line("MULTI");
    other.line("RPUSH k a");
    other.line("RPUSH k b");
    other.line("EXEC");
    expect(waiting.reply()).toBe("*2\r\n$1\r\nk\r\n$1\r\na\r\n");
  });

  it("pass on what they move to those who wait for it", () => {
    const server = new TestServer();
    const [mover, last, pusher] = [server.connect(), server.connect(), server.connect()];
    mover.line("BLMOVE a b LEFT RIGHT 0");
    last.line("BLPOP b 0");
    pusher.line("RPUSH a x");
    expect(mover.reply()).toBe("$1\r\nx\r\n");
    expect(last.reply()).toBe("*2\r\n$1\r\nb\r\n$1\r\nx\r\n");
    expect(pusher.line("EXISTS a b")).toBe(":0\r\n");
  });

  it.each(["RENAME from k", "COPY from k", "SORT from BY nosort STORE k"])(
    "are served by %s",
    (command) => {
      const server = new TestServer();
      const [waiting, other] = [server.connect(), server.connect()];
      other.line("RPUSH from v");
      waiting.line("BRPOP k 0");
      other.line(command);
      expect(waiting.reply()).toBe("*2\r\n$1\r\nk\r\n$1\r\nv\r\n");
    },
  );

  it("are served by SWAPDB, and stay with the number of their database", () => {
    const server = new TestServer();
    const [waiting, other] = [server.connect(), server.connect()];
    other.line("SELECT 1");
    other.line("RPUSH k v");
    waiting.line("BLPOP k 0");
    other.line("SWAPDB 0 1");
    expect(waiting.reply()).toBe("*2\r\n$1\r\nk\r\n$1\r\nv\r\n");
  });

  it("wait on when the key holds another type", () => {
    const server = new TestServer();
    const [waiting, other] = [server.connect(), server.connect()];
    waiting.line("BLPOP k 0");
    other.line("SADD k member");
    expect(waiting.reply()).toBe("");
    other.line("DEL k");
    other.line("RPUSH k v");
    expect(waiting.reply()).toBe("*2\r\n$1\r\nk\r\n$1\r\nv\r\n");
  });

  it("get nothing when their time is up, and nothing later", () => {
    const server = new TestServer();
    const [waiting, other] = [server.connect(), server.connect()];
    waiting.line("BLPOP k 0.5");
    server.pass(400);
    expect(waiting.reply()).toBe("");
    server.pass(300);
    expect(waiting.reply()).toBe("*-1\r\n");
    other.line("RPUSH k v");
    expect(waiting.reply()).toBe("");
    expect(other.line("LLEN k")).toBe(":1\r\n");
  });

  it("are forgotten when they leave", () => {
    const server = new TestServer();
    const [waiting, other] = [server.connect(), server.connect()];
    waiting.line("BLPOP k 0");
    server.deliver({ kind: "client-closed", client: waiting.client.id });
    other.line("RPUSH k v");
    expect(other.line("LLEN k")).toBe(":1\r\n");
    expect(server.state.blocking.clients.size).toBe(0);
  });
});
