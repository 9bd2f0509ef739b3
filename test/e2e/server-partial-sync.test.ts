import { afterEach, expect, it } from "vitest";
import type { DataServer } from "./harness/data-server.ts";
import { Lab } from "./harness/lab.ts";
import {
  contentsOf,
  describePairs,
  type Pair,
  startPair,
  syncCounts,
  untilInSync,
} from "./harness/replication.ts";

const lab = new Lab();
afterEach(() => lab.cleanUp());

describePairs("partial resynchronisation", (pair) => {
  it("continues after a cut link with what was missed", async () => {
    const { master, replica, proxy } = await startPair(lab, pair);
    await untilInSync(lab, master, replica);
    for (let n = 1; n <= 3; n++) {
      proxy.refuse();
      await lab.until({
        name: "the replica has seen the cut",
        look: async () => (await replica.info("replication"))["master_link_status"],
        holds: (status) => status === "down",
      });
      for (let key = 0; key < 50; key++) await master.command("SET", `round${n}:${key}`, n);
      // Stale data is served meanwhile.
      expect(await replica.command("GET", `round${n}:0`)).toBeNull();
      proxy.restore();
      await untilInSync(lab, master, replica);
      expect(await syncCounts(master)).toEqual({ full: 1, partialOk: n, partialErr: 0 });
    }
    expect(proxy.latest.fromTarget).toMatch(/\+CONTINUE [0-9a-f]{40}\r\n/);
    const contents = await contentsOf(master);
    expect(contents).toHaveLength(150);
    expect(await contentsOf(replica)).toEqual(contents);
  });

  it("never applies half a transaction, nor twice what came before the cut", async () => {
    const { master, replica, proxy } = await startPair(lab, pair);
    await untilInSync(lab, master, replica);
    for (let n = 0; n < 5; n++) {
      // The cut falls somewhere into the increments, inside a command or a transaction.
      proxy.truncateAfterBytes = proxy.latest.fromTarget.length + 333 + 97 * n;
      const passing = proxy.connections.length;
      for (let increment = 0; increment < 20; increment++) {
        await master.command("MULTI");
        await master.command("INCR", "x");
        await master.command("APPEND", "y", "z");
        await master.command("EXEC");
      }
      proxy.truncateAfterBytes = Number.POSITIVE_INFINITY;
      await untilInSync(lab, master, replica);
      expect(proxy.connections.length).toBeGreaterThan(passing);
      expect(await contentsOf(replica)).toEqual(await contentsOf(master));
    }
    expect(await replica.command("GET", "x")).toBe("100");
    expect(await syncCounts(master)).toMatchObject({ full: 1, partialErr: 0 });
  });

  it("is refused when the backlog no longer reaches back; then all is sent", async () => {
    const { master, replica, proxy } = await startPair(lab, pair, {
      master: { "repl-backlog-size": "16384" },
    });
    await untilInSync(lab, master, replica);
    proxy.refuse();
    await lab.until({
      name: "the master has seen the cut",
      look: async () => (await master.info("replication"))["connected_slaves"],
      holds: (count) => count === "0",
    });
    for (let n = 0; n < 20; n++) await master.command("SET", `k${n}`, "x".repeat(4000));
    proxy.restore();
    await untilInSync(lab, master, replica);
    expect(await syncCounts(master)).toEqual({ full: 2, partialOk: 0, partialErr: 1 });
    expect(await contentsOf(replica)).toEqual(await contentsOf(master));
  });

  it("survives a silent link: what was in flight arrives once it speaks again", async () => {
    const { master, replica, proxy } = await startPair(lab, pair);
    await untilInSync(lab, master, replica);
    proxy.hold();
    await master.command("SET", "k", "v");
    expect(await replica.command("GET", "k")).toBeNull();
    proxy.restore();
    await untilInSync(lab, master, replica);
    expect(await replica.command("GET", "k")).toBe("v");
    expect(await syncCounts(master)).toMatchObject({ full: 1, partialOk: 0 });
  });
});

/** A master of the pair's one kind, two replicas of the other, all in sync. */
async function startThree(
  pair: Pair,
): Promise<{ old: DataServer; promoted: DataServer; sibling: DataServer }> {
  const old = await lab.dataServer("old-master", { kind: pair.master });
  await old.command("SET", "before", "failover");
  const settings = { replicaof: `127.0.0.1 ${old.port}` };
  const promoted = await lab.dataServer("promoted", { kind: pair.replica, settings });
  const sibling = await lab.dataServer("sibling", { kind: pair.replica, settings });
  for (const replica of [promoted, sibling]) await untilInSync(lab, old, replica);
  return { old, promoted, sibling };
}

describePairs("after a promotion", (pair) => {
  it("the siblings and the old master go on by partial resynchronisation", async () => {
    const { old, promoted, sibling } = await startThree(pair);
    const history = (await old.info("replication"))["master_replid"];
    expect(await promoted.command("REPLICAOF", "NO", "ONE")).toBe("OK");
    expect(await promoted.info("replication")).toMatchObject({
      role: "master",
      master_replid2: history,
    });
    await promoted.command("SET", "after", "failover");
    await sibling.command("REPLICAOF", "127.0.0.1", promoted.port);
    await untilInSync(lab, promoted, sibling);
    await old.command("REPLICAOF", "127.0.0.1", promoted.port);
    await untilInSync(lab, promoted, old);
    expect(await syncCounts(promoted)).toEqual({ full: 0, partialOk: 2, partialErr: 0 });
    for (const replica of [sibling, old]) {
      expect(await contentsOf(replica)).toEqual(await contentsOf(promoted));
      const { master_replid, master_replid2 } = await replica.info("replication");
      expect(master_replid).toBe((await promoted.info("replication"))["master_replid"]);
      expect(master_replid2).toBe(history);
    }
  });

  it("an old master with writes of its own loses them by a full synchronisation", async () => {
    const { old, promoted } = await startThree(pair);
    await promoted.command("REPLICAOF", "NO", "ONE");
    await old.command("SET", "stray", "write");
    await old.command("REPLICAOF", "127.0.0.1", promoted.port);
    await untilInSync(lab, promoted, old);
    expect(await syncCounts(promoted)).toEqual({ full: 1, partialOk: 0, partialErr: 1 });
    expect(await old.command("EXISTS", "stray")).toBe(0);
    expect(await contentsOf(old)).toEqual(await contentsOf(promoted));
  });

  it("a chain shares one history, and its end can move up", async () => {
    const { old: top, promoted: middle, sibling: end } = await startThree(pair);
    await end.command("REPLICAOF", "127.0.0.1", middle.port);
    await untilInSync(lab, middle, end);
    await top.command("SET", "down", "the chain");
    await untilInSync(lab, top, middle);
    await untilInSync(lab, middle, end);
    expect(await end.command("GET", "down")).toBe("the chain");
    const fullBefore = (await syncCounts(top)).full;
    await end.command("REPLICAOF", "127.0.0.1", top.port);
    await untilInSync(lab, top, end);
    expect((await syncCounts(top)).full).toBe(fullBefore);
    expect((await syncCounts(middle)).full).toBe(0);
  });
});
