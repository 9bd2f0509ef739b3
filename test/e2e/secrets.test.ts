import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { Lab } from "./harness/lab.ts";
import { describeWithReal } from "./harness/programs.ts";
import { MASTER_NAME } from "./harness/watched-group.ts";

const lab = new Lab();
afterEach(async () => lab.cleanUp());

function writeSecret(path: string, secret: string): void {
  writeFileSync(path, `${secret}\n`);
  chmodSync(path, 0o600);
}

describeWithReal(["redis-server"], "passwords in files", () => {
  it("open the links, are exchanged without a word of +sdown, and are written nowhere", async () => {
    const file = join(lab.folder("secrets"), "redis");
    writeSecret(file, "first password");
    const master = await lab.dataServer("master", {
      kind: "redis",
      settings: { requirepass: "first password" },
    });
    const sentinel = await lab.sentinel("sentinel", {
      kind: "vedette",
      config: [
        `sentinel monitor ${MASTER_NAME} 127.0.0.1 ${master.port} 1`,
        `sentinel down-after-milliseconds ${MASTER_NAME} 5000`,
        `vedette auth-pass-file ${MASTER_NAME} ${file}`,
      ],
    });
    const linksOf = async (): Promise<number> =>
      (await master.text("CLIENT", "LIST")).split(`name=sentinel-`).length - 1;
    await lab.until({ name: "a link", look: linksOf, holds: (count) => count > 0 });

    await master.command("CONFIG", "SET", "requirepass", "second password");
    writeSecret(file, "second password");
    await lab.until({
      name: "the file was read again",
      look: () => sentinel.process.log,
      holds: (log) => log.includes(`auth-pass ${MASTER_NAME}: read again from ${file}`),
    });
    await master.command("CLIENT", "KILL", "TYPE", "pubsub");
    await master.command("CLIENT", "KILL", "TYPE", "normal");
    await lab.until({ name: "a link again", look: linksOf, holds: (count) => count > 0 });

    expect(sentinel.process.log).not.toContain("sdown");
    await expect(
      sentinel.command("SENTINEL", "SET", MASTER_NAME, "auth-pass", "x"),
    ).rejects.toThrow("kept outside of the configuration");
    expect(sentinel.config).toContain(`vedette auth-pass-file ${MASTER_NAME} ${file}`);
    expect(sentinel.config + sentinel.process.log).not.toMatch(/(first|second) password/);
  });
});
