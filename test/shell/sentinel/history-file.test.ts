import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { AuditEntry } from "../../../src/sentinel/receipts/receipt.ts";
import { HistoryFile } from "../../../src/shell/sentinel/history-file.ts";
import { StateFolder } from "../../../src/shell/sentinel/state-folder.ts";
import type { Log } from "../../../src/shell/log.ts";
import { runIdOf } from "../../sentinel/watched-master.ts";

function entry(number: number): AuditEntry {
  return {
    kind: "audit",
    id: `audit,aaaaaaaa,${number}`,
    at: number,
    sentinel: runIdOf("a"),
    master: undefined,
    by: { user: "default", address: "10.0.0.1:1" },
    command: "SENTINEL RESET *",
    answer: "OK",
  };
}

describe("the history file", () => {
  let home = "";
  const lines: string[] = [];
  const log = { line: (_level: string, message: string) => lines.push(message) } as unknown as Log;

  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), "vedette-history-"));
    lines.length = 0;
  });
  afterEach(() => rm(home, { recursive: true, force: true }));

  function open(options: { readonly stateDir?: string; readonly bytesMax?: number } = {}): {
    readonly folder: StateFolder;
    readonly history: HistoryFile;
  } {
    const { stateDir = "", ...more } = options;
    const folder = new StateFolder({ configPath: join(home, "s.conf"), stateDir, log });
    return { folder, history: new HistoryFile({ folder, log, ...more }) };
  }

  it("is made when something is first kept, for the owner alone, and read by the next life", async () => {
    const { folder, history } = open();
    expect(await history.load()).toEqual([]);
    for (const number of [1, 2, 3]) history.append(entry(number));
    await history.settled();
    expect((await stat(folder.path)).mode & 0o777).toBe(0o700);
    expect((await stat(folder.file("history.jsonl"))).mode & 0o777).toBe(0o600);
    expect(await open().history.load()).toEqual([1, 2, 3].map(entry));
    expect(lines).toEqual([]);
  });

  it("begins a new line behind a torn one", async () => {
    const { folder, history } = open();
    history.append(entry(1));
    await history.settled();
    const path = folder.file("history.jsonl");
    await writeFile(path, `${await readFile(path, "utf8")}{"kind":"aud`);
    const next = open().history;
    expect(await next.load()).toEqual([entry(1)]);
    next.append(entry(2));
    await next.settled();
    expect(await open().history.load()).toEqual([entry(1), entry(2)]);
    expect(lines[0]).toContain("1 lines of");
  });

  it("is cut in two and loses the oldest part when it grows", async () => {
    const { folder, history } = open({ bytesMax: 1_000 });
    for (let number = 1; number <= 40; number++) {
      history.append(entry(number));
      await history.settled();
    }
    const sizes = await Promise.all(
      ["history.jsonl", "history.jsonl.1"].map(
        async (name) => (await stat(folder.file(name))).size,
      ),
    );
    for (const size of sizes) expect(size).toBeLessThan(1_500);
    const kept = await open().history.load();
    expect(kept.at(-1)).toEqual(entry(40));
    expect(kept.length).toBeLessThan(40);
    expect(kept.length).toBeGreaterThan(3);
  });

  it("that cannot be written is one warning, and nothing is lost once it can", async () => {
    await writeFile(join(home, "blocked"), "");
    const { history } = open({ stateDir: join(home, "blocked") });
    await history.load();
    history.append(entry(1));
    await history.settled();
    history.append(entry(2));
    await history.settled();
    expect(lines.filter((line) => line.includes("cannot be used"))).toHaveLength(1);
    await rm(join(home, "blocked"));
    history.append(entry(3));
    await history.settled();
    expect(await open({ stateDir: join(home, "blocked") }).history.load()).toEqual(
      [1, 2, 3].map(entry),
    );
  });
});
