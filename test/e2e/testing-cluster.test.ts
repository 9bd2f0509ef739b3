import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, describe, expect, it, vi } from "vitest";
import type * as testing from "../../src/cli/testing.ts";
import { describeWithReal } from "./harness/programs.ts";
import { until } from "./harness/until.ts";

// As built: the threads of a set are files of dist/.
const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const built = join(root, "dist", "cli", "testing.js");
const { startCluster } = (await import(built)) as typeof testing;

let cluster: testing.Cluster | undefined;
afterEach(async () => {
  await cluster?.close();
  cluster = undefined;
});

async function followsAgain(set: testing.Cluster, node: testing.ClusterNode): Promise<void> {
  await until({
    name: `${node.name} is a replica`,
    look: () => set.replicas(),
    holds: (replicas) => replicas.includes(node),
  });
}

describe("a set of vedette/testing", () => {
  it("survives a hung master, which follows when it goes on", async () => {
    cluster = await startCluster();
    const old = await cluster.master();
    await cluster.hang(old);
    expect(old.state).toBe("hung");
    await expect(cluster.command(old, "PING")).rejects.toThrow(`${old.name} is hung`);
    const { from, to } = await cluster.waitForFailover();
    expect([from, to === old]).toEqual([old, false]);
    await cluster.heal();
    await followsAgain(cluster, old);
  });

  it("cuts two nodes from each other alone, and one from all", async () => {
    cluster = await startCluster();
    const master = await cluster.master();
    const [lonely] = cluster.sentinels;
    if (lonely === undefined) throw new Error("no sentinel");
    const flags = async (): Promise<string> =>
      JSON.stringify(await cluster?.command(lonely, "SENTINEL", "MASTER", "mymaster"));
    await cluster.cut(lonely, master);
    await until({ name: "sdown", look: flags, holds: (text) => text.includes("s_down") });
    expect(await flags()).not.toContain("o_down");
    expect(await cluster.master()).toBe(master);
    await cluster.heal();
    await until({ name: "up again", look: flags, holds: (text) => !text.includes("s_down") });
    await cluster.cut(master);
    expect((await cluster.waitForFailover()).from).toBe(master);
    await cluster.heal();
    await followsAgain(cluster, master);
  });

  it("says what it saw when no failover comes", async () => {
    cluster = await startCluster({ replicas: 0 });
    await expect(cluster.waitForFailover({ withinMs: 50 })).rejects.toThrow(
      /^a failover away from server 1: not within 50 ms\. server 1 \(port \d+\) is running, master; sentinel 1 is running and names server 1; /,
    );
  });

  it("refuses a program that is not there, and leaves nothing behind", async () => {
    const empty = mkdtempSync(join(tmpdir(), "vedette-empty-"));
    vi.stubEnv("TMPDIR", empty);
    await expect(startCluster({ server: "/no/such/program" })).rejects.toThrow(
      "cannot run /no/such/program: there is no such program",
    );
    expect(readdirSync(empty)).toEqual([]);
    vi.unstubAllEnvs();
    rmSync(empty, { recursive: true });
  });
});

describeWithReal(["redis-server"], "a set of vedette/testing over real servers", () => {
  it("ends with a process that forgets it in the middle of an error", async () => {
    const program = `
      import { startCluster } from ${JSON.stringify(built)};
      const cluster = await startCluster({ server: "redis", sentinels: 1 });
      for (const server of cluster.servers) {
        const info = await cluster.command(server, "INFO", "server");
        console.log(/process_id:([0-9]+)/.exec(info)[1], server.folder);
      }
      throw new Error("a test fails");`;
    const failure = await promisify(execFile)(
      process.execPath,
      ["--input-type=module", "--eval", program],
      { timeout: 60_000 },
    ).catch((cause: { readonly code: number; readonly stdout: string }) => cause);
    expect(failure).toMatchObject({ code: 1 });
    const servers = failure.stdout.trim().split("\n");
    expect(servers).toHaveLength(3);
    for (const [pid = "", folder = ""] of servers.map((line) => line.split(" "))) {
      expect(existsSync(folder)).toBe(false);
      await until({
        name: `process ${pid} is gone`,
        look: () => isAlive(Number(pid)),
        holds: (alive) => !alive,
      });
    }
  });
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
