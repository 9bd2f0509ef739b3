import {
  chmodSync,
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { saveNumber } from "../../../src/base/units.ts";
import type { Input } from "../../../src/sentinel/input.ts";
import { ScriptRunner } from "../../../src/shell/sentinel/script-runner.ts";
import { until } from "../until.ts";

let dir: string;
let heard: Input[];
let runner: ScriptRunner;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "vedette-scripts-"));
  heard = [];
  runner = new ScriptRunner((input) => heard.push(input));
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

function script(...lines: readonly string[]): string {
  const path = join(dir, "script.sh");
  writeFileSync(path, ["#!/bin/sh", ...lines, ""].join("\n"));
  chmodSync(path, 0o755);
  return path;
}

function run(...argv: [string, ...string[]]): void {
  runner.run({ kind: "run-script", job: 1, argv, afterSave: saveNumber(0) });
}

function ended(): Input | undefined {
  return heard.find(({ kind }) => kind === "script-ended");
}

describe("the operator's scripts", () => {
  it("get their arguments as they are, without a shell, and say how they ended", async () => {
    const out = join(dir, "out");
    const path = script(`printf '%s\\n' "$#" "$@" > ${out}`, "exit 3");
    // A payload comes as the bytes that stand on the wire.
    run(path, "+sdown", "a b; $(rm) *", "\xc3\xbc");
    await until("it has ended", () => ended() !== undefined);
    expect(heard.map(({ kind }) => kind)).toEqual(["script-started", "script-ended"]);
    expect(ended()).toEqual({ kind: "script-ended", job: 1, exitCode: 3, signal: 0 });
    expect(readFileSync(out, "utf8")).toBe("3\n+sdown\na b; $(rm) *\nü\n");
  });

  it("have no input and none of the sentinel's descriptors", async () => {
    const out = join(dir, "out");
    const own = openSync(join(dir, "sentinel.log"), "a");
    run(script(`cat > ${out}`, `ls -l /proc/self/fd >> ${out}`));
    await until("it has ended", () => ended() !== undefined);
    closeSync(own);
    const descriptors = readFileSync(out, "utf8");
    expect(descriptors).toContain("0 -> /dev/null");
    expect(descriptors).not.toContain("sentinel.log");
  });

  it.each([
    ["is not there", () => join(dir, "nowhere")],
    [
      "may not be executed",
      () => {
        const path = script("exit 0");
        chmodSync(path, 0o644);
        return path;
      },
    ],
  ])("that %s ended with 2, as Redis' child does", async (_, path) => {
    run(path());
    await until("it has ended", () => ended() !== undefined);
    expect(heard).toEqual([{ kind: "script-ended", job: 1, exitCode: 2, signal: 0 }]);
  });

  it("are killed with what they started", async () => {
    const out = join(dir, "pid");
    run(script("sleep 600 &", `echo $! > ${out}.new; mv ${out}.new ${out}`, "wait"));
    await until("it has begun", () => readable(out) !== undefined);
    runner.kill(1);
    await until("it has ended", () => ended() !== undefined);
    expect(ended()).toEqual({ kind: "script-ended", job: 1, exitCode: 0, signal: 9 });
    const child = Number(readable(out));
    await until("its child is gone", () => !isAlive(child));
  });

  it("that ended already are not killed", async () => {
    run(script("exit 0"));
    await until("it has ended", () => ended() !== undefined);
    expect(() => runner.kill(1)).not.toThrow();
  });
});

function readable(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

/** A process whose parent has not taken notice of its end yet counts as ended. */
function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}
