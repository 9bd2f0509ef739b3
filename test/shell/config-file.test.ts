import { once } from "node:events";
import * as realFiles from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseRunId } from "../../src/base/ids.ts";
import { epoch, saveNumber } from "../../src/base/units.ts";
import { ConfigFile } from "../../src/shell/config-file.ts";
import type { FileAccess } from "../../src/shell/file-replacement.ts";
import { parseSentinelConf } from "../../src/wire/sentinel-conf/sentinel-config.ts";
import type { DurableSentinel } from "../../src/wire/sentinel-conf/durable-sentinel.ts";
import { until } from "./until.ts";

const BEFORE = "# my sentinel\nport 26400\nsentinel monitor mymaster 127.0.0.1 6379 2\n";

let dir: string;
let path: string;
let told: string[];
let currentEpoch: number;

beforeEach(async () => {
  dir = await realFiles.mkdtemp(join(tmpdir(), "vedette-config-"));
  path = join(dir, "sentinel.conf");
  await realFiles.writeFile(path, BEFORE);
  told = [];
  currentEpoch = 0;
});

afterEach(async () => {
  await realFiles.rm(dir, { recursive: true });
});

function view(): DurableSentinel {
  const myId = parseRunId("a".repeat(40));
  if (myId === undefined) throw new Error("no run id");
  const source = {
    main: { name: path, text: BEFORE },
    commandLine: "",
    include: () => ({ kind: "files" as const, files: [] }),
    isExecutable: () => true,
  };
  const parsed = parseSentinelConf(source);
  if (parsed.kind !== "config") throw new Error("mistakes");
  return { ...parsed.config.sentinel, myId, currentEpoch: epoch(currentEpoch) };
}

function configFile(files: FileAccess = realFiles): ConfigFile {
  return new ConfigFile({
    path,
    view,
    options: () => [],
    files,
    events: {
      saved: (save) => told.push(`saved ${save}`),
      failed: (save, reason) => told.push(`failed ${save}: ${reason}`),
    },
  });
}

async function contents(): Promise<string> {
  return realFiles.readFile(path, "utf8");
}

/** The real files, with some operations replaced. */
function broken(replaced: Partial<FileAccess>): FileAccess {
  return { ...realFiles, ...replaced };
}

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: told by a test`), { code });
}

describe("a save", () => {
  it("rewrites the file and leaves nothing else behind but a copy", async () => {
    const file = configFile();
    currentEpoch = 7;
    file.save(saveNumber(1));
    await file.settled();
    expect(told).toEqual(["saved 1"]);
    const text = await contents();
    expect(text).toContain(
      "# my sentinel\nport 26400\nsentinel monitor mymaster 127.0.0.1 6379 2\n",
    );
    expect(text).toContain("sentinel current-epoch 7\n");
    expect(await realFiles.readdir(dir)).toEqual(["sentinel.conf", "sentinel.conf.last-good"]);
  });

  it("carries what was asked for while the one before was written, once", async () => {
    const gate = blocked();
    const file = configFile(broken({ rename: gate.rename }));
    file.save(saveNumber(1));
    await until("first write at its end", () => gate.waiting === 1);
    currentEpoch = 2;
    file.save(saveNumber(2));
    currentEpoch = 3;
    file.save(saveNumber(3));
    gate.open();
    await file.settled();
    expect(told).toEqual(["saved 1", "saved 3"]);
    // Two saves, and one copy of the latter.
    expect(gate.passed).toBe(3);
    expect(await contents()).toContain("sentinel current-epoch 3\n");
  });

  it("takes the state as it is when the text is made, with the number that has it", async () => {
    const file = configFile();
    file.save(saveNumber(1));
    currentEpoch = 9;
    file.save(saveNumber(2));
    await file.settled();
    expect(told).toEqual(["saved 2"]);
    expect(await contents()).toContain("sentinel current-epoch 9\n");
  });

  it("keeps comments that were changed by hand meanwhile", async () => {
    const file = configFile();
    file.save(saveNumber(1));
    await file.settled();
    await realFiles.writeFile(path, (await contents()).replace("# my", "# your"));
    file.save(saveNumber(2));
    await file.settled();
    expect(await contents()).toContain("# your sentinel\n");
  });

  it("reads the file again only when it is not as the last save left it", async () => {
    let read = 0;
    const file = configFile(
      broken({
        readFile: ((...given: Parameters<typeof realFiles.readFile>) => {
          read++;
          return realFiles.readFile(...given);
        }) as FileAccess["readFile"],
      }),
    );
    const save = async (number: number): Promise<number> => {
      file.save(saveNumber(number));
      await file.settled();
      return read;
    };
    expect(await save(1)).toBe(1);
    expect(await save(2)).toBe(1);
    await realFiles.writeFile(path, (await contents()).replace("# my", "# by"));
    expect(await save(3)).toBe(2);
    expect(await contents()).toContain("# by sentinel\n");
    expect(await save(4)).toBe(2);
  });

  it("is not held up by the copy of the one before", async () => {
    const renamed: string[] = [];
    const file = configFile(
      broken({
        rename: async (from, to) => {
          renamed.push(String(to));
          return realFiles.rename(from, to);
        },
      }),
    );
    file.save(saveNumber(1));
    await until("the first is saved", () => told.length === 1);
    file.save(saveNumber(2));
    await until("the second is saved", () => told.length === 2);
    await file.settled();
    expect(renamed).toEqual([path, path, `${path}.last-good`]);
  });

  it("makes the file when it is gone", async () => {
    await realFiles.rm(path);
    const file = configFile();
    file.save(saveNumber(1));
    await file.settled();
    expect(told).toEqual(["saved 1"]);
    expect(await contents()).toContain("sentinel monitor mymaster 127.0.0.1 6379 2\n");
  });

  it.each([
    [0o600, 0o600],
    [0o640, 0o640],
    [0o666, 0o644],
    [0o755, 0o644],
  ])("of a file with mode %o leaves mode %o", async (before, after) => {
    await realFiles.chmod(path, before);
    const file = configFile();
    file.save(saveNumber(1));
    await file.settled();
    expect((await realFiles.stat(path)).mode & 0o777).toBe(after & ~process.umask());
  });

  it("syncs the file before it gets its name, and then the folder", async () => {
    const steps: string[] = [];
    const file = configFile(
      broken({
        open: async (name, ...rest) => {
          const handle = await realFiles.open(name, ...rest);
          const sync = handle.sync.bind(handle);
          handle.sync = async () => {
            steps.push(name === dir ? "sync folder" : "sync file");
            return sync();
          };
          return handle;
        },
        rename: async (from, to) => {
          steps.push("rename");
          return realFiles.rename(from, to);
        },
      }),
    );
    file.save(saveNumber(1));
    await file.settled();
    const each = ["sync file", "rename", "sync folder"];
    expect(steps).toEqual([...each, ...each]);
  });
});

/** A rename that waits to be let through. */
function blocked(): {
  readonly rename: FileAccess["rename"];
  readonly open: () => void;
  waiting: number;
  passed: number;
} {
  const target = new EventTarget();
  let isOpen = false;
  const gate = {
    waiting: 0,
    passed: 0,
    open: () => {
      isOpen = true;
      target.dispatchEvent(new Event("open"));
    },
    rename: async (
      from: Parameters<FileAccess["rename"]>[0],
      to: Parameters<FileAccess["rename"]>[1],
    ) => {
      gate.waiting++;
      if (!isOpen) await once(target, "open");
      gate.passed++;
      await realFiles.rename(from, to);
    },
  };
  return gate;
}

describe("a save that fails", () => {
  it("says why, leaves the old file and no temporary one, and the next may succeed", async () => {
    let isFull = true;
    const file = configFile(
      broken({
        open: async (name, ...rest) => {
          const handle = await realFiles.open(name, ...rest);
          if (isFull) handle.writeFile = () => Promise.reject(systemError("ENOSPC"));
          return handle;
        },
      }),
    );
    file.save(saveNumber(1));
    await file.settled();
    expect(told).toEqual(["failed 1: No space left on device"]);
    expect(await contents()).toBe(BEFORE);
    expect(await realFiles.readdir(dir)).toEqual(["sentinel.conf"]);
    isFull = false;
    file.save(saveNumber(2));
    await file.settled();
    expect(told).toEqual(["failed 1: No space left on device", "saved 2"]);
  });

  it("fails for all that it carried", async () => {
    const file = configFile(broken({ rename: () => Promise.reject(systemError("EROFS")) }));
    file.save(saveNumber(1));
    file.save(saveNumber(2));
    await file.settled();
    expect(told).toEqual(["failed 2: Read-only file system"]);
  });

  it("fails when a folder stands in its place", async () => {
    await realFiles.rm(path);
    await realFiles.mkdir(path);
    const file = configFile();
    file.save(saveNumber(1));
    await file.settled();
    expect(told).toEqual(["failed 1: Is a directory"]);
    expect(await realFiles.readdir(dir)).toEqual(["sentinel.conf"]);
  });

  it("fails when the folder does not let it make a file", async () => {
    const file = configFile(broken({ open: () => Promise.reject(systemError("EACCES")) }));
    file.save(saveNumber(1));
    await file.settled();
    expect(told).toEqual(["failed 1: Permission denied"]);
    expect(await contents()).toBe(BEFORE);
  });

  it("fails when the folder cannot be synced: a power cut may undo the rename", async () => {
    const file = configFile(
      broken({
        open: (name, ...rest) =>
          name === dir ? Promise.reject(systemError("EIO")) : realFiles.open(name, ...rest),
      }),
    );
    file.save(saveNumber(1));
    await file.settled();
    expect(told).toEqual(["failed 1: Input/output error"]);
  });

  it("fails when the folder is gone", async () => {
    await realFiles.rm(dir, { recursive: true });
    const file = configFile();
    file.save(saveNumber(1));
    await file.settled();
    expect(told).toEqual(["failed 1: No such file or directory"]);
    await realFiles.mkdir(dir);
  });
});
