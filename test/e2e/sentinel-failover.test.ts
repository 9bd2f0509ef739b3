import { afterEach, describe, expect, it } from "vitest";
import { Lab } from "./harness/lab.ts";
import { describeWithReal, type Kind, realProgram } from "./harness/programs.ts";
import {
  followersOf,
  MASTER_NAME,
  newMasterAfter,
  sentinelAwareClient,
  startGroup,
} from "./harness/watched-group.ts";

const lab = new Lab();
afterEach(async () => lab.cleanUp());

const THREE_VEDETTES: readonly Kind[] = ["vedette", "vedette", "vedette"];

/** The way of a failover with real processes and signals, over either kind of data server. */
function failovers(data: Kind): void {
  it("survives the SIGKILL of the master: clients go on, the others follow, the old one returns", async () => {
    const group = await startGroup(lab, { data, sentinels: THREE_VEDETTES });
    const [master] = group.servers;
    const client = sentinelAwareClient(group);
    try {
      await client.set("before", "the crash");
      await master.command("WAIT", 2, 1000);
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

describe("vedettes over bundled servers", () => failovers("vedette"));

describeWithReal(["redis-server"], "vedettes over real redis-servers", () => failovers("redis"));

describe("a vedette", () => {
  it("does not fail over in a minority", async () => {
    const group = await startGroup(lab, { data: "vedette", sentinels: THREE_VEDETTES, quorum: 1 });
    const [master] = group.servers;
    const [, second, third] = group.sentinels;
    await Promise.all([second?.crash(), third?.crash()]);
    await master.crash();
    const [alone] = group.sentinels;
    if (alone === undefined) throw new Error("no sentinel");
    await lab.until({
      name: "the one left sees the master objectively down and tries in vain",
      look: async () => (await alone.instances("MASTER", MASTER_NAME))[0],
      holds: (fields) => fields?.["flags"]?.includes("o_down") === true,
    });
    await lab.until({
      name: "its election was not won",
      look: () => alone.process.log,
      holds: (log) => log.includes("-failover-abort-not-elected"),
      withinMs: 30_000,
    });
    expect(await alone.masterAddress(MASTER_NAME)).toBe(`127.0.0.1:${master.port}`);
  });

  it("remembers across a restart: who it is, whom it knows, in which configuration", async () => {
    const group = await startGroup(lab, { data: "vedette", sentinels: THREE_VEDETTES });
    const [master] = group.servers;
    await master.crash();
    const promoted = await newMasterAfter(lab, group, master);
    const [first] = group.sentinels;
    if (first === undefined) throw new Error("no sentinel");
    const id = await first.command("SENTINEL", "MYID");
    await first.crash();
    await first.start();
    expect(await first.command("SENTINEL", "MYID")).toBe(id);
    expect(await first.masterAddress(MASTER_NAME)).toBe(`127.0.0.1:${promoted.port}`);
    const [shown] = await first.instances("MASTER", MASTER_NAME);
    expect(shown).toMatchObject({ "num-other-sentinels": "2", "num-slaves": "2" });
    expect(first.config).toContain("sentinel known-replica mymaster");
  });
});

describeWithReal(["redis-cli"], "redis-cli with a vedette", () => {
  it("shows masters, follows a failover, and gets exact errors", async () => {
    const group = await startGroup(lab, { data: "vedette", sentinels: THREE_VEDETTES });
    const [master] = group.servers;
    const [first] = group.sentinels;
    if (first === undefined) throw new Error("no sentinel");
    const ask = async (name: string, ...args: readonly string[]): Promise<string> => {
      const cli = await lab.run(name, realProgram("redis-cli"), [
        "-p",
        String(first.port),
        ...args,
      ]);
      await cli.exited;
      return cli.log;
    };
    expect(await ask("cli-masters", "SENTINEL", "masters")).toContain(MASTER_NAME);
    expect(await ask("cli-resp3", "-3", "--no-raw", "SENTINEL", "master", MASTER_NAME)).toContain(
      '"quorum"',
    );
    expect(await ask("cli-unknown", "GET", "x")).toContain(
      "ERR unknown command 'GET', with args beginning with: 'x' ",
    );
    await master.crash();
    const promoted = await newMasterAfter(lab, group, master);
    expect(await ask("cli-address", "SENTINEL", "get-master-addr-by-name", MASTER_NAME)).toContain(
      String(promoted.port),
    );
  });
});
