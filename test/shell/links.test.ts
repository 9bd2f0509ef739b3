import { afterEach, describe, expect, it } from "vitest";
import { linkId, masterName, parseRunId, type RunId } from "../../src/base/ids.ts";
import { epoch } from "../../src/base/units.ts";
import type { LinkCommand } from "../../src/sentinel/effect.ts";
import type { Input } from "../../src/sentinel/input.ts";
import type { LinkOptions, LinkTarget } from "../../src/shell/links/link.ts";
import { LinkTroubles } from "../../src/shell/links/link-troubles.ts";
import { Log } from "../../src/shell/log.ts";
import { LogOutput } from "../../src/shell/log-output.ts";
import { Links } from "../../src/shell/links/links.ts";
import { MemoryLogFile } from "./memory-log-file.ts";
import { bulk, HELLO_3, type Script, ScriptedServer, UNKNOWN_HELLO } from "./scripted-server.ts";
import { until } from "./until.ts";

const LINK = linkId(7);
const MY_ID = runId("0123456789abcdef0123456789abcdef01234567");
const PEER = runId("fedcba9876543210fedcba9876543210fedcba98");
const HELLO_TEXT = `127.0.0.1,26380,${PEER},3,mymaster,127.0.0.1,6379,2`;
const CHANNEL = "__sentinel__:hello";
const NO_CREDENTIALS = { user: undefined, password: undefined };

function runId(text: string): RunId {
  const id = parseRunId(text);
  if (id === undefined) throw new Error(`not a run id: ${text}`);
  return id;
}

/** A data server of today: RESP3, subscription on the same connection. */
const modern: Script = ([word = "", channel = ""]) => {
  switch (word.toUpperCase()) {
    case "HELLO":
      return HELLO_3;
    case "CLIENT":
      return "+OK\r\n";
    case "SUBSCRIBE":
      return `>3\r\n$9\r\nsubscribe\r\n${bulk(channel)}:1\r\n`;
    case "PING":
      return "+PONG\r\n";
    default:
      return undefined;
  }
};

function push(channel: string, text: string): string {
  return `>3\r\n$7\r\nmessage\r\n${bulk(channel)}${bulk(text)}`;
}

/** One before Redis 6. */
const old: Script = (words, connection) => {
  const [word = "", channel = ""] = words;
  switch (word.toUpperCase()) {
    case "HELLO":
      return UNKNOWN_HELLO;
    case "AUTH":
      return "+OK\r\n";
    case "SUBSCRIBE":
      return `*3\r\n$9\r\nsubscribe\r\n${bulk(channel)}:1\r\n`;
    default:
      return modern(words, connection);
  }
};

let server: ScriptedServer | undefined;
let links: Links | undefined;
let inputs: Input[] = [];
let log = new MemoryLogFile();

afterEach(close);

async function close(): Promise<void> {
  links?.closeAll();
  await server?.stop();
  server = links = undefined;
  inputs = [];
  log = new MemoryLogFile();
}

interface Opened {
  readonly links: Links;
  readonly redis: ScriptedServer;
}

async function open(script: Script, more: Partial<LinkTarget> = {}): Promise<Opened> {
  const redis = await ScriptedServer.start(script);
  server = redis;
  return { redis, links: openTo(redis, more) };
}

function openTo(redis: Pick<ScriptedServer, "address">, more: Partial<LinkTarget> = {}): Links {
  links = new Links(options());
  links.open({ ...target(redis), ...more });
  return links;
}

function options(): Omit<LinkOptions, "hellos"> & { readonly troubles: LinkTroubles } {
  const output = new LogOutput(1, log.file);
  return {
    myId: MY_ID,
    troubles: new LinkTroubles(new Log({ threshold: "verbose", output })),
    report: (input) => inputs.push(input),
  };
}

function target({ address }: Pick<ScriptedServer, "address">): LinkTarget {
  return {
    kind: "open-link",
    link: LINK,
    address,
    purpose: "data",
    credentials: NO_CREDENTIALS,
    renamedCommands: new Map(),
  };
}

function kinds(): string[] {
  return inputs.map(({ kind }) => kind);
}

async function reported(kind: Input["kind"]): Promise<Input> {
  await until(`input ${kind}`, () => kinds().includes(kind));
  const found = inputs.find((each) => each.kind === kind);
  if (found === undefined) throw new Error("gone");
  return found;
}

/** Lets everything that is on its way through this process arrive. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}

describe("a link to a data server with RESP3", () => {
  it("says HELLO and its name, subscribes, and nothing else", async () => {
    const { redis } = await open(modern);
    expect(await reported("link-opened")).toEqual({
      kind: "link-opened",
      link: LINK,
      localHost: "127.0.0.1",
      subscribed: true,
    });
    await until("SUBSCRIBE", () => redis.connection(0).requests.length === 3);
    await settle();
    expect(redis.connection(0).requests).toEqual([
      "hello 3",
      "client setname sentinel-01234567-cmd",
      `SUBSCRIBE ${CHANNEL}`,
    ]);
    expect(redis.connections).toHaveLength(1);
  });

  it("gives user and password with HELLO, binary safe", async () => {
    const credentials = { user: "bob", password: "p\xe4ss\xff" };
    const { redis } = await open(modern, { credentials });
    await reported("link-opened");
    expect(redis.connection(0).requests[0]).toBe("hello 3 AUTH bob p\xe4ss\xff");
  });

  it("gives a password alone as the default user's", async () => {
    const credentials = { user: undefined, password: "secret" };
    const { redis } = await open(modern, { credentials });
    await reported("link-opened");
    expect(redis.connection(0).requests[0]).toBe("hello 3 AUTH default secret");
  });

  it("hands on hellos from the same connection, and ignores what is none", async () => {
    const { redis } = await open(modern);
    await until("SUBSCRIBE", () => redis.connections[0]?.requests.length === 3);
    const messages = [push("other", HELLO_TEXT), push(CHANNEL, "rubbish")];
    redis.connection(0).socket.write([...messages, push(CHANNEL, HELLO_TEXT)].join(""));
    expect(await reported("hello-received")).toMatchObject({
      link: LINK,
      hello: { sentinelId: PEER, currentEpoch: 3, masterName: "mymaster", configEpoch: 2 },
    });
    expect(kinds().filter((kind) => kind === "hello-received")).toHaveLength(1);
  });

  it("tells when it may not subscribe, and subscribes again on the same connection", async () => {
    let isAllowed = false;
    const { links: opened, redis } = await open((words, connection) =>
      words[0] === "SUBSCRIBE" && !isAllowed
        ? "-NOPERM No permissions to access a channel\r\n"
        : modern(words, connection),
    );
    expect(await reported("subscription-lost")).toMatchObject({
      link: LINK,
      reason: "NOPERM No permissions to access a channel",
    });
    isAllowed = true;
    opened.openSubscription(LINK);
    await reported("subscription-opened");
    expect(redis.connections).toHaveLength(1);
  });

  it("goes on without a wrong password where none is needed, and says so", async () => {
    const refusal = "-WRONGPASS invalid username-password pair\r\n";
    const credentials = { user: "gone", password: "pw" };
    const { redis } = await open(
      (words, connection) => (words.includes("gone") ? refusal : modern(words, connection)),
      { credentials },
    );
    expect(await reported("link-opened")).toMatchObject({ subscribed: true });
    expect(redis.connection(0).requests.slice(0, 3)).toEqual([
      "hello 3 AUTH gone pw",
      "client setname sentinel-01234567-cmd",
      "hello 3",
    ]);
    await until("a line", () => log.lines.length === 1);
    expect(log.lines).toMatchObject([
      { level: "warn", msg: "password refused, and not needed", reason: refusal.slice(1, -2) },
    ]);
  });

  it("reports a refused password as a lost link, with the server's words", async () => {
    await open(([word]) =>
      word === "hello" ? "-WRONGPASS invalid username-password pair\r\n" : "-NOAUTH\r\n",
    );
    expect(await reported("link-lost")).toEqual({
      kind: "link-lost",
      link: LINK,
      reason: "WRONGPASS invalid username-password pair",
      refused: false,
      credentialFault: "WRONGPASS",
    });
  });
});

describe("why a link fails", () => {
  it("is logged once until it works or fails otherwise; a refusal is a warning", async () => {
    let reply = "-WRONGPASS invalid username-password pair\r\n";
    const { redis } = await open(([word], connection) =>
      word === "hello" && reply !== "" ? reply : modern([word ?? ""], connection),
    );
    const again = async (): Promise<void> => {
      const before = inputs.length;
      links?.open(target(redis));
      await until("an end", () => inputs.length > before);
    };
    await reported("link-lost");
    await again();
    reply = "";
    await again();
    expect(kinds()).toEqual(["link-lost", "link-lost", "link-opened"]);
    await until("two lines", () => log.lines.length === 2);
    const addr = `127.0.0.1:${redis.address.port}`;
    expect(log.lines).toMatchObject([
      {
        level: "warn",
        msg: "link lost",
        addr,
        reason: "WRONGPASS invalid username-password pair",
      },
      { level: "debug", msg: "link works again", addr },
    ]);
  });
});

describe("where links come from", () => {
  it("is the address given, which is then what hellos announce", async () => {
    const redis = await ScriptedServer.start(modern);
    server = redis;
    links = new Links({ ...options(), localAddress: "127.0.0.2" });
    links.open(target(redis));
    expect(await reported("link-opened")).toMatchObject({ localHost: "127.0.0.2" });
    expect(redis.connection(0).socket.remoteAddress).toBe("127.0.0.2");
  });

  it("is told when this machine does not have it", async () => {
    const redis = await ScriptedServer.start(modern);
    server = redis;
    links = new Links({ ...options(), localAddress: "192.0.2.1" });
    links.open(target(redis));
    expect(await reported("link-lost")).toMatchObject({
      reason: expect.stringContaining("EADDRNOTAVAIL") as string,
    });
  });
});

describe("a link to a data server with RESP2 only", () => {
  it("opens without a subscription and gets it on a second connection", async () => {
    const credentials = { user: undefined, password: "pw" };
    const { links: opened, redis } = await open(old, { credentials });
    expect(await reported("link-opened")).toMatchObject({ subscribed: false });
    opened.openSubscription(LINK);
    await reported("subscription-opened");
    expect(redis.connection(0).requests).toEqual([
      "hello 3 AUTH default pw",
      "client setname sentinel-01234567-cmd",
      "auth pw",
      "client setname sentinel-01234567-cmd",
    ]);
    expect(redis.connection(1).requests).toEqual([
      "auth pw",
      "client setname sentinel-01234567-pubsub",
      `SUBSCRIBE ${CHANNEL}`,
    ]);
    const message = `*3\r\n$7\r\nmessage\r\n${bulk(CHANNEL)}${bulk(HELLO_TEXT)}`;
    redis.connection(1).socket.write(message);
    await reported("hello-received");
    opened.send(LINK, { name: "ping" });
    expect(await reported("ping-reply")).toMatchObject({ reply: "pong" });
  });

  it("keeps the command connection when the second one goes, and opens another", async () => {
    const { links: opened, redis } = await open(old);
    await reported("link-opened");
    opened.openSubscription(LINK);
    await reported("subscription-opened");
    redis.connection(1).socket.destroy();
    await reported("subscription-lost");
    expect(redis.connection(0).isOpen).toBe(true);
    opened.openSubscription(LINK);
    await until("subscribed again", () => redis.connections[2]?.requests.length === 2);
    expect(kinds()).not.toContain("link-lost");
  });

  it("ends both connections with the command connection, and says so once", async () => {
    const { links: opened, redis } = await open(old);
    await reported("link-opened");
    opened.openSubscription(LINK);
    await reported("subscription-opened");
    redis.connection(0).socket.destroy();
    await reported("link-lost");
    await until("second connection closed", () => !redis.connection(1).isOpen);
    await settle();
    expect(kinds()).toEqual(["link-opened", "subscription-opened", "link-lost"]);
  });

  it.each([
    ["ends where the default user needs one", "-NOAUTH Authentication required.\r\n", "link-lost"],
    ["goes on where it needs none", "+OK\r\n", "link-opened"],
  ] as const)("with a wrong password %s", async (_, toTheNext, expected) => {
    const script: Script = (words, connection) => {
      if (words[0] === "auth") return "-WRONGPASS invalid username-password pair\r\n";
      return words[0] === "client" ? toTheNext : old(words, connection);
    };
    await open(script, { credentials: { user: "gone", password: "pw" } });
    await reported(expected);
    expect(kinds()).toEqual([expected]);
  });

  it("takes no notice of a server that wants no password", async () => {
    const credentials = { user: undefined, password: "pw" };
    const refusal = "-ERR Client sent AUTH, but no password is set\r\n";
    await open((words, connection) => (words[0] === "auth" ? refusal : old(words, connection)), {
      credentials,
    });
    await reported("link-opened");
  });
});

describe("a link to a sentinel", () => {
  it("speaks RESP2 and never subscribes", async () => {
    const { redis } = await open(modern, { purpose: "sentinel" });
    expect(await reported("link-opened")).toMatchObject({ subscribed: false });
    await settle();
    expect(redis.connection(0).requests).toEqual(["client setname sentinel-01234567-cmd"]);
  });

  it("does not rename commands", async () => {
    const renamedCommands = new Map([["ping", "P"]]);
    const { links: opened, redis } = await open(modern, { purpose: "sentinel", renamedCommands });
    await reported("link-opened");
    opened.send(LINK, { name: "ping" });
    await reported("ping-reply");
    expect(redis.connection(0).requests.at(-1)).toBe("PING");
  });
});

/** Opens a link to a server that gives this reply, sends the command, and returns its input. */
async function answered(command: LinkCommand, reply: string, kind: Input["kind"]): Promise<Input> {
  const { links: opened } = await open((words, connection) => {
    const isHandshake = ["hello", "client", "SUBSCRIBE"].includes(words[0] ?? "");
    return isHandshake ? modern(words, connection) : reply;
  });
  await reported("link-opened");
  opened.send(LINK, command);
  return reported(kind);
}

function lastRequest(): string | undefined {
  return server?.connection(0).requests.at(-1);
}

describe("commands and their replies", () => {
  it.each([
    ["+PONG\r\n", "pong"],
    ["-LOADING Redis is loading the dataset in memory\r\n", "loading"],
    ["-MASTERDOWN Link with MASTER is down\r\n", "master-down"],
    ["-BUSY Redis is busy running a script\r\n", "busy"],
    ["-NOAUTH Authentication required.\r\n", "NOAUTH"],
    ["-MISCONF Redis is configured to save RDB snapshots\r\n", "refused"],
    [":1\r\n", "refused"],
    ["_\r\n", "refused"],
    ["*1\r\n+PONG\r\n", "refused"],
  ])("PING answered %j is %s", async (reply, expected) => {
    expect(await answered({ name: "ping" }, reply, "ping-reply")).toEqual({
      kind: "ping-reply",
      link: LINK,
      reply: expected,
    });
  });

  const INFO = `run_id:${PEER}\r\nrole:master\r\nslave0:ip=10.0.0.2,port=6380,state=online\r\n`;

  it.each([
    ["a bulk", bulk(INFO)],
    ["a verbatim string", `=${INFO.length + 4}\r\ntxt:${INFO}\r\n`],
  ])("INFO becomes a report, from %s", async (_name, reply) => {
    expect(await answered({ name: "info" }, reply, "info-reply")).toMatchObject({
      kind: "info-reply",
      info: { runId: PEER, role: "master", replicas: [{ host: "10.0.0.2", port: 6380 }] },
    });
  });

  it.each(["-NOPERM no\r\n", ":3\r\n", "_\r\n", "*0\r\n"])(
    "INFO answered %j is none",
    async (reply) => {
      const got = await answered({ name: "info" }, reply, "info-reply");
      expect(got).toEqual({ kind: "info-reply", link: LINK, info: undefined });
    },
  );

  it.each([
    [":2\r\n", true],
    ["-NOPERM no\r\n", false],
  ])("a hello answered %j is accepted: %s", async (reply, accepted) => {
    const command = { name: "hello", master: masterName("m\xfc"), payload: HELLO_TEXT } as const;
    expect(await answered(command, reply, "hello-reply")).toEqual({
      kind: "hello-reply",
      link: LINK,
      master: "m\xfc",
      accepted,
    });
    expect(lastRequest()).toBe(`PUBLISH ${CHANNEL} ${HELLO_TEXT}`);
  });

  it("sends a hello byte for byte", async () => {
    const command = { name: "hello", master: masterName("m"), payload: "a,\xff\x00\xe9" } as const;
    await answered(command, ":1\r\n", "hello-reply");
    expect(lastRequest()).toBe(`PUBLISH ${CHANNEL} a,\xff\x00\xe9`);
  });

  const ASK = {
    name: "ask",
    master: masterName("mymaster"),
    address: { host: "10.0.0.1", port: 6379 },
    epoch: epoch(5),
    candidate: MY_ID,
  } as const;

  it.each([
    [`*3\r\n:1\r\n${bulk(PEER)}:5\r\n`, { down: true, leader: PEER, leaderEpoch: 5 }],
    [`*3\r\n:0\r\n${bulk("*")}:0\r\n`, { down: false, leader: undefined, leaderEpoch: 0 }],
    [`*3\r\n:1\r\n${bulk("nonsense")}:5\r\n`, undefined],
    [`*3\r\n:1\r\n${bulk("*")}:-1\r\n`, undefined],
    [`*3\r\n:1\r\n${bulk("*")}:18446744073709551615\r\n`, undefined],
    [`*3\r\n$1\r\n1\r\n${bulk("*")}:1\r\n`, undefined],
    ["*2\r\n:1\r\n:1\r\n", undefined],
    ["-ERR unknown command\r\n", undefined],
    ["$-1\r\n", undefined],
  ])("an ask answered %j gives %j", async (reply, answer) => {
    expect(await answered(ASK, reply, "ask-reply")).toEqual({
      kind: "ask-reply",
      link: LINK,
      master: "mymaster",
      asked: { epoch: 5, candidate: MY_ID },
      answer,
    });
    expect(lastRequest()).toBe(`SENTINEL is-master-down-by-addr 10.0.0.1 6379 5 ${MY_ID}`);
  });

  it("asks for an opinion with a star", async () => {
    await answered({ ...ASK, candidate: undefined }, "*0\r\n", "ask-reply");
    expect(lastRequest()).toBe("SENTINEL is-master-down-by-addr 10.0.0.1 6379 5 *");
  });

  it("renames the first word, in the handshake too", async () => {
    const usual = new Map([
      ["C", "CLIENT"],
      ["S", "SUBSCRIBE"],
      ["P", "PING"],
    ]);
    const renaming: Script = ([word = "", ...rest], connection) =>
      modern([usual.get(word) ?? word, ...rest], connection);
    const renamedCommands = new Map([...usual].map(([short, word]) => [word.toLowerCase(), short]));
    const { links: opened, redis } = await open(renaming, { renamedCommands });
    await reported("link-opened");
    opened.send(LINK, { name: "ping" });
    expect(await reported("ping-reply")).toMatchObject({ reply: "pong" });
    expect(redis.connection(0).requests).toEqual([
      "hello 3",
      "C setname sentinel-01234567-cmd",
      `S ${CHANNEL}`,
      "P",
    ]);
  });

  it("sends SCRIPT KILL and expects nothing", async () => {
    const { links: opened } = await open(modern);
    await reported("link-opened");
    opened.send(LINK, { name: "script-kill" });
    await until("SCRIPT KILL", () => lastRequest() === "SCRIPT KILL");
  });
});

/** @param replies all six, given at EXEC */
async function reconfigured(
  master: { readonly host: string; readonly port: number } | undefined,
  replies: string,
): Promise<Input> {
  const { links: opened } = await open((words, connection) => {
    if (words[0] === "EXEC") return replies;
    const isPart = ["MULTI", "SLAVEOF", "CONFIG"].includes(words[0] ?? "") || words[1] === "KILL";
    return isPart ? undefined : modern(words, connection);
  });
  await reported("link-opened");
  opened.send(LINK, { name: "reconfigure", master });
  return reported("reconfigure-reply");
}

describe("the reconfiguration transaction", () => {
  const QUEUED = "+OK\r\n+QUEUED\r\n+QUEUED\r\n+QUEUED\r\n+QUEUED\r\n";
  const DONE = `${QUEUED}*4\r\n+OK\r\n+OK\r\n:0\r\n:2\r\n`;

  it("is six commands in one write", async () => {
    const reply = await reconfigured(undefined, DONE);
    expect(reply).toEqual({ kind: "reconfigure-reply", link: LINK, refusal: undefined });
    expect(server?.connection(0).requests.slice(3)).toEqual([
      "MULTI",
      "SLAVEOF NO ONE",
      "CONFIG REWRITE",
      "CLIENT KILL TYPE normal",
      "CLIENT KILL TYPE pubsub",
      "EXEC",
    ]);
    expect(server?.connection(0).reads.at(-1)).toMatch(
      /^(?:.*SUBSCRIBE.*)?\*1\r\n\$5\r\nMULTI.*EXEC\r\n$/s,
    );
  });

  it("names the new master", async () => {
    await reconfigured({ host: "::1", port: 6380 }, DONE);
    expect(server?.connection(0).requests).toContain("SLAVEOF ::1 6380");
  });

  const NO_FILE = "-ERR The server is running without a config file\r\n";

  it.each([
    [`${QUEUED}*4\r\n-ERR not allowed\r\n+OK\r\n:0\r\n:2\r\n`, "ERR not allowed"],
    [`${QUEUED}*4\r\n+OK\r\n${NO_FILE}:0\r\n:2\r\n`, undefined],
    [
      "+OK\r\n-NOPERM slaveof\r\n+QUEUED\r\n+QUEUED\r\n+QUEUED\r\n-EXECABORT gone\r\n",
      "NOPERM slaveof",
    ],
  ])("answered %j was refused with %j", async (replies, refusal) => {
    expect(await reconfigured(undefined, replies)).toMatchObject({ refusal });
  });
});

describe("the end of a link", () => {
  it("is told once when nobody listens", async () => {
    const redis = await ScriptedServer.start(modern);
    const { address } = redis;
    await redis.stop();
    openTo({ address });
    expect(await reported("link-lost")).toMatchObject({
      link: LINK,
      reason: expect.stringContaining("ECONNREFUSED") as string,
    });
    await settle();
    expect(inputs).toHaveLength(1);
  });

  it("is told once, with no reply to what was still asked", async () => {
    const { links: opened, redis } = await open((words, connection) =>
      words[0] === "PING" ? undefined : modern(words, connection),
    );
    await reported("link-opened");
    opened.send(LINK, { name: "ping" });
    await until("PING", () => lastRequest() === "PING");
    redis.connection(0).socket.destroy();
    await reported("link-lost");
    await settle();
    expect(kinds()).toEqual(["link-opened", "link-lost"]);
    opened.send(LINK, { name: "ping" });
  });

  it("is silent after close-link, whatever is on its way", async () => {
    const { links: opened, redis } = await open(modern);
    await reported("link-opened");
    opened.send(LINK, { name: "ping" });
    opened.close(LINK);
    await until("closed", () => redis.connections[0]?.isOpen === false);
    await settle();
    expect(kinds()).toEqual(["link-opened"]);
  });

  it("is silent when closed before it opened", async () => {
    const { links: opened } = await open(modern);
    opened.close(LINK);
    await settle();
    expect(inputs).toEqual([]);
  });

  it.each([
    ["words that are no RESP", "HTTP/1.1 400 Bad Request\r\n"],
    ["a null nobody asked for", "$-1\r\n"],
    ["a status nobody asked for", "+OK\r\n"],
    ["an empty push", ">0\r\n"],
    ["a push without a channel", ">1\r\n$9\r\nsubscribe\r\n"],
    ["a message without a payload", ">3\r\n$7\r\nmessage\r\n_\r\n_\r\n"],
    ["a negative length", "=!\r\n"],
    ["a length that winds back", "+PONG\r\n$!\r\n"],
    ["a huge bulk", "$999999999\r\n"],
    ["a huge array", "*33000000\r\n"],
    ["deep nesting", "*1\r\n".repeat(12_000)],
  ])("comes from %s, and harms nobody", async (_name, garbage) => {
    const { redis } = await open(modern);
    await reported("link-opened");
    await until("SUBSCRIBE answered", () => redis.connection(0).requests.length === 3);
    await settle();
    redis.connection(0).socket.write(garbage);
    expect(await reported("link-lost")).toMatchObject({ link: LINK });
  });

  it("comes when a reply never ends", async () => {
    const { links: opened, redis } = await open((words, connection) =>
      words[0] === "INFO" ? "$9000000\r\n" : modern(words, connection),
    );
    await reported("link-opened");
    opened.send(LINK, { name: "info" });
    await until("INFO", () => lastRequest() === "INFO");
    const megabyte = "x".repeat(1024 * 1024);
    for (let sent = 0; sent < 8; sent++) redis.connection(0).socket.write(megabyte);
    expect(await reported("link-lost")).toMatchObject({
      reason: "not a Redis server's reply: reply too long",
    });
  });
});
