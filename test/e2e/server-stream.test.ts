import { afterEach, expect, it } from "vitest";
import { Lab } from "./harness/lab.ts";
import { contentsOf, describePairs, startPair, untilInSync } from "./harness/replication.ts";

const lab = new Lab();
afterEach(() => lab.cleanUp());

describePairs("the replication stream", (pair) => {
  it("carries every kind of write", async () => {
    const { master, replica } = await startPair(lab, pair);
    await untilInSync(lab, master, replica);
    const writes: readonly (readonly (string | number)[])[] = [
      ["MSET", "a", "1", "b", "2", "c", "3", "d", "4", "e", "5"],
      ["INCRBY", "a", 41],
      ["DECR", "b"],
      ["APPEND", "c", "33"],
      ["SETRANGE", "d", 3, "x"],
      ["SETNX", "new", "yes"],
      ["GETSET", "e", "got"],
      ["INCRBYFLOAT", "float", "10.5"],
      ["RENAME", "a", "renamed"],
      ["DEL", "b"],
      ["SET", "gone", "soon", "EX", 1000],
      ["PERSIST", "gone"],
      ["SETEX", "lasting", 1000, "v"],
      ["PSETEX", "lasting2", 1000000, "v"],
      ["EXPIRE", "c", 1000],
      ["PEXPIREAT", "d", 4_102_444_800_123],
      ["GETEX", "e", "EX", 500],
      ["GETDEL", "new"],
      ["COPY", "e", "copied"],
      ["SELECT", 5],
      ["SET", "in", "five"],
      ["MOVE", "in", 6],
      ["SET", "in", "five again"],
      ["MULTI"],
      ["SET", "t1", "x"],
      ["INCR", "t2"],
      ["EXEC"],
      ["SWAPDB", 5, 7],
      ["SELECT", 6],
      ["SET", "x", "y"],
      ["FLUSHDB"],
      ["SELECT", 0],
    ];
    for (const write of writes) await master.command(...write);
    await untilInSync(lab, master, replica);
    const contents = await contentsOf(master);
    expect(contents).toHaveLength(12);
    expect(await contentsOf(replica)).toEqual(contents);
    await master.command("FLUSHALL");
    await untilInSync(lab, master, replica);
    expect(await contentsOf(replica)).toEqual([]);
  });

  it("carries long and binary values in pipelines", async () => {
    const { master, replica } = await startPair(lab, pair);
    await untilInSync(lab, master, replica);
    const long = Buffer.alloc(3_000_000, "\r\n*3\r\n$3\r\nSET\r\n\0\xff", "latin1");
    await Promise.all(
      Array.from({ length: 300 }, async (_, n) =>
        master.command("SET", `k${n}`, n % 100 === 0 ? long : Buffer.from([n & 255, 13, 10, 0])),
      ),
    );
    await untilInSync(lab, master, replica);
    expect(await contentsOf(replica)).toEqual(await contentsOf(master));
  });

  it("carries the end of a key's life", async () => {
    const { master, replica } = await startPair(lab, pair);
    await untilInSync(lab, master, replica);
    await master.command("SET", "brief", "v", "PX", 400);
    await master.command("SET", "lasting", "v");
    await untilInSync(lab, master, replica);
    const expiry = await master.command("PEXPIRETIME", "brief");
    expect(await replica.command("PEXPIRETIME", "brief")).toBe(expiry);
    // A replica hides the key at once and drops it at its master's word: DBSIZE counts it till then.
    await lab.until({
      name: "the expired key is gone on both",
      look: async () => [await master.command("DBSIZE"), await replica.command("DBSIZE")],
      holds: ([ours, theirs]) => ours === 1 && theirs === 1,
    });
    expect(await replica.command("GET", "brief")).toBeNull();
  });

  it("is acknowledged each second, and lag is small", async () => {
    const { master, replica, proxy } = await startPair(lab, pair);
    await untilInSync(lab, master, replica);
    await master.command("SET", "k", "v");
    const offset = (await master.info("replication"))["master_repl_offset"];
    const before = acksIn(proxy.latest.fromClient);
    const from = performance.now();
    await lab.until({
      name: "three more acknowledgements",
      look: () => acksIn(proxy.latest.fromClient) - before,
      holds: (acks) => acks >= 3,
    });
    // Three seconds, give or take the first one and a slow machine.
    expect(performance.now() - from).toBeGreaterThan(1_500);
    const row = (await master.info("replication"))["slave0"] ?? "";
    expect(row).toContain(`ip=127.0.0.1,port=${replica.port},state=online,offset=${offset}`);
    expect(row).toMatch(/,lag=[01](,|$)/);
    expect(await master.command("WAIT", 1, 3000)).toBe(1);
  });

  it("makes the replica's role visible, and its data read-only", async () => {
    const { master, replica, proxy } = await startPair(lab, pair);
    await untilInSync(lab, master, replica);
    const offset = Number((await master.info("replication"))["master_repl_offset"]);
    expect(await replica.command("ROLE")).toEqual([
      "slave",
      "127.0.0.1",
      proxy.port,
      "connected",
      offset,
    ]);
    expect(await master.command("ROLE")).toMatchObject([
      "master",
      offset,
      [["127.0.0.1", String(replica.port), expect.stringMatching(/^\d+$/)]],
    ]);
    await expect(replica.command("SET", "k", "v")).rejects.toThrow(
      "READONLY You can't write against a read only replica.",
    );
    expect(await replica.info("replication")).toMatchObject({
      role: "slave",
      slave_read_only: "1",
      master_link_status: "up",
      master_sync_in_progress: "0",
    });
  });
});

function acksIn(sent: string): number {
  return sent.split("*3\r\n$8\r\nREPLCONF\r\n$3\r\nACK\r\n").length - 1;
}
