import { afterEach, expect, it } from "vitest";
import { Lab } from "./harness/lab.ts";
import { freePort } from "./harness/ports.ts";
import { describeWithReal, type Kind } from "./harness/programs.ts";
import type { SentinelProcess } from "./harness/sentinel-process.ts";

const KINDS: readonly Kind[] = ["redis", "vedette"];

/** Lines that redis-sentinel adds of what nobody has set; ours adds none (docs/differences.md). */
const ADDED_BY_REDIS =
  /^(?:latency-tracking-info-percentiles .*|protected-mode no|dir .*|user default .*)$/;

describeWithReal(["redis-sentinel"], "the file of a sentinel, beside redis-sentinel", () => {
  const lab = new Lab();
  afterEach(async () => lab.cleanUp());

  it("is rewritten alike, and starts the other kind with all that it holds", async () => {
    const [first, second] = [await freePort(), await freePort()];
    const config = [
      "# a comment",
      "loadmodule /no/such/module.so argument",
      "tcp-backlog 128",
      "",
      "",
      `sentinel monitor mymaster 127.0.0.1 ${first} 2`,
      "sentinel down-after-milliseconds mymaster 30000",
      "SENTINEL Failover-Timeout mymaster 60000",
      `sentinel known-replica mymaster 127.0.0.1 ${second}`,
      `sentinel known-sentinel mymaster 127.0.0.1 ${await freePort()} ${"a".repeat(40)}`,
      "sentinel config-epoch mymaster 3",
      "# the end",
    ];
    const changes = [
      ["SENTINEL", "SET", "mymaster", "quorum", "3"],
      ["SENTINEL", "SET", "mymaster", "failover-timeout", "180000"],
      ["SENTINEL", "MONITOR", "other", "127.0.0.1", String(second), "1"],
      ["SENTINEL", "SET", "other", "auth-pass", "secret", "parallel-syncs", "4"],
      ["SENTINEL", "SET", "other", "rename-command", "config", "conf"],
      ["SENTINEL", "MONITOR", "gone", "127.0.0.1", String(first), "1"],
      ["SENTINEL", "REMOVE", "gone"],
      ["SENTINEL", "CONFIG", "SET", "announce-ip", "10.1.1.1"],
      ["SENTINEL", "FLUSHCONFIG"],
    ];
    const sentinels = await Promise.all(
      KINDS.map(async (kind) => lab.sentinel(kind, { kind, config })),
    );
    const files: string[][] = [];
    const seen: unknown[] = [];
    for (const sentinel of sentinels) {
      for (const change of changes) expect(await sentinel.command(...change)).toBe("OK");
      files.push(ownLines(sentinel));
      const other = await lab.replaceSentinel(
        sentinel,
        sentinel.kind === "redis" ? "vedette" : "redis",
      );
      expect(other.config).toContain(
        `sentinel myid ${String(await other.command("SENTINEL", "MYID"))}`,
      );
      seen.push(await settingsOf(other));
      await other.command("SENTINEL", "FLUSHCONFIG");
      files.push(ownLines(other));
    }
    const [ofRedis, ...others] = files;
    for (const lines of others) expect(lines).toEqual(ofRedis);
    expect(ofRedis?.join("\n")).not.toContain("loadmodule");
    expect(seen[1]).toEqual(seen[0]);
    expect(seen[0]).toMatchObject([
      { name: "mymaster", quorum: "3", "failover-timeout": "180000", "config-epoch": "3" },
      { name: "other", quorum: "1", "parallel-syncs": "4" },
    ]);
  });
});

/** Sorted: the order in which redis-sentinel writes its masters is another in each process. */
function ownLines(sentinel: SentinelProcess): string[] {
  const { port, dir, config } = sentinel;
  return (
    config
      .replaceAll(String(port), "<port>")
      .replaceAll(dir, "<dir>")
      .replaceAll(/(sentinel myid) [0-9a-f]{40}/g, "$1 <id>")
      // A master that was monitored by command begins with the current epoch (docs/differences.md).
      .replaceAll(/(sentinel leader-epoch other) [03]$/gm, "$1 <0 or the current one>")
      .split("\n")
      .filter((line) => line !== "" && !ADDED_BY_REDIS.test(line))
      .sort()
  );
}

const SETTINGS = ["name", "ip", "port", "quorum", "failover-timeout", "parallel-syncs"];

async function settingsOf(sentinel: SentinelProcess): Promise<unknown> {
  const all = await Promise.all(
    ["mymaster", "other"].map(async (name) => {
      const [master = {}] = await sentinel.instances("MASTER", name);
      const replicas = await sentinel.instances("REPLICAS", name);
      const peers = await sentinel.instances("SENTINELS", name);
      const shown = [...SETTINGS, "down-after-milliseconds", "config-epoch"];
      return {
        ...Object.fromEntries(shown.map((field) => [field, master[field]])),
        known: [...replicas, ...peers].map(({ ip, port, runid }) => [ip, port, runid]),
      };
    }),
  );
  return all;
}
