import { beforeEach, describe, expect, it } from "vitest";
import { masterName } from "../../src/base/ids.ts";
import { event } from "../../src/sentinel/events.ts";
import { Log } from "../../src/shell/log.ts";
import type { LogThreshold } from "../../src/wire/sentinel-conf/durable-sentinel.ts";
import { LogOutput } from "../../src/shell/log-output.ts";
import { MemoryLogFile } from "./memory-log-file.ts";

let file: MemoryLogFile;
let output: LogOutput;

beforeEach(() => {
  file = new MemoryLogFile();
  output = new LogOutput(1, file.file);
});

function log(threshold: LogThreshold = "debug"): Log {
  return new Log({ threshold, output });
}

describe("the log", () => {
  it("writes one object per line, with time, process and level", async () => {
    log().line("notice", "Sentinel ID is x", { runId: "x" });
    await output.finished();
    expect(file.text).toMatch(/^\{.*\}\n$/);
    expect(file.lines).toEqual([
      {
        level: "info",
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as string,
        pid: process.pid,
        runId: "x",
        msg: "Sentinel ID is x",
      },
    ]);
  });

  it.each([
    ["debug", ["debug", "debug", "info", "warn", "error"]],
    ["verbose", ["debug", "info", "warn", "error"]],
    ["notice", ["info", "warn", "error"]],
    ["warning", ["warn", "error"]],
    ["nothing", []],
  ] as const)("with loglevel %s writes %j", async (threshold, levels) => {
    const told = log(threshold);
    for (const level of ["debug", "verbose", "notice", "warning"] as const) told.line(level, "x");
    told.error("x");
    await output.finished();
    expect(file.lines.map(({ level }) => level)).toEqual(levels);
  });

  it("writes events as information, by their own level", async () => {
    const told = log("warning");
    const about = {
      master: masterName("m\xc3\xa4"),
      role: "master",
      address: { host: "::1", port: 6379 },
      reason: "no reply for 1003 ms",
    } as const;
    told.event(event("+sdown", "master m\xc3\xa4 ::1 6379", about));
    told.event(event("+slave", "slave x", {}));
    await output.finished();
    expect(file.lines).toHaveLength(1);
    expect(file.lines[0]).toMatchObject({
      level: "info",
      event: "+sdown",
      master: "mä",
      role: "master",
      addr: "[::1]:6379",
      reason: "no reply for 1003 ms",
      payload: "master mä ::1 6379",
      msg: "sentinel event",
    });
  });

  it("writes what breaks us at once, whatever the threshold, with its stack", () => {
    log("nothing").fatal("a bug", { err: new Error("broken") });
    expect(file.lines[0]).toMatchObject({
      level: "fatal",
      msg: "a bug",
      err: { type: "Error", message: "broken", stack: expect.stringContaining("Error") as string },
    });
  });
});

describe("the output of the log", () => {
  it("keeps the order, in as many writes as it takes", async () => {
    file.chunk = 3;
    output.write("one\n");
    output.write("two\n");
    await output.finished();
    output.write("thräe\n");
    await output.finished();
    expect(file.text).toBe("one\ntwo\nthräe\n");
  });

  it("offers again what a full pipe did not take", async () => {
    file.faults.push("EAGAIN", "EAGAIN");
    output.write("one\n");
    await output.finished();
    expect(file.text).toBe("one\n");
  });

  it("loses lines when the disk is full, and goes on when it is not", async () => {
    file.faults.push("ENOSPC");
    output.write("lost\n");
    await output.finished();
    output.write("kept\n");
    await output.finished();
    expect(file.text).toBe("kept\n");
  });

  it("does not wait for ever for a reader, nor keep everything for it", async () => {
    file.isStalled = true;
    output.write("under way\n");
    await output.finished();
    const megabyte = "x".repeat(1024 * 1024);
    for (let line = 0; line < 10; line++) output.write(megabyte);
    output.flushNow();
    expect(file.text).toBe(megabyte.repeat(4));
  });

  it("writes what waits before the process ends", () => {
    output.write("one\n");
    output.write("two\n");
    output.flushNow();
    expect(file.text).toBe("one\ntwo\n");
  });
});
