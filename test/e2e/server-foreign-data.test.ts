import { afterEach, expect, it } from "vitest";
import type { DataServer } from "./harness/data-server.ts";
import { Lab } from "./harness/lab.ts";
import { describeWithReal } from "./harness/programs.ts";
import { contentsOf, startPair, untilInSync } from "./harness/replication.ts";

const lab = new Lab();
afterEach(() => lab.cleanUp());

const PAIR = { master: "redis", replica: "vedette" } as const;

async function untilLogged(replica: DataServer, text: string): Promise<void> {
  await lab.until({
    name: `the replica logs ${JSON.stringify(text)}`,
    look: () => replica.process.log,
    holds: (log) => log.includes(text),
  });
}

describeWithReal(["redis-server"], "a replica that cannot hold what its master has", () => {
  it("refuses the payload by type and key, and follows once the key is gone", async () => {
    const { master, replica } = await startPair(lab, PAIR, {
      prepare: (fresh) => fresh.command("HSET", "my-hash", "f", "v").then(() => undefined),
    });
    await untilLogged(replica, "of key 'my-hash'");
    expect(await replica.info("replication")).toMatchObject({
      role: "slave",
      master_link_status: "down",
    });
    expect(await contentsOf(replica)).toEqual([]);
    await master.command("DEL", "my-hash");
    await master.command("SET", "k", "v");
    await untilInSync(lab, master, replica);
    expect(await contentsOf(replica)).toEqual(["db0 k = v @ -1"]);
  });

  it("stops at a command it does not know, says so, and acknowledges nothing of it", async () => {
    const { master, replica } = await startPair(lab, PAIR);
    await master.command("SET", "k", "v");
    await untilInSync(lab, master, replica);
    const good = Number((await replica.info("replication"))["slave_repl_offset"]);
    await master.command("HSET", "my-hash", "f", "v");
    await master.command("SET", "k", "later");
    await lab.until({
      name: "the link has stopped with a reason",
      look: async () => replica.info("replication"),
      holds: (info) =>
        info["master_link_status"] === "down" &&
        (info["vedette_replication_halted"] ?? "").toLowerCase().includes("hset"),
    });
    await untilLogged(replica, "CRITICAL");
    expect(await replica.command("GET", "k")).toBe("v");
    // Up to here all was applied; a SELECT (23 bytes) and a PING (14) may have come between.
    const offset = Number((await replica.info("replication"))["slave_repl_offset"]);
    expect(offset - good).toBeLessThanOrEqual(23 + 14);
    expect((await master.info("replication"))["master_repl_offset"]).not.toBe(String(offset));
  });
});
