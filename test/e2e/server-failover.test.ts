import { afterEach, expect, it } from "vitest";
import { Lab } from "./harness/lab.ts";
import { contentsOf, describePairs, syncCounts, untilInSync } from "./harness/replication.ts";

const lab = new Lab();
afterEach(() => lab.cleanUp());

describePairs("FAILOVER", (pair) => {
  it("there and back loses no acknowledged write, and transfers nothing twice", async () => {
    const one = await lab.dataServer("one", { kind: pair.master });
    const other = await lab.dataServer("other", {
      kind: pair.replica,
      settings: { replicaof: `127.0.0.1 ${one.port}` },
    });
    await untilInSync(lab, one, other);
    for (const [master, replica] of [
      [one, other],
      [other, one],
    ] as const) {
      let acknowledged = 0;
      const write = async (): Promise<void> => {
        await master.command("SET", `${master.name}:${acknowledged}`, acknowledged);
        acknowledged++;
      };
      for (let n = 0; n < 100; n++) await write();
      expect(await master.command("FAILOVER", "TO", "127.0.0.1", replica.port)).toBe("OK");
      // Writers wait, until they are told that this is a replica now.
      const refusal = await (async () => {
        for (;;) await write();
      })().catch(String);
      expect(refusal).toContain("READONLY");
      await untilInSync(lab, replica, master);
      expect((await replica.info("replication"))["master_failover_state"]).toBe("no-failover");
      expect((await master.info("replication"))["master_failover_state"]).toBe("no-failover");
      const own = (await contentsOf(replica)).filter((line) => line.includes(`${master.name}:`));
      expect(own).toHaveLength(acknowledged);
      expect(await contentsOf(master)).toEqual(await contentsOf(replica));
    }
    expect((await syncCounts(one)).full + (await syncCounts(other)).full).toBe(1);
  });
});
