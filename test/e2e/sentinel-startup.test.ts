import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { Lab } from "./harness/lab.ts";
import { ownProgram } from "./harness/programs.ts";

const lab = new Lab();
afterEach(async () => lab.cleanUp());

const SENTINEL = ownProgram("vedette-sentinel");
const CANDIDATE = "b".repeat(40);

/** Starts a sentinel on these lines and waits for its end. */
async function startAndFail(
  lines: readonly string[],
): Promise<{ readonly code: number | null; readonly log: string; readonly untouched: boolean }> {
  const file = join(lab.folder("config"), "sentinel.conf");
  const text = `${lines.join("\n")}\n`;
  writeFileSync(file, text);
  const run = await lab.run("failing", SENTINEL, [file]);
  const { code } = await run.exited;
  return { code, log: run.log, untouched: readFileSync(file, "utf8") === text };
}

describe("a configuration with mistakes", () => {
  it("is refused with all of them, in Redis' words, and is left untouched", async () => {
    const run = await startAndFail([
      "port 0",
      "sentinel monitor mymaster 127.0.0.1 6379 0",
      "nonsense yes",
      "sentinel down-after-milliseconds nobody 1000",
    ]);
    expect(run.code).toBe(1);
    expect(run.log.split("*** FATAL CONFIG FILE ERROR").length - 1).toBe(3);
    expect(run.log).toContain("Reading the configuration file, at line 2");
    expect(run.log).toContain(">>> 'nonsense yes'");
    expect(run.log).toContain("Quorum must be 1 or greater.");
    expect(run.log).toContain("No such master with specified name.");
    expect(run.untouched).toBe(true);
  });

  it("that does not exist is one clear line", async () => {
    const run = await lab.run("missing", SENTINEL, [join(lab.folder("none"), "sentinel.conf")]);
    expect((await run.exited).code).toBe(1);
    expect(run.log).toContain("can't open config file");
  });

  it("is required", async () => {
    const run = await lab.run("bare", SENTINEL, []);
    expect((await run.exited).code).toBe(1);
    expect(run.log).toContain("Sentinel needs config file on disk to save state. Exiting...");
  });
});

describe("a sentinel", () => {
  const monitor = "sentinel monitor mymaster 127.0.0.1 1 2";

  it("says in one line that its port is in use", async () => {
    const first = await lab.sentinel("first", { kind: "vedette", config: [monitor] });
    const run = await startAndFail([`port ${first.port}`, "bind 127.0.0.1", monitor]);
    expect(run.code).toBe(1);
    expect(run.log).toMatch(new RegExp(`Failed listening on port ${first.port}`));
  });

  it("ends on SIGTERM with status 0 and without touching its file", async () => {
    const sentinel = await lab.sentinel("ending", { kind: "vedette", config: [monitor] });
    const before = await lab.until({
      name: "its new id is saved",
      look: () => sentinel.config,
      holds: (config) => config.includes("sentinel myid"),
    });
    expect(await sentinel.process.stop()).toEqual({ code: 0, signal: null });
    expect(sentinel.config).toBe(before);
    expect(sentinel.process.log).toContain("ready to exit, bye bye");
  });

  it("that cannot save does not vote, and votes again when it can", async () => {
    const sentinel = await lab.sentinel("full", { kind: "vedette", config: [monitor] });
    const ask = async (epoch: number): Promise<unknown> =>
      sentinel.command("SENTINEL", "is-master-down-by-addr", "127.0.0.1", 1, epoch, CANDIDATE);
    expect(await ask(10)).toEqual([0, CANDIDATE, 10]);

    const aside = `${sentinel.configFile}.aside`;
    renameSync(sentinel.configFile, aside);
    mkdirSync(sentinel.configFile);
    const refused = await ask(11);
    expect(refused).toMatchObject({ 1: "*" });
    // Asked again, it does not tell either what a crash would make it forget.
    expect(await ask(11)).toMatchObject({ 1: "*" });
    expect(await sentinel.command("PING")).toBe("PONG");

    renameSync(sentinel.configFile, `${sentinel.configFile}.folder`);
    renameSync(aside, sentinel.configFile);
    await lab.until({
      name: "it saves again",
      look: async () => sentinel.command("SENTINEL", "FLUSHCONFIG"),
      holds: (reply) => reply === "OK",
    });
    expect(await ask(12)).toMatchObject({ 1: CANDIDATE, 2: 12 });
    expect(sentinel.config).toContain("sentinel leader-epoch mymaster 12");
  });

  it("lives on through garbage, half messages, huge lengths and slow readers", async () => {
    const sentinel = await lab.sentinel("attacked", { kind: "vedette", config: [monitor] });
    const garbage = [
      "\x00\xff\xfe garbage \r\n".repeat(100),
      "*99999999999\r\n",
      "*3\r\n$999999999999\r\n",
      "*2\r\n$8\r\nSENTINEL\r\n$7\r\nmast",
      "*-5\r\n*0\r\n\r\n\r\n",
      '"unbalanced quotes\r\n',
      "x".repeat(200_000),
      "GET / HTTP/1.1\r\nHost: here\r\n\r\n",
      `PUBLISH __sentinel__:hello ${"a,".repeat(5000)}\r\n`,
    ];
    for (const bytes of garbage) (await lab.rawConnection(sentinel)).send(bytes);
    const slow = await lab.rawConnection(sentinel);
    slow.send("SENTINEL masters\r\n".repeat(20_000));
    expect(await sentinel.command("PING")).toBe("PONG");
    expect(sentinel.process.status).toBeUndefined();
  });
});
