import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { advise } from "../../src/advice/advise.ts";
import { readForCheck } from "../../src/cli/check/read-files.ts";
import { findingsAsJson, formatFindings } from "../../src/cli/check/report.ts";
import { SOUND } from "../advice/checked.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "vedette-check-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, lines: readonly string[], mode = 0o600): string {
  const path = join(folder, name);
  writeFileSync(path, `${lines.join("\n")}\n`);
  chmodSync(path, mode);
  return path;
}

function found(path: string): string[] {
  const reading = readForCheck(path, undefined);
  const findings = reading.kind === "read" ? advise([reading.file]) : reading.findings;
  return findings.map(({ severity, code, line }) => `${line} ${severity} ${code}`);
}

describe("reading a file to check it", () => {
  it("sees its mode", () => {
    expect(found(write("sentinel.conf", SOUND))).toEqual([]);
    expect(found(write("sentinel.conf", SOUND, 0o644))).toEqual([
      "1 warning password-readable-by-all",
    ]);
  });

  it("looks at scripts where dir says", () => {
    write("notify.sh", ["#!/bin/sh"], 0o755);
    const script = ["sentinel notification-script mymaster ./notify.sh"];
    expect(found(write("sentinel.conf", [...SOUND, `dir ${folder}`, ...script]))).toEqual([]);
    chmodSync(join(folder, "notify.sh"), 0o644);
    expect(found(join(folder, "sentinel.conf"))).toEqual([`${SOUND.length + 2} error refused`]);
  });

  it("says all that the sentinel would refuse", () => {
    const path = write("sentinel.conf", [
      "port x",
      "user nobody wrong",
      "sentinel monitor m 192.0.2.1 1 0",
    ]);
    expect(found(path)).toEqual(["1 error refused", "2 error refused", "3 error refused"]);
  });

  it("says what it cannot read, and what is damaged", () => {
    expect(found(join(folder, "absent"))).toEqual(["1 error file-unreadable"]);
    mkdirSync(join(folder, "folder"));
    expect(found(join(folder, "folder"))).toEqual(["1 error file-unreadable"]);
    write("sentinel.conf.last-good", SOUND);
    expect(found(write("sentinel.conf", ["\0"]))).toEqual(["1 error file-torn"]);
  });

  it("takes the lines of included files for theirs", () => {
    const included = write("times.conf", ["sentinel down-after-milliseconds mymaster 300"]);
    const lines = SOUND.filter((line) => !line.includes("down-after"));
    const reading = readForCheck(
      write("sentinel.conf", [...lines, `include ${included}`]),
      undefined,
    );
    expect(reading.kind === "read" ? advise([reading.file]) : []).toMatchObject([
      { code: "down-after-too-short", file: included, line: 1 },
    ]);
  });
});

function filesNamed(...names: readonly string[]) {
  return { kind: "files", names } as const;
}

describe("what is told of it", () => {
  const finding = {
    code: "no-password",
    severity: "warning",
    file: "sentinel.conf",
    line: 3,
    master: undefined,
    message: "whoever reaches the port may do everything",
    help: "requirepass",
  } as const;

  it("is two lines a finding, and the sum", () => {
    expect(
      formatFindings([finding, { ...finding, severity: "note" }], filesNamed("a", "b")).split("\n"),
    ).toEqual([
      "sentinel.conf:3: warning: whoever reaches the port may do everything [no-password]",
      "    help: requirepass",
      "sentinel.conf:3: note: whoever reaches the port may do everything [no-password]",
      "    help: requirepass",
      "2 files: 1 warning, 1 note",
    ]);
    expect(formatFindings([], filesNamed("a"))).toBe("1 file: nothing to say against");
  });

  it("is one document for programs", () => {
    expect(JSON.parse(findingsAsJson([finding], filesNamed("sentinel.conf")))).toEqual({
      files: ["sentinel.conf"],
      errors: 0,
      warnings: 1,
      notes: 0,
      findings: [{ ...finding, master: null }],
    });
  });
});
