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

  it("of the bundled server open links both ways, change with their files, and are written nowhere", async () => {
    const folder = lab.folder("server-secrets");
    const [own, masters] = [join(folder, "own"), join(folder, "masters")];
    writeSecret(own, "first password");
    writeSecret(masters, "password of the master");
    const master = await lab.dataServer("master", {
      kind: "redis",
      settings: { requirepass: "password of the master" },
    });
    const replica = await lab.dataServer("replica", {
      kind: "vedette",
      settings: {
        "vedette-requirepass-file": own,
        "vedette-masterauth-file": masters,
        replicaof: `127.0.0.1 ${master.port}`,
      },
      password: "first password",
    });
    const linkIsUp = (): Promise<string> => replica.text("INFO", "replication");
    await lab.until({
      name: "the link",
      look: linkIsUp,
      holds: (info) => info.includes("master_link_status:up"),
    });
    expect(await replica.command("CONFIG", "GET", "requirepass", "masterauth")).toEqual([
      "requirepass",
      "",
      "masterauth",
      "",
    ]);
    await expect(replica.command("CONFIG", "SET", "requirepass", "x")).rejects.toThrow(
      "it is kept in a file (vedette-requirepass-file)",
    );

    writeSecret(own, "second password");
    await lab.until({
      name: "the file was read again",
      look: () => replica.process.log,
      holds: (log) => log.includes(`requirepass: read again from ${own}`),
    });
    expect(await replica.command("AUTH", "second password")).toBe("OK");
    expect(replica.process.log).not.toMatch(/(first|second) password|password of/);
  });
});
