import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { Syslog } from "../../src/shell/syslog.ts";
import { until } from "./until.ts";

const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** Stands for `logger`: notes its words, then what it is given. */
function logger(script: (file: string) => string): { program: string; read: () => string } {
  const folder = mkdtempSync(join(tmpdir(), "vedette-syslog-"));
  folders.push(folder);
  const program = join(folder, "logger");
  const file = join(folder, "lines");
  writeFileSync(program, `#!/bin/sh\n${script(file)}\n`);
  chmodSync(program, 0o755);
  return { program, read: () => (existsSync(file) ? readFileSync(file, "utf8") : "") };
}

it("gives one logger all lines, each on one line with facility and severity", async () => {
  const { program, read } = logger((file) => `echo "$*" >> ${file}; exec cat >> ${file}`);
  const syslog = new Syslog({ ident: "sentinel 1", facility: "local3" }, () => undefined, program);
  syslog.write("warning", "+sdown master mymaster 127.0.0.1 6379");
  syslog.write("notice", "two\nlines");
  syslog.write("verbose", "v");
  syslog.write("debug", "d");
  await syslog.finished();
  expect(read()).toBe(
    `--prio-prefix --id=${process.pid} --tag sentinel 1\n` +
      "<156>+sdown master mymaster 127.0.0.1 6379\n<157>two lines\n<158>v\n<159>d\n",
  );
});

it.each([
  ["is missing", "/nowhere/logger", /ENOENT/],
  ["ends", "/bin/true", /ended with status 0/],
])("a logger that %s costs lines and one warning", async (_, program, reason) => {
  const warnings: string[] = [];
  const syslog = new Syslog(
    { ident: "redis", facility: "user" },
    (line) => warnings.push(line),
    program,
  );
  syslog.write("notice", "one");
  await until("heard", () => warnings.length > 0);
  syslog.write("notice", "two");
  expect(warnings).toEqual([expect.stringMatching(reason)]);
});
