import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
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

describePairs("a restart", (pair) => {
  it("of the replica from its RDB is followed by a partial resynchronisation", async () => {
    const { master, replica } = await startPair(lab, pair);
    await master.command("MSET", "a", "1", "b", "2");
    await untilInSync(lab, master, replica);
    await replica.command("SAVE");
    await replica.crash();
    await master.command("SET", "c", "3");
    await replica.start();
    await untilInSync(lab, master, replica);
    expect(await contentsOf(replica)).toEqual(await contentsOf(master));
    expect(await syncCounts(master)).toEqual({ full: 1, partialOk: 1, partialErr: 0 });
  });

  it("of the master from its RDB lets a replica that had everything go on", async () => {
    const { master, replica } = await startPair(lab, pair);
    await master.command("SET", "k", "v");
    // A PING behind the snapshot would leave the replica with more than the file tells.
    await master.command("CONFIG", "SET", "repl-ping-replica-period", 3600);
    await untilInSync(lab, master, replica);
    await master.command("SAVE");
    await master.crash();
    await master.start();
    await master.command("SET", "after", "restart");
    await untilInSync(lab, master, replica);
    expect(await contentsOf(replica)).toEqual(["db0 after = restart @ -1", "db0 k = v @ -1"]);
    expect(await syncCounts(master)).toEqual({ full: 0, partialOk: 1, partialErr: 0 });
  });
});

describePairs("an RDB file", (pair) => {
  it("saved by the one is loaded by the other", async () => {
    const writer = await lab.dataServer("writer", { kind: pair.master });
    await writer.command("MSET", "int", "12345", "text", "hello", "run", "x".repeat(10_000));
    await writer.command("SET", "lasting", "v", "PXAT", 4_102_444_800_123);
    await writer.command("SELECT", 4);
    await writer.command("SET", "in", "four");
    await writer.command("SELECT", 0);
    await writer.command("SAVE");
    const reader = await lab.dataServer("reader", { kind: pair.replica });
    await reader.stop();
    copyFileSync(join(writer.dir, "dump.rdb"), join(reader.dir, "dump.rdb"));
    await reader.start();
    const contents = await contentsOf(writer);
    expect(contents).toHaveLength(5);
    expect(await contentsOf(reader)).toEqual(contents);
  });
});
