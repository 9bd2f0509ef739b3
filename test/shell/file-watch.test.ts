import {
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FileWatch } from "../../src/shell/file-watch.ts";

let folder = "";
let file = "";
let changes = 0;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "vedette-watch-"));
  file = join(folder, "secret");
  changes = 0;
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function watching(path = file): FileWatch {
  return new FileWatch({ paths: () => [path], onChange: () => changes++ });
}

async function look(watch: FileWatch, times: number): Promise<void> {
  for (let time = 0; time < times; time++) await watch.look();
}

describe("a watch over files", () => {
  it("tells nothing while nothing changes", async () => {
    writeFileSync(file, "one");
    await look(watching(), 3);
    expect(changes).toBe(0);
  });

  it.each<[string, () => void]>([
    ["a file written in place", () => writeFileSync(file, "two")],
    [
      "a file renamed into place",
      () => {
        writeFileSync(`${file}.new`, "two");
        renameSync(`${file}.new`, file);
      },
    ],
    ["a file that is gone", () => unlinkSync(file)],
  ])("tells of %s once, when it has settled", async (_, change) => {
    writeFileSync(file, "one");
    const watch = watching();
    change();
    await look(watch, 1);
    expect(changes).toBe(0);
    await look(watch, 5);
    expect(changes).toBe(1);
  });

  it("tells of a file that comes", async () => {
    const watch = watching();
    writeFileSync(file, "one");
    await look(watch, 2);
    expect(changes).toBe(1);
  });

  it("leaves alone what is still being written", async () => {
    writeFileSync(file, "1");
    const watch = watching();
    for (const text of ["12", "123", "1234"]) {
      writeFileSync(file, text);
      await look(watch, 1);
    }
    expect(changes).toBe(0);
    await look(watch, 1);
    expect(changes).toBe(1);
  });

  it("follows links that are swapped above the file, as Kubernetes does", async () => {
    for (const version of ["v1", "v2"]) {
      mkdirSync(join(folder, version));
      writeFileSync(join(folder, version, "tls.crt"), version);
    }
    symlinkSync("v1", join(folder, "..data"));
    symlinkSync(join("..data", "tls.crt"), join(folder, "tls.crt"));
    const watch = watching(join(folder, "tls.crt"));
    await look(watch, 2);
    symlinkSync("v2", join(folder, "..data_tmp"));
    renameSync(join(folder, "..data_tmp"), join(folder, "..data"));
    await look(watch, 2);
    expect(changes).toBe(1);
  });

  it("tells nothing of what has been read meanwhile", async () => {
    writeFileSync(file, "one");
    const watch = watching();
    writeFileSync(file, "two");
    watch.told();
    await look(watch, 3);
    expect(changes).toBe(0);
  });
});
