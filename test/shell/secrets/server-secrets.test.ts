import { createHash } from "node:crypto";
import { chmodSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { SecretError } from "../../../src/shell/secrets/secret-error.ts";
import { ServerSecrets } from "../../../src/shell/secrets/server-secrets.ts";
import { SERVER_INITIAL_VALUES } from "../../../src/wire/server-conf/server-config.ts";

const log: string[] = [];
const options = { log: (level: string, line: string) => log.push(`${level}: ${line}`) };
const folder = mkdtempSync(join(tmpdir(), "server-secrets-"));

function put(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  chmodSync(path, 0o600);
  return path;
}

describe("secrets of the bundled server", () => {
  const path = put("own", "first\n");
  const table = {
    ...SERVER_INITIAL_VALUES,
    masterauth: "in the configuration",
    "vedette-requirepass-file": path,
  };

  it("are read from their files, and only what has a file is fixed", () => {
    const secrets = new ServerSecrets(table, options);
    expect(secrets.requirePass).toBe("first");
    expect(secrets.refusal("requirepass")).toBe("it is kept in a file (vedette-requirepass-file)");
    expect(secrets.refusal("masterauth")).toBeUndefined();
    expect(secrets.completed(table).masterauth).toBe("in the configuration");
    secrets.stop();
  });

  it("take the place of what the configuration says, and are read again", () => {
    const master = put("master", "old");
    const secrets = new ServerSecrets({ ...table, "vedette-masterauth-file": master }, options);
    expect(secrets.completed(table).masterauth).toBe("old");
    let changes = 0;
    secrets.watch(() => changes++);
    put("master", "new");
    secrets.reload();
    expect([secrets.completed(table).masterauth, changes]).toEqual(["new", 1]);
    secrets.stop();
  });

  it("leave no hash in a rewritten configuration", () => {
    const secrets = new ServerSecrets(table, options);
    const hash = createHash("sha256").update("first").digest("hex");
    const line = { key: "user", isForced: true };
    const written = secrets.withoutSecret([
      { ...line, text: `user default on #${hash} ~* &* +@all` },
      { ...line, text: "user other on #abc" },
    ]);
    expect(written.map(({ text }) => text)).toEqual([
      "user default on ~* &* +@all",
      "user other on #abc",
    ]);
    secrets.stop();
  });

  it("that cannot be had are told by name", () => {
    const missing = { ...table, "vedette-requirepass-file": join(folder, "none") };
    expect(() => new ServerSecrets(missing, options)).toThrow(SecretError);
    expect(log.join()).not.toContain("first");
  });
});
