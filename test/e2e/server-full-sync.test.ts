import { afterEach, expect, it } from "vitest";
import type { DataServer } from "./harness/data-server.ts";
import { Lab } from "./harness/lab.ts";
import {
  contentsOf,
  describePairs,
  startPair,
  syncCounts,
  untilInSync,
} from "./harness/replication.ts";

const lab = new Lab();
afterEach(() => lab.cleanUp());

const FAR_AWAY_MS = 4_102_444_800_123;

/** A value of every encoding, in several databases, with and without expiry. */
async function fill(server: DataServer): Promise<void> {
  const everyByte = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
  await server.command("MSET", "int", "-128", "int16", "300", "int32", "-2147483648");
  await server.command("MSET", "beyond", "2147483648", "padded", "007", "empty", "");
  await server.command("SET", everyByte, everyByte);
  await server.command("SET", "run", "a".repeat(70));
  await server.command("SET", "long", Buffer.alloc(300_000, "all work and no play "));
  await server.command("SET", "noise", Buffer.from(noise(100_000)));
  await server.command("SET", "lasting", "v", "PXAT", FAR_AWAY_MS);
  await server.command("SELECT", 9);
  for (let n = 0; n < 500; n++) await server.command("SET", `key:${n}`, `value ${n}`);
  await server.command("SELECT", 0);
}

/** Bytes without a pattern, the same each time. */
function noise(length: number): Uint8Array {
  let state = 1;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return state >>> 16;
  });
}

describePairs("full synchronisation", (pair) => {
  it.each([
    { form: "from disk", diskless: "no", wire: /\+FULLRESYNC [0-9a-f]{40} \d+\r\n\n*\$\d+\r\n/ },
    { form: "diskless", diskless: "yes", wire: /\+FULLRESYNC [0-9a-f]{40} \d+\r\n\$EOF:/ },
  ])("carries everything $form", async ({ diskless, wire }) => {
    const { master, replica, proxy } = await startPair(lab, pair, {
      master: { "repl-diskless-sync": diskless },
      prepare: fill,
    });
    await untilInSync(lab, master, replica);
    expect(proxy.latest.fromTarget).toMatch(wire);
    const contents = await contentsOf(master);
    expect(contents).toHaveLength(511);
    expect(await contentsOf(replica)).toEqual(contents);
    expect(await syncCounts(master)).toMatchObject({ full: 1, partialOk: 0 });

    // The stream goes on where the payload ended.
    await master.command("SET", "after", "sync");
    await untilInSync(lab, master, replica);
    expect(await replica.command("GET", "after")).toBe("sync");
  });

  it("replaces what the replica held", async () => {
    const { master, replica } = await startPair(lab, pair, {
      prepare: (fresh) => fresh.command("SET", "k", "master").then(() => undefined),
      replica: { replicaof: "no one" },
    });
    await replica.command("MSET", "k", "replica", "stray", "1");
    await replica.command("REPLICAOF", "127.0.0.1", master.port);
    await untilInSync(lab, master, replica);
    expect(await contentsOf(replica)).toEqual(["db0 k = master @ -1"]);
  });

  it("serves several replicas at once, with writes going on", async () => {
    const { master, replica } = await startPair(lab, pair, { prepare: fill });
    const replicaof = `127.0.0.1 ${master.port}`;
    const [second, third] = await Promise.all(
      ["second", "third"].map((name) =>
        lab.dataServer(name, { kind: pair.replica, settings: { replicaof } }),
      ),
    );
    for (let n = 0; n < 200; n++) await master.command("INCR", `count:${n % 7}`);
    const contents = await contentsOf(master);
    for (const each of [replica, second, third]) {
      if (each === undefined) throw new Error("a replica was not started");
      await untilInSync(lab, master, each);
      expect(await contentsOf(each)).toEqual(contents);
    }
  });

  it("starts over when the payload is cut off, and again until it comes through", async () => {
    const { master, replica, proxy } = await startPair(lab, pair, {
      prepare: fill,
      replica: { replicaof: "no one" },
    });
    await replica.command("SET", "old", "kept while receiving");
    proxy.truncateAfterBytes = 50_000;
    await replica.command("REPLICAOF", "127.0.0.1", proxy.port);
    await lab.until({
      name: "two attempts were cut off",
      look: () => proxy.connections.filter((one) => !one.open && one.fromTarget.length >= 50_000),
      holds: (cut) => cut.length >= 2,
    });
    expect((await replica.info("replication"))["master_link_status"]).toBe("down");
    expect(await replica.command("GET", "old")).toBe("kept while receiving");
    proxy.truncateAfterBytes = Number.POSITIVE_INFINITY;
    await untilInSync(lab, master, replica);
    expect(await contentsOf(replica)).toEqual(await contentsOf(master));
  });
});
