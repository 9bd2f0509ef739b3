import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readConfiguration } from "../../../src/shell/sentinel/configuration.ts";

let dir: string;
let path: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "vedette-configuration-"));
  path = join(dir, "sentinel.conf");
});

afterEach(() => {
  rmSync(dir, { recursive: true });
});

function refusal(file: string | undefined, text = ""): string {
  const result = readConfiguration({ file, text });
  return result.kind === "refused" ? result.text : "ready";
}

describe("the configuration of a sentinel", () => {
  it("is read from a file that is there to be written again", () => {
    writeFileSync(path, "port 26390\nsentinel monitor mymaster 127.0.0.1 6379 2\n");
    const result = readConfiguration({ file: path, text: "loglevel verbose\n" });
    expect(result).toMatchObject({ kind: "ready", path });
    expect(result.kind === "ready" && result.config.daemon).toMatchObject({
      port: 26390,
      logLevel: "verbose",
    });
  });

  it.each([undefined, "-"])("must be a file: not %s", (file) => {
    const line = "Sentinel needs config file on disk to save state. Exiting...\n";
    expect(refusal(file, "port 1\n")).toBe(line);
  });

  it("must be there", () => {
    const line = `Fatal error, can't open config file '${path}': No such file or directory\n`;
    expect(refusal(path)).toBe(line);
    expect(existsSync(path)).toBe(false);
  });

  it("reports every mistake in Redis' form, and leaves the file as it is", () => {
    const text = "port x\nsentinel monitor m 127.0.0.1 6379 0\nnonsense 1\n";
    writeFileSync(path, text);
    const told = refusal(path);
    expect(told.match(/^\*\*\* FATAL CONFIG FILE ERROR \(Redis 7\.2\.0\) \*\*\*$/gm)).toHaveLength(
      3,
    );
    expect(told.match(/^Reading the configuration file, at line \d$/gm)).toEqual([
      "Reading the configuration file, at line 1",
      "Reading the configuration file, at line 2",
      "Reading the configuration file, at line 3",
    ]);
    expect(told).toContain("\n>>> 'nonsense 1'\nBad directive or wrong number of arguments\n");
    expect(readFileSync(path, "utf8")).toBe(text);
  });

  it("must be a regular file, which a save may replace", () => {
    expect(refusal("/dev/null")).toBe(
      "Sentinel config file /dev/null is not a regular file. Exiting...\n",
    );
    mkdirSync(path);
    expect(refusal(path)).toBe(`Sentinel config file ${path} is not a regular file. Exiting...\n`);
  });

  // Root may write everywhere: there is nothing to refuse.
  it.skipIf(process.getuid?.() === 0)("must be writable, and so must its folder", () => {
    writeFileSync(path, "port 26390\n");
    chmodSync(path, 0o400);
    expect(refusal(path)).toBe(
      `Sentinel config file ${path} is not writable: Permission denied. Exiting...\n`,
    );
    chmodSync(path, 0o600);
    chmodSync(dir, 0o500);
    expect(refusal(path)).toBe(
      `The folder of the Sentinel config file, ${dir}, is not writable: Permission denied. Exiting...\n`,
    );
    chmodSync(dir, 0o700);
  });
});
