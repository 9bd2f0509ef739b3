import { expect, it } from "vitest";
import type { Lab } from "./harness/lab.ts";
import type { Kind } from "./harness/programs.ts";
import {
  followersOf,
  MASTER_NAME,
  newMasterAfter,
  sentinelAwareClient,
  startGroup,
} from "./harness/watched-group.ts";

export const THREE_VEDETTES: readonly Kind[] = ["vedette", "vedette", "vedette"];

/** The way of a failover with real processes and signals, over either kind of data server. */
export function failovers(lab: Lab, data: Kind): void {
  it("survives the SIGKILL of the master: clients go on, the others follow, the old one returns", async () => {
    const group = await startGroup(lab, { data, sentinels: THREE_VEDETTES });
    const [master] = group.servers;
    const client = sentinelAwareClient(group);
    try {
      await client.set("before", "the crash");
      // On the connection that wrote: WAIT knows no other writes.
      expect(await client.wait(2, 5000)).toBe(2);
      await master.crash();
      // Held by the client until it has found the new master.
      await client.set("after", "the crash");

      const promoted = await newMasterAfter(lab, group, master);
      await followersOf(lab, group, promoted);
      expect(await promoted.text("GET", "before")).toBe("the crash");
      expect(await promoted.text("GET", "after")).toBe("the crash");

      await master.start();
      await followersOf(lab, group, promoted);
      expect(await master.text("GET", "after")).toBe("the crash");
      await expect(master.command("SET", "x", "1")).rejects.toThrow("READONLY");
    } finally {
      client.disconnect();
    }
  });

  it("survives a master that hangs, and keeps one that only paused", async () => {
    const group = await startGroup(lab, { data, sentinels: THREE_VEDETTES });
    const [master] = group.servers;
    master.process.signal("SIGSTOP");
    const promoted = await newMasterAfter(lab, group, master);
    master.process.signal("SIGCONT");
    await followersOf(lab, group, promoted);
  });

  it("fails over on SENTINEL FAILOVER, and tells by events", async () => {
    const group = await startGroup(lab, { data, sentinels: THREE_VEDETTES });
    const [master] = group.servers;
    const [first] = group.sentinels;
    if (first === undefined) throw new Error("no sentinel");
    const watcher = await lab.rawConnection(first);
    watcher.send("PSUBSCRIBE *\r\n");
    await watcher.untilReceived("subscribed", (text) => text.includes("psubscribe"));
    expect(await first.command("SENTINEL", "FAILOVER", MASTER_NAME)).toBe("OK");
    const promoted = await newMasterAfter(lab, group, master);
    await followersOf(lab, group, promoted);
    const text = await watcher.untilReceived("the failover has ended", (seen) =>
      seen.includes("+failover-end"),
    );
    const order = [
      "+try-failover",
      "+vote-for-leader",
      "+elected-leader",
      "+selected-slave",
      "+failover-state-wait-promotion",
      "+promoted-slave",
      `${MASTER_NAME} 127.0.0.1 ${master.port} 127.0.0.1 ${promoted.port}`,
      "+failover-end",
    ].map((word) => text.indexOf(word));
    expect(order.every((at) => at >= 0)).toBe(true);
    expect(order).toEqual([...order].sort((a, b) => a - b));
  });
}
