import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Secrets } from "../../../src/shell/secrets/secrets.ts";
import type { SecretSource } from "../../../src/wire/conf/secret-source.ts";

const VARIABLE = "VEDETTE_TEST_SECRET";

let folder = "";
let path = "";
let log: string[] = [];
let secrets: Secrets | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "vedette-secrets-"));
  path = join(folder, "password");
  log = [];
});

afterEach(() => {
  secrets?.stop();
  secrets = undefined;
  delete process.env[VARIABLE];
  rmSync(folder, { recursive: true, force: true });
});

function open(source: SecretSource = { kind: "file", path }): Secrets {
  secrets = new Secrets(new Map([["auth-pass mymaster", source]]), {
    log: (level, message) => log.push(`${level}: ${message.replaceAll(`${folder}/`, "")}`),
  });
  return secrets;
}

function write(bytes: string): void {
  writeFileSync(path, bytes, { encoding: "latin1" });
  chmodSync(path, 0o600);
}

describe("a secret that is kept elsewhere", () => {
  it.each([
    ["as it is", "secret", "secret"],
    ["without the line break at the end", "secret\n", "secret"],
    ["without one of another system", "secret\r\n", "secret"],
    ["with blanks and earlier line breaks", " a b\n\n", " a b\n"],
    ["as bytes", "\xff\xfe", "\xff\xfe"],
  ])("is read %s", (_, text, secret) => {
    write(text);
    expect(open().get("auth-pass mymaster")).toBe(secret);
    expect(log).toEqual([]);
  });

  it("is read from the environment, as bytes", () => {
    process.env[VARIABLE] = "sésame";
    const value = open({ kind: "environment", name: VARIABLE }).get("auth-pass mymaster");
    expect(value).toBe("s\xc3\xa9same");
  });

  it.each<[string, () => void, string]>([
    ["is missing", () => undefined, "auth-pass mymaster: password: No such file or directory"],
    ["is empty", () => write("\n"), "auth-pass mymaster: password: it is empty"],
    [
      "is too long",
      () => write("x".repeat(100_000)),
      "auth-pass mymaster: password: too long for a secret",
    ],
  ])("ends the start when it %s", (_, prepare, message) => {
    prepare();
    let told = "";
    try {
      open();
    } catch (cause) {
      told = (cause as Error).message.replaceAll(`${folder}/`, "");
    }
    expect(told).toBe(message);
  });

  it("ends the start when the environment does not have it", () => {
    expect(() => open({ kind: "environment", name: VARIABLE })).toThrow(
      `auth-pass mymaster: the environment has no ${VARIABLE}`,
    );
  });

  it("warns when everybody can read it", () => {
    write("secret");
    chmodSync(path, 0o644);
    open();
    expect(log).toEqual(["warning: auth-pass mymaster: password can be read by everybody"]);
  });

  it("is read again, and told when it has changed", () => {
    write("old");
    const opened = open();
    const told: (readonly string[])[] = [];
    opened.watch((changed) => told.push(changed));
    opened.reload();
    write("new");
    opened.reload();
    expect(opened.get("auth-pass mymaster")).toBe("new");
    expect(told).toEqual([["auth-pass mymaster"]]);
    expect(log).toEqual(["notice: auth-pass mymaster: read again from password"]);
  });

  it("stays as it was when its file is gone", () => {
    write("old");
    const opened = open();
    rmSync(path);
    opened.reload();
    expect(opened.get("auth-pass mymaster")).toBe("old");
    expect(log).toEqual([
      "warning: auth-pass mymaster: password: No such file or directory; the secret that was read before stays in force",
    ]);
  });

  it("is nowhere in the log", () => {
    write("sesame");
    const opened = open();
    write("open sesame");
    opened.reload();
    expect(log.join()).not.toContain("sesame");
  });
});
