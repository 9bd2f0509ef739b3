import { afterEach, describe, expect, it } from "vitest";
import { textOf } from "../../src/base/bytes.ts";
import { RdbReader } from "../../src/wire/rdb/rdb-reader.ts";
import type { DataServer } from "./harness/data-server.ts";
import { Lab } from "./harness/lab.ts";
import { describeWithReal, realProgram } from "./harness/programs.ts";
import type { RawConnection } from "./harness/raw-connection.ts";
import { kindUnderTest } from "./harness/replication.ts";

const lab = new Lab();
afterEach(() => lab.cleanUp());

/** Reads the counted payload after `$len`. @returns its keys and what follows it */
function readPayload(received: Buffer): { keys: Record<string, string>; stream: string } {
  const start = received.indexOf("$");
  const lineEnd = received.indexOf("\r\n", start);
  const length = Number(received.toString("latin1", start + 1, lineEnd));
  const end = lineEnd + 2 + length;
  const reader = new RdbReader();
  reader.feed(received.subarray(lineEnd + 2, end));
  const keys: Record<string, string> = {};
  for (let record = reader.next(); record !== undefined; record = reader.next()) {
    if (record.kind !== "key" || record.value.kind !== "string") continue;
    keys[textOf(record.key)] = textOf(record.value.bytes);
  }
  reader.endOfInput();
  return { keys, stream: received.toString("latin1", end) };
}

async function untilPayload(socket: RawConnection): Promise<void> {
  await socket.untilReceived("the whole payload", (received) => {
    const head = /^\n*(?:\+FULLRESYNC [^\r]*\r\n)?\n*\$(\d+)\r\n/.exec(received);
    return head !== null && received.length >= head[0].length + Number(head[1]);
  });
}

async function startMaster(): Promise<DataServer> {
  return lab.dataServer("master", { kind: kindUnderTest() });
}

describe("a person on telnet", () => {
  it("sends SYNC and sees the RDB, then each write", async () => {
    const master = await startMaster();
    await master.command("MSET", "k", "v", "number", "12");
    const socket = await lab.rawConnection(master);
    socket.send("SYNC\r\n");
    await untilPayload(socket);
    await master.command("SET", "after", "sync");
    await master.command("SELECT", 3);
    await master.command("INCR", "counter");
    const write = "*2\r\n$4\r\nINCR\r\n$7\r\ncounter\r\n";
    await socket.untilReceived("the last write", (received) => received.endsWith(write));
    const { keys, stream } = readPayload(socket.received);
    expect(socket.received.toString("latin1")).toMatch(/^\n*\$\d+\r\nREDIS\d{4}/);
    expect(keys).toEqual({ k: "v", number: "12" });
    expect(stream.replaceAll("*1\r\n$4\r\nping\r\n", "")).toBe(
      [
        "*2\r\n$6\r\nSELECT\r\n$1\r\n0\r\n",
        "*3\r\n$3\r\nSET\r\n$5\r\nafter\r\n$4\r\nsync\r\n",
        "*2\r\n$6\r\nSELECT\r\n$1\r\n3\r\n",
        write,
      ].join(""),
    );
    const row = (await master.info("replication"))["slave0"];
    expect(row).toMatch(/^ip=127\.0\.0\.1,port=0,state=online,offset=0,lag=\d+/);
  });

  it("asks for a partial resynchronisation by hand", async () => {
    const master = await startMaster();
    const first = await lab.rawConnection(master);
    first.send("PSYNC ? -1\r\n");
    await untilPayload(first);
    const [, id = "", offset = ""] =
      /\+FULLRESYNC ([0-9a-f]{40}) (\d+)/.exec(first.received.toString("latin1")) ?? [];
    await master.command("SET", "k", "v");
    const second = await lab.rawConnection(master);
    // PSYNC with a reply still unsent is refused, so no pipelining.
    second.send("REPLCONF capa psync2\r\n");
    await second.untilReceived("the reply to REPLCONF", (received) => received === "+OK\r\n");
    second.send(`PSYNC ${id} ${Number(offset) + 1}\r\n`);
    const expected =
      `+OK\r\n+CONTINUE ${id}\r\n` +
      "*2\r\n$6\r\nSELECT\r\n$1\r\n0\r\n*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1\r\nv\r\n";
    await second.untilReceived("what was missed", (received) => received === expected);
    const third = await lab.rawConnection(master);
    third.send(`PSYNC ${"0".repeat(40)} 1\r\n`);
    await third.untilReceived("a full resynchronisation", (received) =>
      /\+FULLRESYNC [0-9a-f]{40} \d+\r\n/.test(received),
    );
    const stats = await master.info("stats");
    expect(stats["sync_partial_ok"]).toBe("1");
    expect(stats["sync_partial_err"]).toBe("1");
  });

  it("is closed when it sends a command after PSYNC", async () => {
    const master = await startMaster();
    const socket = await lab.rawConnection(master);
    socket.send("PSYNC ? -1\r\n");
    await untilPayload(socket);
    socket.send("PING\r\n");
    await lab.until({
      name: "the link is closed",
      look: () => socket.closed,
      holds: (closed) => closed,
    });
    expect(await master.command("PING")).toBe("PONG");
  });
});

describeWithReal(["redis-cli"], "redis-cli", () => {
  it("copies the data set with --rdb and follows the stream with --replica", async () => {
    const master = await startMaster();
    await master.command("SET", "k", "v");
    const cli = realProgram("redis-cli");
    const port = String(master.port);
    const copy = await lab.run("redis-cli --rdb", cli, ["-p", port, "--rdb", "copy.rdb"]);
    expect(await copy.exited).toEqual({ code: 0, signal: null });
    expect(copy.log).toContain("Transfer finished with success");
    const follow = await lab.run("redis-cli --replica", cli, ["-p", port, "--replica"]);
    await lab.until({
      name: "redis-cli is in sync",
      look: () => follow.log,
      holds: (log) => log.includes("SYNC done"),
    });
    await master.command("SET", "streamed", "to redis-cli");
    await lab.until({
      name: "redis-cli prints the write",
      look: () => follow.log,
      holds: (log) => log.includes(`"streamed","to redis-cli"`),
    });
  });
});
