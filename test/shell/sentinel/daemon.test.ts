import { mkdirSync, renameSync, rmdirSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { textOf } from "../../../src/base/bytes.ts";
import { type Reply, simple } from "../../../src/resp/reply.ts";
import { expectBytes, type TestClient } from "../listener/test-client.ts";
import { until } from "../until.ts";
import { DaemonUnderTest } from "./daemon-under-test.ts";

const HELLO_CHANNEL = "__sentinel__:hello";
const PEER = "b".repeat(40);
/** Nobody listens there. */
const MASTER = "sentinel monitor mymaster 127.0.0.1 1 2";

let daemon: DaemonUnderTest;
let client: TestClient;

beforeEach(async () => {
  daemon = await DaemonUnderTest.start(MASTER);
  client = await daemon.client();
});

afterEach(async () => {
  await daemon.stop();
});

async function restart(...lines: readonly string[]): Promise<void> {
  await daemon.stop();
  daemon = await DaemonUnderTest.start(...lines);
  client = await daemon.client();
}

async function call(line: string): Promise<Reply> {
  return client.call(...line.split(" "));
}

function failure(text: string): Reply {
  return { kind: "error", text };
}

/** Texts of the bulks in a reply, in order. */
function texts(reply: Reply): string[] {
  if (reply.kind === "bulk") return [textOf(reply.bytes)];
  if (reply.kind === "simple" || reply.kind === "error") return [reply.text];
  if (reply.kind === "map") return reply.entries.flatMap((entry) => entry.flatMap(texts));
  if ("items" in reply) return reply.items.flatMap(texts);
  return [];
}

function logged(event: string): Record<string, unknown> | undefined {
  return daemon.logged.find((line) => line["event"] === event);
}

async function info(line: string): Promise<string> {
  return texts(await call(line)).join("");
}

describe("what is no request of a sentinel", () => {
  it.each(["CONFIG", "DEBUG", "SELECT", "QUIT", "RESET", "ECHO", "MULTI", "MONITOR", "TIME"])(
    "%s does not exist",
    async (name) => {
      expect(await call(`${name} a 'b`)).toEqual(
        failure(`ERR unknown command '${name}', with args beginning with: 'a' ''b' `),
      );
    },
  );

  it("shows 128 bytes of the arguments, without line ends", async () => {
    expect(await client.call("foo", "a\r\nb", "x".repeat(150), "y")).toEqual(
      failure(`ERR unknown command 'foo', with args beginning with: 'a  b' '${"x".repeat(121)}' `),
    );
  });

  it.each([
    ["SENTINEL foo", "ERR unknown subcommand 'foo'. Try SENTINEL HELP."],
    ["CLIENT NO-TOUCH on", "ERR unknown subcommand 'NO-TOUCH'. Try CLIENT HELP."],
    ["COMMAND foo", "ERR unknown subcommand 'foo'. Try COMMAND HELP."],
    ["SENTINEL", "ERR wrong number of arguments for 'sentinel' command"],
    ["SENTINEL MASTER", "ERR wrong number of arguments for 'sentinel|master' command"],
    ["sentinel set mymaster quorum", "ERR wrong number of arguments for 'sentinel|set' command"],
    ["CLIENT", "ERR wrong number of arguments for 'client' command"],
    ["CLIENT ID now", "ERR wrong number of arguments for 'client|id' command"],
    ["COMMAND COUNT x", "ERR wrong number of arguments for 'command|count' command"],
    ["ROLE x", "ERR wrong number of arguments for 'role' command"],
    ["PING a b", "ERR wrong number of arguments for 'ping' command"],
    ["PUBLISH x", "ERR wrong number of arguments for 'publish' command"],
    ["SENTINEL MASTER nobody", "ERR No such master with that name"],
    ["PUBLISH x y", "ERR Only HELLO messages are accepted by Sentinel instances."],
    ["SHUTDOWN foo", "ERR syntax error"],
    ["SHUTDOWN SAVE NOSAVE", "ERR syntax error"],
    ["SHUTDOWN ABORT NOW", "ERR syntax error"],
    ["SHUTDOWN ABORT", "ERR No shutdown in progress."],
  ])("%s: %s", async (line, text) => {
    expect(await call(line)).toEqual(failure(text));
  });
});

describe("a sentinel with a password", () => {
  beforeEach(async () => {
    await restart(MASTER, "requirepass secret");
  });

  it.each(["PING", "SENTINEL MASTERS", "CLIENT ID", "COMMAND", "SUBSCRIBE x", "SHUTDOWN"])(
    "refuses %s to a stranger",
    async (line) => {
      expect(await call(line)).toEqual(failure("NOAUTH Authentication required."));
      expect(daemon.shutdowns).toBe(0);
    },
  );

  it.each([
    ["foo", "ERR unknown command 'foo', with args beginning with: "],
    ["SENTINEL foo", "ERR unknown subcommand 'foo'. Try SENTINEL HELP."],
    ["ROLE x", "ERR wrong number of arguments for 'role' command"],
  ])("tells a stranger what is wrong with %s", async (line, text) => {
    expect(await call(line)).toEqual(failure(text));
  });

  it("serves who has authenticated", async () => {
    expect(await call("AUTH wrong")).toEqual(
      failure("WRONGPASS invalid username-password pair or user is disabled."),
    );
    expect(await call("AUTH secret")).toEqual(simple("OK"));
    expect(await call("PING")).toEqual(simple("PONG"));
  });
});

describe("requests", () => {
  it("may be inline and in any case", async () => {
    client.send("ping\r\nSeNtInEl GeT-mAsTeR-aDdR-bY-nAmE mymaster\r\n");
    await expectBytes(client, "+PONG\r\n*2\r\n$9\r\n127.0.0.1\r\n$1\r\n1\r\n");
  });

  it("are answered in order, those that wait for a save too", async () => {
    client.send("SENTINEL SET mymaster quorum 3\r\nPING\r\nROLE\r\n");
    await expectBytes(client, "+OK\r\n+PONG\r\n*2\r\n$8\r\nsentinel\r\n*1\r\n$8\r\nmymaster\r\n");
    expect(daemon.config).toContain("sentinel monitor mymaster 127.0.0.1 1 3\n");
  });

  it("get maps under RESP3", async () => {
    client.send("HELLO 3\r\nSENTINEL MASTER mymaster\r\n");
    const greeting = await client.reply();
    expect(texts(greeting)).toEqual(
      expect.arrayContaining(["server", "redis", "version", "7.2.0", "mode", "sentinel"]),
    );
    expect(texts(greeting)).not.toContain("role");
    expect(await client.reply()).toMatchObject({ kind: "map" });
  });

  it("of a subscriber with RESP2 are limited", async () => {
    await call("SUBSCRIBE +sdown");
    expect(await call("SENTINEL MASTERS")).toEqual(
      failure(
        "ERR Can't execute 'sentinel|masters': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context",
      ),
    );
    client.send("PING\r\n");
    await expectBytes(client, "*2\r\n$4\r\npong\r\n$0\r\n\r\n");
  });

  it("SHUTDOWN closes the connection and asks for the end", async () => {
    client.send("SHUTDOWN NOSAVE\r\n");
    expect(await client.toEnd()).toBe("");
    expect(daemon.shutdowns).toBe(1);
  });
});

describe("CLIENT PAUSE", () => {
  /** What another sentinel sends, and the end of the pause. */
  const PEERS = [
    "HELLO 2",
    "CLIENT SETNAME sentinel-bbbbbbbb-cmd",
    "PING",
    `SENTINEL IS-MASTER-DOWN-BY-ADDR 127.0.0.1 1 0 *`,
    `PUBLISH ${HELLO_CHANNEL} x`,
  ];

  it("holds what clients ask, in its order, but not what other sentinels do", async () => {
    const peer = await daemon.client();
    client.send("CLIENT PAUSE 60000\r\nSENTINEL MYID\r\nCLIENT ID\r\nSENTINEL MASTER nobody\r\n");
    await expectBytes(client, "+OK\r\n");
    let isAnswered = false;
    const first = client.reply().finally(() => {
      isAnswered = true;
    });
    for (const line of PEERS) {
      const reply = await peer.call(...line.split(" "));
      expect(reply).not.toMatchObject({ kind: "error" });
    }
    expect(isAnswered).toBe(false);
    expect(await peer.call("CLIENT", "UNPAUSE")).toEqual(simple("OK"));
    expect(texts(await first)[0]).toMatch(/^[0-9a-f]{40}$/);
    expect(await client.reply()).toMatchObject({ kind: "integer" });
    expect(await client.reply()).toEqual(failure("ERR No such master with that name"));
  });

  it("ends by itself", async () => {
    const other = await daemon.client();
    expect(await other.call("CLIENT", "PAUSE", "30")).toEqual(simple("OK"));
    expect(texts(await call("SENTINEL MYID"))[0]).toMatch(/^[0-9a-f]{40}$/);
  });

  it("of writes holds nothing: a sentinel has none", async () => {
    expect(await call("CLIENT PAUSE 60000 WRITE")).toEqual(simple("OK"));
    expect(texts(await call("SENTINEL MYID"))[0]).toMatch(/^[0-9a-f]{40}$/);
  });

  it("of a client that left meanwhile is over for it", async () => {
    client.send("CLIENT PAUSE 60000\r\nROLE\r\n");
    await expectBytes(client, "+OK\r\n");
    client.destroy();
    const other = await daemon.client();
    expect(await other.call("CLIENT", "UNPAUSE")).toEqual(simple("OK"));
    expect(texts(await other.call("ROLE"))).toEqual(["sentinel", "mymaster"]);
  });
});

describe("INFO", () => {
  it.each(["INFO", "INFO default", "INFO all", "info EVERYTHING"])(
    "%s has all sections in Redis' order",
    async (line) => {
      const text = await info(line);
      expect(text.match(/^# .*$/gm)).toEqual([
        "# Server",
        "# Clients",
        "# Stats",
        "# CPU",
        "# Sentinel",
      ]);
      expect(text).toMatch(/\r\n\r\n# Clients\r\n/);
      expect(text).toMatch(/[^\n]\r\n$/);
    },
  );

  it("has the sections asked for, in the same order, and nothing for others", async () => {
    expect((await info("INFO sentinel server nonsense")).match(/^# .*$/gm)).toEqual([
      "# Server",
      "# Sentinel",
    ]);
    client.send("INFO nonsense\r\n");
    await expectBytes(client, "$0\r\n\r\n");
  });

  it("is a bulk under RESP3 too", async () => {
    await call("HELLO 3");
    expect(await call("INFO server")).toMatchObject({ kind: "bulk" });
  });

  it("tells who we are", async () => {
    const text = await info("INFO");
    expect(text).toMatch(/^# Server\r\nredis_version:7\.2\.0\r\nvedette_version:\d+\.\d+\.\d+\r\n/);
    expect(text).toContain("\r\nredis_mode:sentinel\r\n");
    expect(text).toContain(`\r\ntcp_port:${daemon.port}\r\n`);
    expect(text).toContain(`\r\nconfig_file:${daemon.path}\r\n`);
    expect(text).toMatch(/\r\nrun_id:[0-9a-f]{40}\r\n/);
    expect(text).toContain(`\r\nlistener0:name=tcp,bind=127.0.0.1,port=${daemon.port}\r\n`);
    expect(text).toContain("\r\nconnected_clients:1\r\n");
    expect(text).toContain("\r\ntotal_commands_processed:1\r\n");
    expect(text).toContain("\r\nmaster0:name=mymaster,status=ok,address=127.0.0.1:1,");
  });
});

describe("COMMAND", () => {
  it("counts and lists only what a sentinel has", async () => {
    expect(await call("COMMAND COUNT")).toEqual({ kind: "integer", value: 15 });
    const names = texts(await call("COMMAND LIST"));
    expect(names).toEqual(expect.arrayContaining(["ping", "sentinel|masters", "client|list"]));
    expect(names).not.toContain("get");
  });

  it("lists by pattern, category and module", async () => {
    const byPattern = await call("COMMAND LIST FILTERBY PATTERN SENTINEL|MASTER*");
    expect(texts(byPattern)).toEqual(["sentinel|master", "sentinel|masters"]);
    const byCategory = texts(await call("COMMAND LIST FILTERBY ACLCAT pubsub"));
    expect(byCategory).toEqual([
      "psubscribe",
      "publish",
      "punsubscribe",
      "subscribe",
      "unsubscribe",
    ]);
    expect(await call("COMMAND LIST FILTERBY MODULE x")).toEqual({ kind: "array", items: [] });
    expect(await call("COMMAND LIST FILTERBY x y")).toEqual(failure("ERR syntax error"));
    expect(await call("COMMAND LIST x")).toEqual(failure("ERR syntax error"));
  });

  it("describes a command and a subcommand as Redis does, and an unknown one by null", async () => {
    client.send("HELLO 3\r\n");
    await client.reply();
    client.send("COMMAND INFO client|id nope\r\n");
    await expectBytes(
      client,
      "*2\r\n*10\r\n$9\r\nclient|id\r\n:2\r\n~3\r\n+noscript\r\n+loading\r\n+stale\r\n" +
        ":0\r\n:0\r\n:0\r\n~2\r\n+@slow\r\n+@connection\r\n~0\r\n~0\r\n~0\r\n_\r\n",
    );
  });

  it("without words describes all", async () => {
    expect(await call("COMMAND")).toMatchObject({ kind: "array" });
    expect(texts(await call("COMMAND"))).toEqual(expect.arrayContaining(["sentinel|myid", "ping"]));
  });

  it("documents what exists", async () => {
    expect(texts(await call("COMMAND DOCS ping nope"))).toEqual(
      expect.arrayContaining(["ping", "summary", "group", "connection"]),
    );
    expect(texts(await call("COMMAND DOCS nope"))).toEqual([]);
    expect(texts(await call("COMMAND DOCS sentinel"))).toContain("sentinel|masters");
  });

  it.each([
    ["COMMAND GETKEYS ping x", "ERR The command has no key arguments"],
    ["COMMAND GETKEYS nope x", "ERR Invalid command specified"],
  ])("%s: %s", async (line, text) => {
    expect(await call(line)).toEqual(failure(text));
  });
});

describe("events", () => {
  const HELLO = `127.0.0.1,1,${PEER},0,mymaster,127.0.0.1,1,0`;

  it("reach subscribers by name and by pattern, once they are durable", async () => {
    const listener = await daemon.client();
    await listener.call("PSUBSCRIBE", "+sent*");
    await listener.call("SUBSCRIBE", "+sentinel");
    expect(await client.call("PUBLISH", HELLO_CHANNEL, HELLO)).toEqual({
      kind: "integer",
      value: 1,
    });
    const payload = `sentinel ${PEER} 127.0.0.1 1 @ mymaster 127.0.0.1 1`;
    expect(texts(await listener.reply())).toEqual(["message", "+sentinel", payload]);
    expect(daemon.config).toContain(`sentinel known-sentinel mymaster 127.0.0.1 1 ${PEER}\n`);
    expect(texts(await listener.reply())).toEqual(["pmessage", "+sent*", "+sentinel", payload]);
  });

  it("are logged with their fields", async () => {
    await client.call("PUBLISH", HELLO_CHANNEL, HELLO);
    await until("the event in the log", () => logged("+sentinel") !== undefined);
    expect(logged("+sentinel")).toMatchObject({
      level: "info",
      msg: "sentinel event",
      event: "+sentinel",
      master: "mymaster",
      role: "sentinel",
      addr: "127.0.0.1:1",
      runId: PEER,
      payload: `sentinel ${PEER} 127.0.0.1 1 @ mymaster 127.0.0.1 1`,
    });
  });

  it("a hello is answered 1 whatever it says, and goes to no subscriber", async () => {
    const listener = await daemon.client();
    await listener.call("SUBSCRIBE", HELLO_CHANNEL);
    expect(await client.call("PUBLISH", HELLO_CHANNEL, "rubbish")).toMatchObject({ value: 1 });
    listener.send("PING\r\n");
    expect(texts(await listener.reply())).toEqual(["pong", ""]);
  });
});

describe("the configuration file", () => {
  it("gets an id at the first start, which is told when it is there", async () => {
    const [id = ""] = texts(await call("SENTINEL MYID"));
    expect(id).toMatch(/^[0-9a-f]{40}$/);
    expect(daemon.config).toContain(`sentinel myid ${id}\n`);
    const told = `Sentinel ID is ${id}`;
    await until("the log", () => daemon.logged.some(({ msg }) => msg === told));
  });

  it("that cannot be written is an error for who asked, and works again when it can", async () => {
    await call("SENTINEL FLUSHCONFIG");
    renameSync(daemon.path, `${daemon.path}.kept`);
    mkdirSync(daemon.path);
    const failed = failure("ERR Failed to save config file. Check server logs.");
    expect(await call("SENTINEL FLUSHCONFIG")).toEqual(failed);
    await until("a line for the operator", () =>
      daemon.logged.some(
        ({ level, reason }) => level === "error" && String(reason).endsWith("Is a directory"),
      ),
    );
    rmdirSync(daemon.path);
    renameSync(`${daemon.path}.kept`, daemon.path);
    expect(await call("SENTINEL FLUSHCONFIG")).toEqual(simple("OK"));
  });
});

describe("anybody may send anything", () => {
  it.each([
    ["garbage", "\x00\xff*1\r\n$-5\r\n"],
    ["a huge length", "*1\r\n$99999999\r\n"],
    ["a huge count", "*999999999\r\n"],
    ["unbalanced quotes", '"abc\r\n'],
    ["HTTP", "POST / HTTP/1.1\r\nHost: x\r\n\r\n"],
    ["half a request", "*3\r\n$8\r\nSENTINEL\r\n$3\r\nSE"],
    ["binary words", "*3\r\n$8\r\nSENTINEL\r\n$6\r\nMASTER\r\n$3\r\n\xff\x00\n\r\n"],
    [
      "a vote with nonsense",
      "SENTINEL IS-MASTER-DOWN-BY-ADDR ::: -1 99999999999999999999 \x01\r\n",
    ],
  ])("%s: the daemon lives on", async (_name, bytes) => {
    client.send(bytes);
    client.socket.end();
    await client.toEnd();
    const other = await daemon.client();
    expect(await other.call("PING")).toEqual(simple("PONG"));
    expect(daemon.fatal).toEqual([]);
  });
});
