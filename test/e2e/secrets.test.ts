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

  it("that are wrong are no silence, and a second one opens the links while they are changed", async () => {
    const master = await lab.dataServer("master", {
      kind: "redis",
      settings: { requirepass: "new" },
    });
    const downAfterMs = 500;
    const sentinel = await lab.sentinel("sentinel", {
      kind: "vedette",
      config: [
        `sentinel monitor ${MASTER_NAME} 127.0.0.1 ${master.port} 1`,
        `sentinel down-after-milliseconds ${MASTER_NAME} ${downAfterMs}`,
        `sentinel auth-pass ${MASTER_NAME} old`,
      ],
    });
    const told = async (event: string) =>
      lab.until({
        name: event,
        look: () => sentinel.process.log,
        holds: (log) => log.includes(event),
      });
    await told("+vedette-credential-fault");
    const flags = async () => {
      const fields = (await sentinel.command("SENTINEL", "MASTER", MASTER_NAME)) as string[];
      return fields[fields.indexOf("flags") + 1];
    };
    // Refused again and again, for longer than silence may last.
    await lab.until({
      name: "refusals for twice as long",
      look: () => sentinel.command("SENTINEL", "MASTER", MASTER_NAME),
      holds: (fields) => {
        const words = fields as string[];
        return Number(words[words.indexOf("last-ok-ping-reply") + 1]) > 2 * downAfterMs;
      },
    });
    expect(await flags()).toBe("master,credential_fault");

    await sentinel.command("SENTINEL", "SET", MASTER_NAME, "auth-pass-next", "new");
    await told("-vedette-credential-fault");
    expect(await flags()).toBe("master");

    await master.command("CONFIG", "SET", "requirepass", "old");
    await master.command("CLIENT", "KILL", "TYPE", "normal");
    await lab.until({
      name: "a link with the other password",
      look: async () => (await master.text("CLIENT", "LIST")).includes("name=sentinel-"),
      holds: (isThere) => isThere,
    });
    // Who gives none is answered NOAUTH.
    await sentinel.command("SENTINEL", "SET", MASTER_NAME, "auth-pass-next", "");
    await sentinel.command("SENTINEL", "SET", MASTER_NAME, "auth-pass", "");
    await told("#NOAUTH");
    expect(sentinel.process.log).not.toContain("sdown");
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
