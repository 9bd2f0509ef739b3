import { describe, expect, it } from "vitest";
import type { LinkId } from "../../src/base/ids.ts";
import { RdbWriter } from "../../src/wire/rdb/rdb-writer.ts";
import { unixMillis } from "../../src/base/units.ts";
import type { Settings } from "../../src/server/settings.ts";
import { TestServer } from "./test-server.ts";

const MASTER_ID = "abcdef0123".repeat(4);

function command(...words: readonly string[]): string {
  return `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join("")}`;
}

/** A replica whose master is played by the test, line by line. */
class Replica {
  readonly server: TestServer;
  #seen = 0;

  /** @param lines what it did as a master before; without any, the configuration names its master */
  constructor(settings: Partial<Settings> = {}, lines: readonly string[] = []) {
    this.server = new TestServer(settings);
    const master = { host: "master", port: 6379 };
    const isNew = lines.length === 0;
    this.server.deliver({ kind: "started", replicaOf: isNew ? master : undefined });
    this.server.deliver({ kind: "load-failed", reason: "no such file", missing: true });
    if (isNew) return;
    const client = this.server.connect();
    for (const line of lines) client.line(line);
    client.line("REPLICAOF master 6379");
  }

  get link(): LinkId {
    const opened = this.server.effects.filter((effect) => effect.kind === "open-link");
    const last = opened.at(-1);
    if (last?.kind !== "open-link") throw new Error("no link was opened");
    return last.link;
  }

  opened(): this {
    this.server.deliver({ kind: "link-opened", link: this.link });
    return this;
  }

  says(text: string | Buffer): this {
    const bytes = typeof text === "string" ? Buffer.from(text, "latin1") : text;
    this.server.deliver({ kind: "link-bytes", link: this.link, bytes });
    return this;
  }

  closed(): this {
    this.server.deliver({ kind: "link-closed", link: this.link, reason: "closed" });
    return this;
  }

  /** Everything up to the request for synchronisation. */
  handshake(): this {
    return this.opened().says("+PONG\r\n").says("+OK\r\n+OK\r\n");
  }

  /** What was sent to the master, or done to the link, since the last look. */
  sent(): string {
    const effects = this.server.effects.slice(this.#seen);
    this.#seen = this.server.effects.length;
    return effects
      .map((effect) => {
        if (effect.kind === "write-link") return effect.bytes;
        if (effect.kind === "close-link") return "(closed)";
        return effect.kind === "open-link" ? "(opened)" : "";
      })
      .join("");
  }

  state(): string {
    return this.server.connect().line("ROLE").split("\r\n").at(-3) ?? "";
  }

  info(field: string): string | undefined {
    const info = this.server.connect().line("INFO replication");
    return new RegExp(`^${field}:(.*)\r$`, "m").exec(info)?.[1];
  }
}

/** A snapshot as a master sends it. */
function rdb(keys: Readonly<Record<string, string>>): Buffer {
  const writer = new RdbWriter({ compression: "none" });
  writer.header({
    redisVersion: "7.0.15",
    createdAt: unixMillis(0),
    usedMemoryBytes: 0,
    replication: { streamDb: 2, replicationId: MASTER_ID, offset: 100 },
  });
  writer.selectDb(0);
  for (const [key, bytes] of Object.entries(keys)) {
    writer.key({ key, value: { kind: "string", bytes }, expireAt: undefined });
  }
  writer.end();
  return Buffer.concat(writer.takeBlocks());
}

/** A payload of unknown length, and what a replica with `swapdb` makes of it at once. */
function synced(settings: Partial<Settings> = {}): Replica {
  const replica = new Replica({ replDisklessLoad: "swapdb", ...settings }).handshake();
  const payload = rdb({ a: "1" });
  replica.says(`+FULLRESYNC ${MASTER_ID} 100\r\n`);
  replica.says(`$${payload.length}\r\n`).says(payload);
  replica.sent();
  return replica;
}

/** A key of a module, with the id of which its name is read. */
const MODULE_RECORD = Buffer.from([7, 1, 0x6c, 0x81, 0, 0, 0, 0, 0, 0, 0x04, 0x01]);
const CAPA = command("REPLCONF", "capa", "eof", "capa", "psync2");
const PORT = command("REPLCONF", "listening-port", "6379");

describe("a replica's handshake", () => {
  it("is the one of redis-server, byte for byte", () => {
    const replica = new Replica().opened();
    expect(replica.sent()).toBe(`(opened)${command("PING")}`);
    expect(replica.state()).toBe("handshake");
    replica.says("+PONG\r\n");
    expect(replica.sent()).toBe(PORT + CAPA);
    replica.says("+OK\r\n");
    expect(replica.sent()).toBe("");
    replica.says("+OK\r\n");
    expect(replica.sent()).toBe(command("PSYNC", "?", "-1"));
  });

  it("tells who it is, if so configured", () => {
    const replica = new Replica({
      masterAuth: "pw",
      masterUser: "u",
      replicaAnnounceIp: "10.0.0.1",
      replicaAnnouncePort: 7000,
    });
    replica.opened().sent();
    replica.says("-NOAUTH Authentication required.\r\n");
    expect(replica.sent()).toBe(
      command("AUTH", "u", "pw") +
        command("REPLCONF", "listening-port", "7000") +
        command("REPLCONF", "ip-address", "10.0.0.1") +
        CAPA,
    );
    replica.says("+OK\r\n-ERR unknown\r\n+OK\r\n+OK\r\n");
    expect(replica.sent()).toBe(command("PSYNC", "?", "-1"));
  });

  it("authenticates with one word where no user is set", () => {
    const replica = new Replica({ masterAuth: "pw" }).opened().says("+PONG\r\n");
    expect(replica.sent()).toContain(command("AUTH", "pw"));
  });

  it.each([
    ["a master that loads", ["-LOADING\r\n"]],
    ["a master without its own", ["-MASTERDOWN\r\n"]],
    ["a protected master", ["-DENIED\r\n"]],
    ["a wrong password", ["+PONG\r\n", "-WRONGPASS\r\n"]],
    ["a master without a link", ["+PONG\r\n", "+OK\r\n+OK\r\n+OK\r\n", "-NOMASTERLINK no\r\n"]],
    ["a history nobody asked for", ["+PONG\r\n", "+OK\r\n+OK\r\n+OK\r\n", "+CONTINUE\r\n"]],
    ["noise without an end", ["x".repeat(2000)]],
  ])("ends with %s, and is tried again a second later", (_, lines) => {
    const replica = new Replica({ masterAuth: "pw" }).opened();
    for (const line of lines) replica.says(line);
    expect(replica.sent()).toMatch(/\(closed\)$/);
    expect(replica.info("master_link_status")).toBe("down");
    replica.server.pass(800);
    expect(replica.sent()).toBe("");
    replica.server.pass(300);
    expect(replica.sent()).toBe("(opened)");
  });

  it("gives up a line that does not come within five seconds", () => {
    const replica = new Replica().opened();
    replica.sent();
    replica.server.pass(5000);
    expect(replica.sent()).toBe("");
    replica.server.pass(200);
    expect(replica.sent()).toContain("(closed)");
  });

  it("waits for the snapshot while the master says that it lives", () => {
    const replica = new Replica().handshake();
    replica.sent();
    for (let second = 0; second < 100; second++) {
      replica.server.pass(1000);
      replica.says("\n");
    }
    expect(replica.sent()).toBe("");
    replica.server.pass(61_000);
    expect(replica.sent()).toContain("(closed)");
  });

  it("falls back to SYNC with a master that does not know PSYNC, and sends it no ACK", () => {
    const replica = new Replica({ replDisklessLoad: "swapdb" }).handshake();
    replica.sent();
    replica.says("-ERR unknown command 'PSYNC'\r\n");
    expect(replica.sent()).toBe("SYNC\r\n");
    const payload = rdb({ a: "1" });
    replica.says(`\n$${payload.length}\r\n`).says(payload);
    expect(replica.info("master_link_status")).toBe("up");
    replica.server.pass(3000);
    expect(replica.sent()).toBe("");
    replica.closed();
    replica.handshake();
    expect(replica.sent()).toContain(command("PSYNC", "?", "-1"));
  });
});

describe("a replica's payload", () => {
  it("becomes the data set, and the stream behind it is applied", () => {
    const replica = new Replica({ replDisklessLoad: "swapdb" }, ["SET old 1"]).handshake();
    const payload = rdb({ a: "1", b: "2" });
    const stream = command("INCR", "counter");
    replica.says(`+FULLRESYNC ${MASTER_ID} 100\r\n$${payload.length}\r\n`);
    expect(replica.info("master_sync_in_progress")).toBe("1");
    replica.says(Buffer.concat([payload, Buffer.from(stream)]));
    expect([...replica.server.contents().keys()]).toEqual(["0/a", "0/b", "2/counter"]);
    expect(replica.info("master_replid")).toBe(MASTER_ID);
    expect(replica.info("slave_repl_offset")).toBe(String(100 + stream.length));
    expect(replica.info("repl_backlog_first_byte_offset")).toBe("101");
  });

  it("is acknowledged at once when it came with a marker", () => {
    const replica = new Replica({ replDisklessLoad: "swapdb" }).handshake();
    const marker = "f".repeat(40);
    replica.says(`+FULLRESYNC ${MASTER_ID} 100\r\n$EOF:${marker}\r\n`).says(rdb({ a: "1" }));
    replica.sent();
    replica.says(marker);
    expect(replica.sent()).toBe(command("REPLCONF", "ACK", "100"));
  });

  it("goes to the file first by default, and old data is served until it is loaded", () => {
    const replica = new Replica({}, ["SET old 1"]).handshake();
    const payload = rdb({ a: "1" });
    replica.says(`+FULLRESYNC ${MASTER_ID} 100\r\n$${payload.length}\r\n`).says(payload);
    const kinds = replica.server.effects.map((effect) => effect.kind);
    expect(kinds.slice(-3)).toEqual(["write-payload", "pause-link", "store-payload"]);
    expect(replica.server.connect().line("GET old")).toBe("$1\r\n1\r\n");
    replica.server.deliver({ kind: "payload-stored" });
    expect(replica.server.connect().line("GET old")).toContain("-LOADING");
    replica.sent();
    replica.server.pass(2000);
    expect(replica.sent()).toBe("\n\n");
    replica.server.deliver({ kind: "load-bytes", bytes: payload });
    replica.server.deliver({ kind: "load-ended" });
    expect([...replica.server.contents().keys()]).toEqual(["0/a"]);
    expect(replica.info("master_link_status")).toBe("up");
  });

  it("that holds what we do not know ends the link, and says so", () => {
    const replica = new Replica({ replDisklessLoad: "swapdb" }, ["SET old 1"]).handshake();
    const list = Buffer.concat([rdb({}).subarray(0, -9), MODULE_RECORD]);
    replica.says(`+FULLRESYNC ${MASTER_ID} 100\r\n$500\r\n`).says(list);
    expect(replica.sent()).toContain("(closed)");
    expect(replica.info("master_link_status")).toBe("down");
    expect(replica.info("vedette_replication_halted")).toContain(
      "type 7 (module) of key 'l', made by 'AAAAAAAAB'",
    );
    expect(replica.server.logged.some((line) => line.includes("type 7 (module)"))).toBe(true);
    expect([...replica.server.contents().keys()]).toEqual(["0/old"]);
    const attempts = (): number =>
      replica.server.effects.filter((effect) => effect.kind === "open-link").length;
    const before = attempts();
    replica.server.pass(1100);
    expect(attempts()).toBe(before + 1);
    replica.closed();
    replica.server.pass(1500);
    expect(attempts()).toBe(before + 1);
    replica.server.pass(700);
    expect(attempts()).toBe(before + 2);
  });

  it("without keys does not empty a replica that guards its data", () => {
    const replica = new Replica({ emptyMasterGuard: true }, ["SET old 1"]).handshake();
    const payload = rdb({});
    replica.says(`+FULLRESYNC ${MASTER_ID} 100\r\n$${payload.length}\r\n`).says(payload);
    replica.server.deliver({ kind: "payload-stored" });
    replica.server.deliver({ kind: "load-bytes", bytes: payload });
    expect([...replica.server.contents().keys()]).toEqual(["0/old"]);
    expect(replica.info("vedette_replication_halted")).toContain("vedette-empty-master-guard");
  });
});

describe("a guarded replica", () => {
  it("lets its own master's history end in nothing", () => {
    const replica = new Replica({ emptyMasterGuard: true, replDisklessLoad: "swapdb" }).handshake();
    const [full, empty] = [rdb({ a: "1" }), rdb({})];
    replica.says(`+FULLRESYNC ${MASTER_ID} 100\r\n$${full.length}\r\n`).says(full).closed();
    replica.server.pass(1000);
    replica.handshake();
    replica.says(`+FULLRESYNC ${MASTER_ID} 900\r\n$${empty.length}\r\n`).says(empty);
    expect(replica.server.contents().size).toBe(0);
    expect(replica.info("master_link_status")).toBe("up");
  });
});

describe("loading from the socket", () => {
  it("takes as long as `key-load-delay` says", () => {
    const settings = { replDisklessLoad: "swapdb", keyLoadDelayMicros: 1_000_000 } as const;
    const replica = new Replica(settings).handshake();
    const payload = rdb({ a: "1", b: "2" });
    replica.says(`+FULLRESYNC ${MASTER_ID} 100\r\n$${payload.length}\r\n`);
    replica.says(payload.subarray(0, -4));
    const link = { link: replica.link };
    expect(replica.server.effects).toContainEqual({ kind: "pause-link", ...link });
    replica.server.pass(1900);
    expect(replica.server.effects).not.toContainEqual({ kind: "resume-link", ...link });
    replica.server.pass(200);
    expect(replica.server.effects).toContainEqual({ kind: "resume-link", ...link });
  });
});

describe("a payload that ends too soon", () => {
  it("is told, and leaves the old data where both are kept", () => {
    const replica = new Replica({ replDisklessLoad: "swapdb" }, ["SET old 1"]).handshake();
    const payload = rdb({ a: "1" });
    replica.says(`+FULLRESYNC ${MASTER_ID} 100\r\n$${payload.length}\r\n`);
    replica.says(payload.subarray(0, -4)).closed();
    expect(replica.server.logged).toContainEqual(
      expect.stringMatching(/^Internal error in RDB reading offset \d+/),
    );
    expect([...replica.server.contents().keys()]).toEqual(["0/old"]);
  });
});

describe("a replica that follows", () => {
  it("saves behind FLUSHALL what the stream stands for, not the middle of it", () => {
    const replica = synced({ savePoints: [{ seconds: 3600, changes: 1 }] });
    const { state } = replica.server;
    const text = [["SELECT", "0"], ["RENAME", "a", "b"], ["FLUSHALL"], ["SET", "c", "3"]]
      .map((words) => command(...words))
      .join("");
    replica.says(text);
    expect(state.persistence.running).toBeUndefined();
    replica.server.pass(100);
    expect(state.persistence.running?.offset).toBe(100 + text.length);
    expect(state.persistence.running?.snapshot.totalKeys).toBe(1);
  });

  it("acknowledges every second, and at once when asked, without the question itself", () => {
    const replica = synced();
    const ping = command("ping");
    replica.says(ping);
    replica.server.pass(1000);
    expect(replica.sent()).toBe(command("REPLCONF", "ACK", "114"));
    replica.says(command("REPLCONF", "GETACK", "*"));
    expect(replica.sent()).toBe(command("REPLCONF", "ACK", "114"));
    replica.server.pass(1000);
    expect(replica.sent()).toBe(command("REPLCONF", "ACK", "151"));
  });

  it("asks to resume behind the last whole transaction", () => {
    const replica = synced();
    replica.says(command("INCR", "n"));
    const applied = 100 + command("INCR", "n").length;
    replica.says(command("MULTI") + command("INCR", "n"));
    replica.closed();
    replica.server.pass(1000);
    replica.sent();
    replica.handshake();
    expect(replica.sent()).toContain(command("PSYNC", MASTER_ID, String(applied + 1)));
    replica.says(`+CONTINUE\r\n${command("MULTI")}${command("INCR", "n")}${command("EXEC")}`);
    expect(replica.server.contents().get("2/n")).toBe("2");
  });

  it("takes over the new id of a promoted master, and sends its own replicas away", () => {
    const replica = synced();
    const below = replica.server.connect();
    below.line(`PSYNC ${MASTER_ID} 101`);
    replica.closed();
    replica.server.pass(1000);
    replica.handshake().says(`+CONTINUE ${"e".repeat(40)}\r\n`);
    expect(replica.info("master_replid")).toBe("e".repeat(40));
    expect(replica.info("master_replid2")).toBe(MASTER_ID);
    expect(replica.info("second_repl_offset")).toBe("101");
    expect(replica.server.closed(below.client.id)).toBe(true);
  });

  it("drops a master that is silent for repl-timeout, and keeps what allows to resume", () => {
    const replica = synced();
    replica.server.pass(59_000);
    expect(replica.info("master_link_status")).toBe("up");
    replica.server.pass(2000);
    expect(replica.info("master_link_status")).toBe("down");
    replica.handshake();
    expect(replica.sent()).toContain(command("PSYNC", MASTER_ID, "101"));
  });

  it("halts before a command it does not know, and asks for it again", () => {
    const replica = synced();
    const good = command("SET", "k", "v");
    replica.says(good + command("GEOADD", "k", "1", "1", "m") + command("SET", "k", "w"));
    expect(replica.server.contents().get("2/k")).toBe("v");
    expect(replica.sent()).toContain("(closed)");
    expect(replica.info("vedette_replication_halted")).toContain("GEOADD");
    expect(replica.server.logged.some((line) => line.startsWith("== CRITICAL =="))).toBe(true);
    replica.server.pass(1200);
    replica.sent();
    replica.handshake();
    expect(replica.sent()).toContain(command("PSYNC", MASTER_ID, String(101 + good.length)));
  });

  it("fetches everything anew when a command fails that it knows: it has diverged", () => {
    const replica = synced();
    replica.says(command("SET", "k", "v") + command("INCR", "k"));
    expect(replica.info("vedette_replication_halted")).toContain("INCR");
    replica.server.pass(1200);
    replica.sent();
    replica.handshake();
    expect(replica.sent()).toContain(command("PSYNC", "?", "-1"));
  });

  it("goes on, or gives up the process, where that is configured", () => {
    const ignoring = synced({ propagationErrorBehavior: "ignore" });
    ignoring.says(command("GEOADD", "k") + command("SET", "k", "v"));
    expect(ignoring.server.contents().get("2/k")).toBe("v");
    const panicking = synced({ propagationErrorBehavior: "panic" });
    panicking.says(command("GEOADD", "k"));
    expect(panicking.server.effects).toContainEqual({ kind: "exit", status: 1 });
  });

  it("fetches everything anew behind a stream that makes no sense", () => {
    const replica = synced();
    replica.says("*1\r\n:5\r\n");
    replica.server.pass(1200);
    replica.sent();
    replica.handshake();
    expect(replica.sent()).toContain(command("PSYNC", "?", "-1"));
  });

  it("hides expired keys from clients, and shows them to its master", () => {
    const replica = synced();
    replica.says(command("SELECT", "0") + command("SET", "n", "5", "PX", "100"));
    replica.server.pass(300);
    const client = replica.server.connect();
    expect(client.line("GET n")).toBe("$-1\r\n");
    expect(client.line("EXISTS n")).toBe(":0\r\n");
    expect(client.line("DBSIZE")).toBe(":2\r\n");
    replica.says(command("INCR", "n"));
    expect(replica.server.contents().get("0/n")).toContain("6 until");
  });

  it("hands its master's messages to its own subscribers", () => {
    const replica = synced();
    replica.says(command("PUBLISH", "channel", "message"));
    expect(replica.server.published).toEqual([["channel", "message"]]);
  });

  it("follows the same master no second time, and another at once", () => {
    const replica = synced();
    const client = replica.server.connect();
    expect(client.line("REPLICAOF MASTER 6379")).toBe(
      "+OK Already connected to specified master\r\n",
    );
    expect(replica.sent()).toBe("");
    client.line("REPLICAOF other 6379");
    expect(replica.sent()).toBe("(closed)(opened)");
    replica.handshake();
    expect(replica.sent()).toContain(command("PSYNC", MASTER_ID, "101"));
  });
});
