import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { BufferedWriter } from "../../../src/resp/buffered-writer.ts";
import { readConfFile, readIncluded } from "../../../src/shell/server/conf-files.ts";
import { Configuration } from "../../../src/shell/server/configuration.ts";
import { DurableFile, writeDurablySync } from "../../../src/shell/server/durable-file.ts";
import { newLogger } from "../../../src/shell/server/log.ts";
import { PayloadFile } from "../../../src/shell/server/payload-file.ts";
import { SnapshotReader } from "../../../src/shell/server/snapshot-reader.ts";
import { SERVER_INITIAL_VALUES } from "../../../src/wire/server-conf/server-config.ts";

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "vedette-server-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function put(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

function fail(): never {
  throw new Error("disk full");
}

describe("a durable file", () => {
  it("takes its name when it is complete, and not before", async () => {
    const path = put("dump.rdb", "old");
    const temporary = join(folder, "temp");
    const file = await DurableFile.create(temporary, path);
    await file.write([Buffer.from("new "), Buffer.from("contents")]);
    await file.flush();
    expect(readFileSync(path, "utf8")).toBe("old");
    await file.publish();
    expect(readFileSync(path, "utf8")).toBe("new contents");
    expect(readdirSync(folder)).toEqual(["dump.rdb"]);
    expect(file.written).toBe(12);
  });

  it("leaves nothing behind when it is discarded", async () => {
    const path = put("dump.rdb", "old");
    const file = await DurableFile.create(join(folder, "temp"), path);
    await file.write([Buffer.from("new")]);
    await file.discard();
    expect(readFileSync(path, "utf8")).toBe("old");
    expect(readdirSync(folder)).toEqual(["dump.rdb"]);
  });

  it("written in one go leaves the old one when writing fails", () => {
    const path = put("file", "old");
    const temporary = join(folder, "temp");
    expect(() => writeDurablySync(temporary, path, 0o600, fail)).toThrow("disk full");
    expect(readFileSync(path, "utf8")).toBe("old");
    expect(existsSync(temporary)).toBe(false);
    writeDurablySync(temporary, path, 0o600, (file) => writeFileSync(file, "new"));
    expect(readFileSync(path, "utf8")).toBe("new");
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });
});

/** What the payload is when something else has taken its name. @returns its length and first byte */
async function readOver(opened: FileHandle): Promise<[number, number | undefined]> {
  const newer = put("newer", "a snapshot of our own");
  renameSync(newer, join(folder, "dump.rdb"));
  const bytes = await opened.readFile();
  await opened.close();
  return [bytes.length, bytes.at(-1)];
}

describe("a master's payload", () => {
  it("is stored under the configured name, and is read whatever has that name then", async () => {
    const events: string[] = [];
    const stored = new Promise<[number, number | undefined]>((resolve) => {
      const file = new PayloadFile(
        { folder, name: "dump.rdb" },
        {
          onStored: (opened) => {
            events.push("stored");
            resolve(readOver(opened));
          },
          onFailed: (reason) => events.push(reason),
          onFull: () => events.push("full"),
          onRoom: () => events.push("room"),
        },
      );
      for (let block = 0; block < 12; block++) file.write(Buffer.alloc(1024 * 1024, block));
      file.store();
    });
    expect(await stored).toEqual([12 * 1024 * 1024, 11]);
    expect(events).toEqual(["full", "room", "stored"]);
    expect(readdirSync(folder)).toEqual(["dump.rdb"]);
  });

  it("that cannot be written is told once", async () => {
    const reasons: string[] = [];
    await new Promise<void>((resolve) => {
      const file = new PayloadFile(
        { folder: join(folder, "missing"), name: "dump.rdb" },
        {
          onStored: () => reasons.push("stored"),
          onFailed: (reason) => {
            reasons.push(reason);
            setImmediate(resolve);
          },
          onFull: () => undefined,
          onRoom: () => undefined,
        },
      );
      file.write(Buffer.from("x"));
      file.store();
    });
    expect(reasons).toEqual([
      "Write error or short write writing to the DB dump file: No such file or directory",
    ]);
  });
});

interface Read {
  readonly sizes: number[];
  readonly bytes: number;
  readonly failure: { readonly reason: string; readonly missing: boolean } | undefined;
}

function read(path: string): Promise<Read> {
  return new Promise((resolve) => {
    const sizes: number[] = [];
    let bytes = 0;
    const reader = new SnapshotReader(open(path, "r"), () => 0, {
      onSize: (size) => sizes.push(size),
      onBytes: (chunk) => {
        bytes += chunk.length;
      },
      onEnd: () => resolve({ sizes, bytes, failure: undefined }),
      onFailed: (failure) => resolve({ sizes, bytes, failure }),
    });
    expect(reader).toBeDefined();
  });
}

describe("a snapshot file", () => {
  it("is read to its end", async () => {
    const path = put("dump.rdb", "x".repeat(1_000_000));
    expect(await read(path)).toEqual({ sizes: [1_000_000], bytes: 1_000_000, failure: undefined });
  });

  it("may be missing, which is another thing than being unreadable", async () => {
    expect((await read(join(folder, "none"))).failure?.missing).toBe(true);
    mkdirSync(join(folder, "folder"));
    expect((await read(join(folder, "folder"))).failure).toMatchObject({ missing: false });
  });
});

describe("configuration files", () => {
  it("are included by name or by pattern, in alphabetical order", () => {
    mkdirSync(join(folder, "conf.d"));
    for (const name of ["b.conf", "a.conf", "c.txt"]) put(join("conf.d", name), name);
    expect(readIncluded(join(folder, "conf.d", "*.conf"))).toMatchObject({
      kind: "files",
      files: [{ text: "a.conf" }, { text: "b.conf" }],
    });
    expect(readIncluded(join(folder, "conf.*", "a.conf"))).toMatchObject({
      files: [{ text: "a.conf" }],
    });
    expect(readIncluded(join(folder, "nothing*"))).toEqual({ kind: "files", files: [] });
    expect(readIncluded(join(folder, "missing.conf"))).toEqual({
      kind: "unreadable",
      reason: "No such file or directory",
    });
  });

  it("are bytes, not text", () => {
    const path = join(folder, "redis.conf");
    writeFileSync(path, Buffer.from([0x61, 0xff]));
    expect(readConfFile(path).text).toBe("a\xff");
  });
});

/** A server's configuration, and what it answers to words. */
function running(file: string | undefined): (...words: readonly string[]) => string {
  const changes: number[] = [];
  const configuration = new Configuration({
    table: SERVER_INITIAL_VALUES,
    file,
    master: () => ({ host: "10.0.0.1", port: 6380 }),
    onChanged: (table) => changes.push(table["repl-timeout"]),
    onResetStatistics: () => changes.push(-1),
    useTls: () => true,
    secretRefusal: () => undefined,
    users: () => [],
    listenAt: async () => undefined,
  });
  return (...words) => {
    const writer = new BufferedWriter(2);
    configuration.execute(["CONFIG", ...words], writer, {
      isLocal: true,
      isLoading: false,
      waitFor: () => undefined,
    });
    const output = writer.take();
    return typeof output === "string" ? output : output.join("");
  };
}

describe("CONFIG", () => {
  it("shows what is in force, the master and the folder too", () => {
    const config = running(undefined);
    expect(config("GET", "replicaof")).toBe("*2\r\n$9\r\nreplicaof\r\n$13\r\n10.0.0.1 6380\r\n");
    expect(config("GET", "dir")).toContain(process.cwd());
    expect(config("SET", "repl-timeout", "5")).toBe("+OK\r\n");
    expect(config("GET", "repl-timeout")).toBe("*2\r\n$12\r\nrepl-timeout\r\n$1\r\n5\r\n");
    expect(config("RESETSTAT")).toBe("+OK\r\n");
    expect(config("HELP")).toContain("CONFIG <subcommand>");
  });

  it("changes all of what is named, or nothing", () => {
    const config = running(undefined);
    expect(config("SET", "repl-timeout", "5", "hz", "x")).toMatch(/^-ERR CONFIG SET failed/);
    expect(config("GET", "repl-timeout")).toContain("60");
    expect(config("SET", "repl-timeout")).toMatch(/^-ERR wrong number of arguments/);
    expect(config("SET", "tls-port", "1")).toMatch(/can't be changed while vedette runs/);
  });

  it("writes itself into its file before it answers, and keeps who may read it", () => {
    const path = put("redis.conf", "# mine\nport 7000\nreplicaof old 1\n");
    rmSync(path);
    writeFileSync(path, "# mine\nport 7000\nreplicaof old 1\n", { mode: 0o600 });
    const config = running(path);
    config("SET", "masterauth", "secret");
    expect(config("REWRITE")).toBe("+OK\r\n");
    const text = readFileSync(path, "utf8");
    expect(text).toContain("# mine\n");
    expect(text).toContain("\nreplicaof 10.0.0.1 6380\n");
    expect(text).toContain('masterauth "secret"');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(["redis.conf"]);
  });

  it("cannot write a file that there is not, or that cannot be", () => {
    expect(running(undefined)("REWRITE")).toBe(
      "-ERR The server is running without a config file\r\n",
    );
    expect(running(join(folder, "missing", "redis.conf"))("REWRITE")).toBe(
      "-ERR Rewriting config file: No such file or directory\r\n",
    );
  });
});

describe("the log", () => {
  it("has Redis' layout, below its threshold nothing, and follows its file's name", () => {
    const path = join(folder, "log");
    const log = newLogger({ file: () => path, threshold: () => "notice", role: () => "S" });
    log("verbose", "not shown");
    log("notice", "Ready to accept connections");
    rmSync(path);
    log("warning", "bye bye");
    expect(readFileSync(path, "utf8")).toMatch(
      /^\d+:S \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d\.\d{3} # bye bye\n$/,
    );
  });
});
