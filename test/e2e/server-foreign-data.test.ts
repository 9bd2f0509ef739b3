import { afterEach, expect, it } from "vitest";
import type { DataServer } from "./harness/data-server.ts";
import { Lab } from "./harness/lab.ts";
import { describeWithReal } from "./harness/programs.ts";
import { startPair, untilInSync } from "./harness/replication.ts";

const lab = new Lab();
afterEach(() => lab.cleanUp());

const PAIR = { master: "redis", replica: "vedette" } as const;

async function digestOf(server: DataServer): Promise<unknown> {
  return server.command("DEBUG", "DIGEST");
}

async function untilLogged(replica: DataServer, text: string): Promise<void> {
  await lab.until({
    name: `the replica logs ${JSON.stringify(text)}`,
    look: () => replica.process.log,
    holds: (log) => log.includes(text),
  });
}

const LIBRARY = "#!lua name=lib\nredis.register_function('f', function() return 1 end)";

async function fillWithForeignData(master: DataServer): Promise<void> {
  for (let n = 1; n <= 300; n++)
    await master.command("XADD", "st", `${n}-0`, "field", `value ${n}`);
  await master.command("XGROUP", "CREATE", "st", "group", "100-0");
  await master.command("XREADGROUP", "GROUP", "group", "me", "COUNT", "5", "STREAMS", "st", ">");
  await master.command("XDEL", "st", "7-0");
  await master.command("FUNCTION", "LOAD", LIBRARY);
}

describeWithReal(["redis-server"], "what a replica does not understand", () => {
  it("is carried to a replica of its own, and is the same there", async () => {
    const { master, replica } = await startPair(lab, PAIR, { prepare: fillWithForeignData });
    await untilInSync(lab, master, replica);
    expect(await replica.command("TYPE", "st")).toBe("stream");
    expect(await replica.commandForBytes("DUMP", "st")).toEqual(
      await master.commandForBytes("DUMP", "st"),
    );
    const last = await lab.dataServer("last", {
      kind: "redis",
      settings: { replicaof: `127.0.0.1 ${replica.port}` },
    });
    await untilInSync(lab, replica, last);
    expect(await last.command("XINFO", "STREAM", "st", "FULL")).toEqual(
      await master.command("XINFO", "STREAM", "st", "FULL"),
    );
    expect(await last.command("FUNCTION", "LIST", "WITHCODE")).toEqual(
      await master.command("FUNCTION", "LIST", "WITHCODE"),
    );
    expect(await digestOf(last)).toBe(await digestOf(master));
  });

  it("stops at a command it does not know, says so, and acknowledges nothing of it", async () => {
    const { master, replica } = await startPair(lab, PAIR);
    await master.command("SET", "k", "v");
    await untilInSync(lab, master, replica);
    const good = Number((await replica.info("replication"))["slave_repl_offset"]);
    await master.command("XADD", "st", "*", "f", "v");
    await master.command("SET", "k", "later");
    await lab.until({
      name: "the link has stopped with a reason",
      look: async () => replica.info("replication"),
      holds: (info) =>
        info["master_link_status"] === "down" &&
        (info["vedette_replication_halted"] ?? "").toLowerCase().includes("xadd"),
    });
    await untilLogged(replica, "CRITICAL");
    expect(await replica.command("GET", "k")).toBe("v");
    // Up to here all was applied; a SELECT (23 bytes) and a PING (14) may have come between.
    const offset = Number((await replica.info("replication"))["slave_repl_offset"]);
    expect(offset - good).toBeLessThanOrEqual(23 + 14);
    expect((await master.info("replication"))["master_repl_offset"]).not.toBe(String(offset));
  });
});
