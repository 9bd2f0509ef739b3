import { execFileSync } from "node:child_process";
import {
  closeSync,
  constants,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
} from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { textOf } from "../../../src/base/bytes.ts";
import { historyLine } from "../../../src/sentinel/receipts/history-text.ts";
import type { AuditEntry } from "../../../src/sentinel/receipts/receipt.ts";
import { runIdOf } from "../../sentinel/watched-master.ts";
import { until } from "../until.ts";
import { DaemonUnderTest } from "./daemon-under-test.ts";

/** A pipe to which nobody writes: it opens for nobody, like a file on a disk that does not answer. */
function hang(path: string): void {
  execFileSync("mkfifo", [path]);
}

/** Whoever waits for the pipe goes on. */
function release(path: string): void {
  closeSync(openSync(path, constants.O_RDWR | constants.O_NONBLOCK));
}

async function historyIds(daemon: DaemonUnderTest): Promise<string[]> {
  const client = await daemon.client();
  const reply = await client.call("SENTINEL", "HISTORY");
  if (reply.kind !== "array") throw new Error(reply.kind);
  return reply.items.map((item) => {
    if (item.kind !== "bulk") throw new Error(item.kind);
    return (JSON.parse(textOf(item.bytes)) as AuditEntry).id;
  });
}

describe("a state folder that does not answer", () => {
  let home = "";
  let daemon: DaemonUnderTest | undefined;
  const file = (name: string) => join(home, name);

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "vedette-hung-"));
  });

  afterEach(async () => {
    const ended = daemon?.stop();
    // Neither must hold a thread of this process for ever.
    for (const path of ["history.jsonl", "memory.json", "read"].map(file)) {
      if (existsSync(path)) release(path);
    }
    await ended;
    rmSync(home, { recursive: true, force: true });
  });

  it("keeps no sentinel from its work, and what it tells late is taken in", async () => {
    for (const name of ["history.jsonl", "memory.json"]) hang(file(name));
    daemon = await DaemonUnderTest.start(`vedette state-dir ${home}`);
    const client = await daemon.client();
    const ordered = await client.call("SENTINEL", "MONITOR", "mymaster", "127.0.0.1", "1", "1");
    expect(ordered).toMatchObject({ text: "OK" });
    const [mine = ""] = await historyIds(daemon);
    const [, sentinel = "", number = ""] = mine.split(",");
    expect(Number(number)).toBeGreaterThan(1_000_000_000_000);

    const earlier: AuditEntry = {
      kind: "audit",
      id: `audit,${sentinel},1`,
      at: 1,
      sentinel: runIdOf("a"),
      master: undefined,
      by: { user: "default", address: "10.0.0.1:1" },
      command: "SENTINEL RESET *",
      answer: "OK",
    };
    const pipe = await open(file("history.jsonl"), "r+");
    await pipe.write(historyLine(earlier));
    renameSync(file("history.jsonl"), file("read"));
    await pipe.close();
    release(file("memory.json"));
    // Nothing is appended before what there was has been read.
    await until("the entry on disk", () => {
      const path = file("history.jsonl");
      return existsSync(path) && readFileSync(path, "utf8").includes(mine);
    });
    expect(await historyIds(daemon)).toEqual([mine, earlier.id]);
    expect(daemon.logged.filter(({ msg }) => String(msg).includes("cannot be used"))).toHaveLength(
      1,
    );
  });

  it("keeps no sentinel from ending", async () => {
    daemon = await DaemonUnderTest.start(`vedette state-dir ${home}`);
    hang(file("history.jsonl"));
    const client = await daemon.client();
    await client.call("SENTINEL", "MONITOR", "mymaster", "127.0.0.1", "1", "1");
    await daemon.stop();
    daemon = undefined;
    release(file("history.jsonl"));
  });
});
