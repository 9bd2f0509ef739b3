import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type ClientId, clientId } from "../../../src/base/ids.ts";
import { millis } from "../../../src/base/units.ts";
import type { Reply } from "../../../src/resp/reply.ts";
import type { ListedClient } from "../../../src/shell/listener/listed-client.ts";
import { SENTINEL_SESSION_COMMANDS } from "../../../src/shell/listener/session/session-commands.ts";
import { until } from "./deadline.ts";
import { expectBytes, type TestClient } from "./test-client.ts";
import { TestDaemon } from "./test-daemon.ts";

const OK: Reply = { kind: "simple", text: "OK" };
const NOAUTH: Reply = { kind: "error", text: "NOAUTH Authentication required." };

let daemon: TestDaemon;
let client: TestClient;

beforeEach(async () => {
  daemon = await TestDaemon.start();
  client = await daemon.client();
});

afterEach(async () => {
  await daemon.stop();
});

function failure(text: string): Reply {
  return { kind: "error", text };
}

function textOfBulk(reply: Reply): string {
  return reply.kind === "bulk" || reply.kind === "verbatim" ? reply.bytes.toString() : "";
}

async function kill(...filters: string[]): Promise<Reply> {
  return client.call("CLIENT", "KILL", ...filters);
}

/** The ids that CLIENT LIST shows. */
async function listedIds(...args: string[]): Promise<string[]> {
  const lines = textOfBulk(await client.call("CLIENT", "LIST", ...args)).split("\n");
  return lines.slice(0, -1).map((line) => line.split(" ", 1)[0] ?? "");
}

describe("HELLO", () => {
  it("tells the fields of the specification in order and switches the protocol", async () => {
    client.send("HELLO\r\n");
    const fields = "$6\r\nserver\r\n$5\r\nredis\r\n$7\r\nversion\r\n$5\r\n7.2.0\r\n$5\r\nproto\r\n";
    const rest =
      "$2\r\nid\r\n:1\r\n$4\r\nmode\r\n$10\r\nstandalone\r\n$4\r\nrole\r\n$6\r\nmaster\r\n$7\r\nmodules\r\n*0\r\n";
    await expectBytes(client, `*14\r\n${fields}:2\r\n${rest}`);
    client.send("HELLO 3\r\n");
    await expectBytes(client, `%7\r\n${fields}:3\r\n${rest}`);
    client.send("HELLO 2\r\n");
    await expectBytes(client, `*14\r\n${fields}:2\r\n${rest}`);
  });

  it("has no role in a sentinel", async () => {
    const greeting = { server: "redis", version: "7.2.0", mode: "sentinel" } as const;
    const [connection] = daemon.connected;
    if (connection === undefined) throw new Error("no connection");
    SENTINEL_SESSION_COMMANDS.get("hello")?.(connection, ["HELLO", "3"], {
      ...daemon.context,
      greeting,
    });
    connection.flushSoon();
    const reply = await client.reply();
    expect(reply.kind === "map" && reply.entries.map(([key]) => textOfBulk(key))).toEqual([
      "server",
      "version",
      "proto",
      "id",
      "mode",
      "modules",
    ]);
  });

  it.each([
    ["HELLO 4", "NOPROTO unsupported protocol version"],
    ["HELLO x", "ERR Protocol version is not an integer or out of range"],
    ["HELLO 9999999999999999999999", "ERR Protocol version is not an integer or out of range"],
    ["HELLO 3 FOO", "ERR Syntax error in HELLO option 'FOO'"],
    ["HELLO 3 AUTH default", "ERR Syntax error in HELLO option 'AUTH'"],
    ["HELLO 3 setname", "ERR Syntax error in HELLO option 'setname'"],
    [
      "HELLO 3 SETNAME 'a b'",
      "ERR Client names cannot contain spaces, newlines or special characters.",
    ],
    [
      "HELLO 3 SETNAME x AUTH no pw",
      "WRONGPASS invalid username-password pair or user is disabled.",
    ],
  ])("refuses %s and changes nothing", async (line, error) => {
    client.send(`${line}\r\n`);
    expect(await client.reply()).toEqual(failure(error));
    expect(daemon.connected[0]).toMatchObject({ protocol: 2, name: "" });
  });

  it("authenticates and names in one go", async () => {
    daemon.password = "secret";
    const guarded = await daemon.client();
    guarded.send("HELLO 3\r\nHELLO 3 AUTH default secret SETNAME me\r\nCLIENT GETNAME\r\n");
    expect(await guarded.reply()).toEqual(
      failure(
        "NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO <proto> AUTH <user> <pass> option can be used to authenticate the client and select the RESP protocol version at the same time",
      ),
    );
    expect((await guarded.reply()).kind).toBe("map");
    expect(await guarded.reply()).toEqual({ kind: "bulk", bytes: "me" });
  });
});

describe("AUTH", () => {
  it.each([
    [["AUTH", "secret"], OK],
    [["AUTH", "default", "secret"], OK],
    [["AUTH", "wrong"], failure("WRONGPASS invalid username-password pair or user is disabled.")],
    [["AUTH", "secrets"], failure("WRONGPASS invalid username-password pair or user is disabled.")],
    [
      ["AUTH", "nobody", "secret"],
      failure("WRONGPASS invalid username-password pair or user is disabled."),
    ],
    [["AUTH", "a", "b", "c"], failure("ERR syntax error")],
  ])("%s with a password set", async (args, reply) => {
    daemon.password = "secret";
    const guarded = await daemon.client();
    expect(await guarded.call("PING")).toEqual(NOAUTH);
    expect(await guarded.call(...args)).toEqual(reply);
    expect((await guarded.call("PING")).kind).toBe(reply === OK ? "simple" : "error");
  });

  it("without a password needs none, and says so", async () => {
    expect(await client.call("AUTH", "x")).toEqual(
      failure(
        "ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?",
      ),
    );
    expect(await client.call("AUTH", "default", "anything")).toEqual(OK);
    expect(await client.call("AUTH", "nobody", "x")).toMatchObject({ kind: "error" });
  });

  it("is not asked of those who came before the password was set", async () => {
    await client.call("PING");
    daemon.password = "secret";
    expect(await client.call("PING")).toEqual({ kind: "simple", text: "PONG" });
    const late = await daemon.client();
    expect(await late.call("PING")).toEqual(NOAUTH);
    daemon.password = "";
    expect(await late.call("PING")).toEqual({ kind: "simple", text: "PONG" });
  });
});

describe("RESET and QUIT", () => {
  it("make the connection as if new", async () => {
    daemon.password = "secret";
    const guarded = await daemon.client();
    await guarded.call("HELLO", "3", "AUTH", "default", "secret", "SETNAME", "me");
    await guarded.call("SUBSCRIBE", "a");
    guarded.send("CLIENT NO-EVICT on\r\nCLIENT REPLY OFF\r\nRESET\r\nPING\r\n");
    await expectBytes(guarded, "+OK\r\n+RESET\r\n-NOAUTH Authentication required.\r\n");
    const [, connection] = daemon.connected;
    expect(connection).toMatchObject({ name: "", protocol: 2, subscriptions: 0, noEvict: false });
    expect(daemon.listener.pubSub.channelCount).toBe(0);
  });

  it("end a connection behind what was asked before", async () => {
    client.send("PING\r\nQUIT\r\nPING\r\n");
    expect(await client.toEnd()).toBe("+PONG\r\n+OK\r\n");
  });

  it("do not turn a replica into a client again", async () => {
    await client.call("PSYNC", "?", "-1");
    const [connection] = daemon.connected;
    client.send("RESET\r\n");
    await until(() => daemon.requests.length === 2, "RESET to be executed");
    expect(connection?.type).toBe("replica");
    expect(daemon.listener.stats.errorsByCode).toEqual(new Map([["ERR", 1]]));
  });
});

describe("CLIENT REPLY", () => {
  it.each([
    ["OFF silences until ON", "CLIENT REPLY OFF\r\nPING\r\nNONSENSE\r\n", "+OK\r\n"],
    ["SKIP silences one", "CLIENT REPLY SKIP\r\nPING\r\nPING a\r\n", "$1\r\na\r\n+OK\r\n"],
    [
      "SKIP twice silences one as well",
      "CLIENT REPLY SKIP\r\nCLIENT REPLY SKIP\r\nPING\r\nPING a\r\n",
      "$1\r\na\r\n+OK\r\n",
    ],
    ["what came before is sent", "PING\r\nCLIENT REPLY OFF\r\nPING\r\n", "+PONG\r\n+OK\r\n"],
    ["what is owed is not", "CLIENT REPLY OFF\r\nOWE\r\n", "+OK\r\n"],
    // The subscriber may not even call CLIENT any more; that error is silenced too.
    [
      "pushes are sent",
      "CLIENT REPLY OFF\r\nSUBSCRIBE a\r\nPING\r\n",
      "*3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n",
    ],
    ["other words are refused", "CLIENT REPLY maybe\r\n", "-ERR syntax error\r\n+OK\r\n"],
  ])("%s", async (_name, requests, replies) => {
    client.socket.end(`${requests}CLIENT REPLY ON\r\n`);
    expect(await client.toEnd()).toBe(replies);
  });
});

describe("CLIENT", () => {
  it.each([
    [["CLIENT"], "ERR wrong number of arguments for 'client' command"],
    [["CLIENT", "FOO"], "ERR unknown subcommand 'FOO'. Try CLIENT HELP."],
    [["CLIENT", "ID", "x"], "ERR wrong number of arguments for 'client|id' command"],
    [["CLIENT", "KILL"], "ERR wrong number of arguments for 'client|kill' command"],
    [
      ["CLIENT", "SETNAME", "a\nb"],
      "ERR Client names cannot contain spaces, newlines or special characters.",
    ],
    [["CLIENT", "LIST", "TYPE", "foo"], "ERR Unknown client type 'foo'"],
    [["CLIENT", "LIST", "TYPE", "normal", "x"], "ERR syntax error"],
    [["CLIENT", "LIST", "ID", "1", "x"], "ERR Invalid client ID"],
    [["CLIENT", "LIST", "ID"], "ERR syntax error"],
    [["CLIENT", "KILL", "1.2.3.4:5"], "ERR No such client"],
    [["CLIENT", "KILL", "TYPE"], "ERR No such client"],
    [["CLIENT", "KILL", "ID", "0"], "ERR client-id should be greater than 0"],
    [["CLIENT", "KILL", "ID", "x"], "ERR client-id should be greater than 0"],
    [["CLIENT", "KILL", "TYPE", "foo"], "ERR Unknown client type 'foo'"],
    [["CLIENT", "KILL", "USER", "nobody"], "ERR No such user 'nobody'"],
    [["CLIENT", "KILL", "SKIPME", "maybe"], "ERR syntax error"],
    [["CLIENT", "KILL", "ID", "1", "FOO"], "ERR syntax error"],
    [["CLIENT", "NO-EVICT", "maybe"], "ERR syntax error"],
    [["CLIENT", "SETINFO", "LIB", "x"], "ERR Unrecognized option 'LIB'"],
    [
      ["CLIENT", "SETINFO", "LIB-NAME", "a b"],
      "ERR lib-name cannot contain spaces, newlines or special characters.",
    ],
    [["CLIENT", "PAUSE", "x"], "ERR timeout is not an integer or out of range"],
    [["CLIENT", "PAUSE", "-1"], "ERR timeout is negative"],
    [["CLIENT", "PAUSE", "10", "SOME"], "ERR CLIENT PAUSE mode must be WRITE or ALL"],
    [["CLIENT", "UNBLOCK", "x"], "ERR value is not an integer or out of range"],
    [["CLIENT", "UNBLOCK", "1", "FOO"], "ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR"],
    [["CLIENT", "TRACKING", "ON", "REDIRECT"], "ERR syntax error"],
    [["CLIENT", "TRACKING", "ON", "BCAST", "MAYBE", "x"], "ERR syntax error"],
    [
      ["CLIENT", "TRACKING", "ON", "PREFIX", "a", "REDIRECT", "x"],
      "ERR value is not an integer or out of range",
    ],
    [
      ["CLIENT", "TRACKING", "OFF", "REDIRECT", "9999"],
      "ERR The client ID you want redirect to does not exist",
    ],
    [["CLIENT", "TRACKING", "ON"], "ERR CLIENT TRACKING is not supported by vedette"],
  ])("%s is refused", async (args, error) => {
    expect(await client.call(...args)).toEqual(failure(error));
  });

  it("tells a connection about itself", async () => {
    expect(await client.call("CLIENT", "ID")).toEqual({ kind: "integer", value: 1 });
    expect(await client.call("CLIENT", "GETNAME")).toEqual({ kind: "null" });
    expect(await client.call("CLIENT", "SETNAME", "worker-1")).toEqual(OK);
    expect(await client.call("CLIENT", "SETINFO", "lib-name", "ioredis")).toEqual(OK);
    expect(await client.call("CLIENT", "SETINFO", "LIB-VER", "6.0.0")).toEqual(OK);
    expect(await client.call("CLIENT", "NO-TOUCH", "on")).toEqual(OK);
    daemon.now = millis(5999);
    const { localPort = 0 } = client.socket;
    const line = textOfBulk(await client.call("CLIENT", "INFO"));
    expect(line.replace(/ (?:fd|argv-mem|tot-mem)=-?\d+/g, "")).toBe(
      `id=1 addr=127.0.0.1:${localPort} laddr=127.0.0.1:${daemon.listener.port} name=worker-1 age=5 idle=0 flags=T db=0 sub=0 psub=0 ssub=0 multi=-1 watch=0 qbuf=26 qbuf-free=0 multi-mem=0 rbs=0 rbp=0 obl=0 oll=0 omem=0 events=r cmd=client user=default redir=-1 resp=2 lib-name=ioredis lib-ver=6.0.0\n`,
    );
    expect(/ fd=(\d+)/.exec(line)?.[1]).toBeDefined();
    expect(await client.call("CLIENT", "SETNAME", "")).toEqual(OK);
    expect(await client.call("CLIENT", "GETNAME")).toEqual({ kind: "null" });
  });

  it("lists connections, oldest first, by type and by id", async () => {
    const subscriber = await daemon.client();
    await subscriber.call("PSUBSCRIBE", "*");
    const replica = await daemon.client();
    await replica.call("PSYNC", "?", "-1");
    expect(await listedIds()).toEqual(["id=1", "id=2", "id=3"]);
    expect(await listedIds("TYPE", "PubSub")).toEqual(["id=2"]);
    expect(await listedIds("TYPE", "slave")).toEqual(["id=3"]);
    expect(await listedIds("TYPE", "master")).toEqual([]);
    expect(await listedIds("ID", "3", "99", "1")).toEqual(["id=1", "id=3"]);
  });

  it("has help with a line for each subcommand", async () => {
    const reply = await client.call("CLIENT", "HELP");
    const lines =
      reply.kind === "array" ? reply.items.map((item) => "text" in item && item.text) : [];
    expect(lines[0]).toBe("CLIENT <subcommand> [<arg> [value] [opt] ...]. Subcommands are:");
    expect(lines.slice(-2)).toEqual(["HELP", "    Print this help."]);
    expect(lines).toContain("SETNAME <name>");
  });

  it("answers in the new protocol as a verbatim text and a set", async () => {
    await client.call("HELLO", "3");
    expect((await client.call("CLIENT", "LIST")).kind).toBe("verbatim");
    expect(await client.call("CLIENT", "TRACKINGINFO")).toMatchObject({
      kind: "map",
      entries: [
        [{ bytes: "flags" }, { kind: "set" }],
        [{}, { value: -1 }],
        [{}, { items: [] }],
      ],
    });
  });

  it("hands PAUSE and UNBLOCK to the daemon", async () => {
    expect(await client.call("CLIENT", "UNBLOCK", "7")).toEqual({ kind: "integer", value: 0 });
    const calls: unknown[] = [];
    Object.assign(daemon.context, {
      pause: {
        pause: (durationMs: number, which: string) => calls.push([durationMs, which]),
        unpause: () => calls.push("unpause"),
      },
      unblock: (id: ClientId, how: string) => {
        calls.push([id, how]);
        return true;
      },
    });
    expect(await client.call("CLIENT", "PAUSE", "100")).toEqual(OK);
    expect(await client.call("CLIENT", "PAUSE", "50", "write")).toEqual(OK);
    expect(await client.call("CLIENT", "UNPAUSE")).toEqual(OK);
    expect(await client.call("CLIENT", "UNBLOCK", "7", "error")).toEqual({
      kind: "integer",
      value: 1,
    });
    expect(calls).toEqual([[100, "all"], [50, "write"], "unpause", [7, "error"]]);
  });
});

describe("CLIENT KILL", () => {
  let other: TestClient;
  let subscriber: TestClient;

  beforeEach(async () => {
    await client.call("PING");
    other = await daemon.client();
    await other.call("PING");
    subscriber = await daemon.client();
    await subscriber.call("SUBSCRIBE", "a");
  });

  it("by address", async () => {
    const address = `127.0.0.1:${other.socket.localPort}`;
    expect(await client.call("CLIENT", "KILL", address)).toEqual(OK);
    expect(await other.toEnd()).toBe("");
    expect(daemon.listener.clients.size).toBe(2);
  });

  it("by its own address, answered first", async () => {
    client.send(`CLIENT KILL 127.0.0.1:${client.socket.localPort}\r\nPING\r\n`);
    expect(await client.toEnd()).toBe("+OK\r\n");
  });

  it("of a type spares itself unless told otherwise", async () => {
    expect(await client.call("CLIENT", "KILL", "TYPE", "normal")).toEqual({
      kind: "integer",
      value: 1,
    });
    expect(await other.toEnd()).toBe("");
    client.send("CLIENT KILL TYPE normal SKIPME no\r\n");
    expect(await client.toEnd()).toBe(":1\r\n");
    expect(daemon.listener.clients.size).toBe(1);
  });

  it("of subscribers ends their subscriptions", async () => {
    expect(await client.call("CLIENT", "KILL", "TYPE", "pubsub")).toEqual({
      kind: "integer",
      value: 1,
    });
    expect(await client.call("PUBLISH", "a", "x")).toEqual({ kind: "integer", value: 0 });
    expect(await subscriber.toEnd()).toBe("");
  });

  it("takes only whom all filters mean", async () => {
    const none = { kind: "integer", value: 0 };
    expect(await kill("ID", "2", "TYPE", "pubsub")).toEqual(none);
    expect(await kill("ID", "2", "LADDR", "127.0.0.1:1")).toEqual(none);
    expect(await kill("ID", "2", "MAXAGE", "1")).toEqual(none);
    daemon.now = millis(1000);
    const filters = ["ID", "2", "USER", "default", "MAXAGE", "1", "TYPE", "normal"];
    expect(await kill(...filters)).toEqual({ kind: "integer", value: 1 });
    expect(await other.toEnd()).toBe("");
  });

  it("reaches connections that the listener did not accept", async () => {
    let killed = false;
    const link: ListedClient = {
      id: clientId(99),
      type: "master",
      remoteAddress: "192.0.2.1:6379",
      localAddress: "192.0.2.2:40000",
      user: "(superuser)",
      connectedAt: millis(0),
      describe: () => "id=99 flags=M",
      kill: () => (killed = true),
    };
    daemon.listener.clients.addOther(link);
    expect(textOfBulk(await client.call("CLIENT", "LIST", "TYPE", "master"))).toBe(
      "id=99 flags=M\n",
    );
    expect(await client.call("CLIENT", "KILL", "TYPE", "master")).toEqual({
      kind: "integer",
      value: 1,
    });
    expect(killed).toBe(true);
    daemon.listener.clients.removeOther(link.id);
    expect(await client.call("CLIENT", "KILL", "TYPE", "master")).toEqual({
      kind: "integer",
      value: 0,
    });
  });
});

describe("subscriptions", () => {
  it.each([
    [
      "SUBSCRIBE a b a",
      "*3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n*3\r\n$9\r\nsubscribe\r\n$1\r\nb\r\n:2\r\n*3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:2\r\n",
    ],
    ["UNSUBSCRIBE", "*3\r\n$11\r\nunsubscribe\r\n$-1\r\n:0\r\n"],
    ["UNSUBSCRIBE x", "*3\r\n$11\r\nunsubscribe\r\n$1\r\nx\r\n:0\r\n"],
    ["PUNSUBSCRIBE", "*3\r\n$12\r\npunsubscribe\r\n$-1\r\n:0\r\n"],
    [
      "SUBSCRIBE a\r\nPSUBSCRIBE x*\r\nUNSUBSCRIBE\r\nPUNSUBSCRIBE\r\nPING",
      "*3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n*3\r\n$10\r\npsubscribe\r\n$2\r\nx*\r\n:2\r\n*3\r\n$11\r\nunsubscribe\r\n$1\r\na\r\n:1\r\n*3\r\n$12\r\npunsubscribe\r\n$2\r\nx*\r\n:0\r\n+PONG\r\n",
    ],
    [
      "SUBSCRIBE a\r\nPING\r\nPING x\r\nQUIT",
      "*3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n*2\r\n$4\r\npong\r\n$0\r\n\r\n*2\r\n$4\r\npong\r\n$1\r\nx\r\n+OK\r\n",
    ],
    [
      "SUBSCRIBE a\r\nECHO x",
      "*3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n-ERR Can't execute 'echo': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context\r\n",
    ],
  ])("%j", async (requests, replies) => {
    client.socket.end(`${requests}\r\n`);
    expect(await client.toEnd()).toBe(replies);
  });

  it("are pushes in RESP3, and a client's own message follows its reply", async () => {
    await client.call("HELLO", "3");
    client.send("SUBSCRIBE a\r\nPUBLISH a hi\r\nECHO x\r\n");
    await expectBytes(
      client,
      ">3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n:1\r\n>3\r\n$7\r\nmessage\r\n$1\r\na\r\n$2\r\nhi\r\n",
    );
    expect(await client.reply()).toEqual({ kind: "bulk", bytes: "x" });
  });

  it("bring messages to others at once", async () => {
    await client.call("PSUBSCRIBE", "+*");
    const publisher = await daemon.client();
    expect(await publisher.call("PUBLISH", "+sdown", "master m")).toEqual({
      kind: "integer",
      value: 1,
    });
    await expectBytes(
      client,
      "*4\r\n$8\r\npmessage\r\n$2\r\n+*\r\n$6\r\n+sdown\r\n$8\r\nmaster m\r\n",
    );
  });

  it("end with the connection", async () => {
    await client.call("SUBSCRIBE", "a");
    const publisher = await daemon.client();
    client.destroy();
    await client.closed;
    for (let left = 1; left > 0;) {
      const reply = await publisher.call("PUBLISH", "a", "x");
      left = reply.kind === "integer" ? Number(reply.value) : 0;
    }
    expect(daemon.listener.pubSub.channels()).toEqual([]);
  });
});

describe("PUBSUB", () => {
  it.each([
    [["PUBSUB"], "ERR wrong number of arguments for 'pubsub' command"],
    [["PUBSUB", "FOO"], "ERR unknown subcommand 'FOO'. Try PUBSUB HELP."],
    [["PUBSUB", "NUMPAT", "x"], "ERR wrong number of arguments for 'pubsub|numpat' command"],
    [
      ["PUBSUB", "CHANNELS", "a", "b"],
      "ERR unknown subcommand or wrong number of arguments for 'CHANNELS'. Try PUBSUB HELP.",
    ],
  ])("%s is refused", async (args, error) => {
    expect(await client.call(...args)).toEqual(failure(error));
  });

  it("tells who listens to what", async () => {
    await (await daemon.client()).call("SUBSCRIBE", "news");
    await (await daemon.client()).call("PSUBSCRIBE", "n*");
    const numbers = [{ bytes: "news" }, { value: 1 }, { bytes: "none" }, { value: 0 }];
    expect(await client.call("PUBSUB", "CHANNELS")).toMatchObject({ items: [{ bytes: "news" }] });
    expect(await client.call("PUBSUB", "CHANNELS", "x*")).toMatchObject({ items: [] });
    expect(await client.call("PUBSUB", "NUMSUB", "news", "none")).toMatchObject({ items: numbers });
    expect(await client.call("PUBSUB", "NUMPAT")).toEqual({ kind: "integer", value: 1 });
    expect(await client.call("PUBSUB", "SHARDCHANNELS")).toMatchObject({ items: [] });
  });
});
