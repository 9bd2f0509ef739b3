import { afterEach, expect, it } from "vitest";
import { seededRandom } from "../../src/base/random.ts";
import type { DataServer } from "./harness/data-server.ts";
import { Lab } from "./harness/lab.ts";
import { describeWithReal, type Kind } from "./harness/programs.ts";
import type { Proxy } from "./harness/proxy.ts";
import { digestOf, writeAtRandom } from "./harness/random-writes.ts";
import { syncCounts, untilInSync } from "./harness/replication.ts";

const lab = new Lab();
afterEach(() => lab.cleanUp());

interface Chain {
  /** The master first; each of the others follows the one before it. */
  readonly servers: readonly DataServer[];
  readonly proxies: readonly Proxy[];
}

async function startChain(kinds: readonly Kind[]): Promise<Chain> {
  const servers: DataServer[] = [];
  const proxies: Proxy[] = [];
  for (const [index, kind] of kinds.entries()) {
    const above = servers.at(-1);
    // A master whose stream goes on behind a promotion would need everything again.
    const settings: Record<string, string> = {
      "enable-debug-command": "yes",
      "repl-ping-replica-period": "3600",
    };
    if (above !== undefined) {
      const proxy = await lab.proxyTo(above);
      proxies.push(proxy);
      settings["replicaof"] = `127.0.0.1 ${proxy.port}`;
    }
    const server = await lab.dataServer(`server-${index}`, { kind, settings });
    servers.push(server);
    if (above !== undefined) await untilInSync(lab, above, server);
  }
  return { servers, proxies };
}

async function untilAllInSync({ servers }: Chain): Promise<void> {
  for (const [index, server] of servers.entries()) {
    const above = servers[index - 1];
    if (above !== undefined) await untilInSync(lab, above, server);
  }
}

/** Keys past their time are there until the master deletes them: all must have heard of it. */
async function untilDigestsAgree({ servers }: Chain): Promise<void> {
  await lab.until({
    name: "all have the same data",
    look: () => Promise.all(servers.map(digestOf)),
    holds: (digests) => new Set(digests).size === 1 && !/^0+$/.test(digests[0] ?? ""),
  });
}

describeWithReal(["redis-server"], "a chain of servers of both kinds", () => {
  it.each([
    { kinds: ["redis", "vedette", "redis", "vedette"], seed: 1 },
    { kinds: ["vedette", "redis", "vedette"], seed: 2 },
    { kinds: ["vedette", "vedette", "vedette"], seed: 3 },
  ] as const)("$kinds has the same data after lost links", async ({ kinds, seed }) => {
    const chain = await startChain(kinds);
    const [top] = chain.servers;
    if (top === undefined) throw new Error("a chain has a master");
    const random = seededRandom(seed);
    for (const proxy of chain.proxies) {
      proxy.refuse();
      await writeAtRandom(top, random, 150);
      proxy.restore();
      await writeAtRandom(top, random, 150);
    }
    await top.command("SELECT", 0);
    await top.command("SET", "at the end", "something");
    await untilAllInSync(chain);
    await untilDigestsAgree(chain);
    for (const server of chain.servers.slice(0, -1)) {
      expect(await syncCounts(server)).toMatchObject({ full: 1, partialErr: 0 });
    }
  });

  it("lets its end move to the top, and its middle become a master, without a full transfer", async () => {
    const chain = await startChain(["redis", "vedette", "redis"]);
    const [top, middle, end] = chain.servers;
    if (top === undefined || middle === undefined || end === undefined) throw new Error("three");
    for (let n = 0; n < 50; n++) await top.command("SET", `k${n}`, n);
    await untilAllInSync(chain);
    await end.command("REPLICAOF", "127.0.0.1", top.port);
    await untilInSync(lab, top, end);
    await middle.command("REPLICAOF", "NO", "ONE");
    await middle.command("SET", "new", "history");
    for (const server of [end, top]) {
      await server.command("REPLICAOF", "127.0.0.1", middle.port);
      await untilInSync(lab, middle, server);
    }
    await untilDigestsAgree(chain);
    // One for each of the two that had nothing in the beginning.
    expect((await syncCounts(top)).full + (await syncCounts(middle)).full).toBe(2);
  });
});
