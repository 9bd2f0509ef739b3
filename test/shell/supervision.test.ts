import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { SupervisorNotice, type SupervisorNoticeOptions } from "../../src/shell/supervision.ts";
import { until } from "./until.ts";

const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** Stands for systemd-notify: notes its words, a line each time. */
function notifier(): { readonly program: string; told: () => string[] } {
  const folder = mkdtempSync(join(tmpdir(), "vedette-notify-"));
  folders.push(folder);
  const program = join(folder, "notify");
  const file = join(folder, "told");
  writeFileSync(file, "");
  writeFileSync(program, `#!/bin/sh\necho "$NOTIFY_SOCKET: $*" >> ${file}\n`);
  chmodSync(program, 0o755);
  return { program, told: () => readFileSync(file, "utf8").split("\n").filter(Boolean) };
}

function noticeOf(options: Partial<SupervisorNoticeOptions>): {
  readonly notice: SupervisorNotice;
  readonly warnings: string[];
} {
  const warnings: string[] = [];
  const notice = new SupervisorNotice({
    supervised: "systemd",
    environment: {},
    warn: (line) => warnings.push(line),
    ...options,
  });
  return { notice, warnings };
}

describe("the service manager", () => {
  const systemd = { ...process.env, NOTIFY_SOCKET: "/run/notify" };
  const missing = "systemd supervision error: NOTIFY_SOCKET not found!";

  it.each([
    ["no", systemd, "no", []],
    ["systemd", systemd, "systemd", []],
    ["auto", systemd, "systemd", []],
    ["auto", {}, "no", []],
    ["auto", { UPSTART_JOB: "redis" }, "upstart", []],
    ["systemd", {}, "no", [missing]],
    ["upstart", {}, "no", ["upstart supervision requested, but UPSTART_JOB not found!"]],
  ] as const)(
    "with supervised %s and the environment %o is %s",
    (supervised, environment, is, said) => {
      const { notice, warnings } = noticeOf({ supervised, environment });
      expect(notice.supervision).toBe(is);
      expect(warnings).toEqual(said);
    },
  );

  it("hears of readiness, and of the end", async () => {
    const { program, told } = notifier();
    const { notice, warnings } = noticeOf({ environment: systemd, notifier: program });
    notice.ready();
    await until("heard", () => told().length === 1);
    notice.stopping();
    await until("heard", () => told().length === 2);
    expect(told()).toEqual([
      "/run/notify: --ready --status=Ready to accept connections",
      "/run/notify: STOPPING=1",
    ]);
    expect(warnings).toEqual([]);
  });

  it("that watches hears a sign of life in each half of its period, until the end", async () => {
    const { program, told } = notifier();
    const environment = { ...systemd, WATCHDOG_USEC: "40000", WATCHDOG_PID: String(process.pid) };
    const { notice } = noticeOf({ environment, notifier: program });
    notice.ready();
    await until("heard", () => told().filter((line) => line.endsWith(": WATCHDOG=1")).length >= 2);
    notice.stopping();
    await until("heard", () => told().some((line) => line.endsWith(": STOPPING=1")));
  });

  it.each([
    ["nobody of that name", "/nowhere/systemd-notify", /ENOENT/],
    ["one that fails", "/bin/false", /ended with status 1/],
  ])("is not reached through %s, which is told", async (_, program, reason) => {
    const { notice, warnings } = noticeOf({ environment: systemd, notifier: program });
    notice.ready();
    await until("heard", () => warnings.length === 1);
    expect(warnings[0]).toMatch(reason);
  });

  it("is left alone when nobody supervises", async () => {
    const { program, told } = notifier();
    const { notice } = noticeOf({ supervised: "no", environment: systemd, notifier: program });
    notice.ready();
    notice.stopping();
    const { notice: supervised } = noticeOf({ environment: systemd, notifier: program });
    supervised.stopping();
    await until("heard", () => told().length > 0);
    expect(told()).toEqual(["/run/notify: STOPPING=1"]);
  });
});
