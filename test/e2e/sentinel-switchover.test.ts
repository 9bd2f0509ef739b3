import { afterEach, describe, expect, it } from "vitest";
import type { DataServer } from "./harness/data-server.ts";
import { Lab } from "./harness/lab.ts";
import { describeWithReal, type Kind } from "./harness/programs.ts";
import {
  followersOf,
  MASTER_NAME,
  newMasterAfter,
  sentinelAwareClient,
  startGroup,
  type WatchedGroup,
} from "./harness/watched-group.ts";

const lab = new Lab();
afterEach(async () => lab.cleanUp());

const VEDETTES: readonly Kind[] = ["vedette", "vedette", "vedette"];
const COORDINATED = ["SENTINEL", "FAILOVER", MASTER_NAME, "COORDINATED"] as const;

/** Clients that push numbers as fast as they are answered, until `stop`. */
function startWriters(group: WatchedGroup, count: number) {
  const load = { isStopped: false };
  const logs = Array.from({ length: count }, (): number[] => []);
  const writers = logs.map(async (acknowledged, index) => {
    const client = sentinelAwareClient(group);
    for (let write = 0; !load.isStopped; write++) {
      try {
        await client.rpush(`log-${index}`, write);
        acknowledged.push(write);
      } catch {
        // Neither done nor not done: it counts for nothing.
      }
    }
    client.disconnect();
    return acknowledged;
  });
  return {
    /** Of the client that has got the fewest. */
    fewest: () => Math.min(...logs.map(({ length }) => length)),
    stop: async () => {
      load.isStopped = true;
      return Promise.all(writers);
    },
  };
}

/** Three planned changes under load: every acknowledged write is in the last master. */
async function switchUnderLoad(group: WatchedGroup): Promise<void> {
  const [leader] = group.sentinels;
  let master: DataServer = group.servers[0];
  if (leader === undefined) throw new Error("no sentinel");
  const writers = startWriters(group, 4);
  for (let round = 0; round < 3; round++) {
    await lab.until({
      name: "a switchover is taken on",
      look: async () => String(await leader.command(...COORDINATED).catch(String)),
      holds: (answer) => answer === "OK",
      withinMs: 30_000,
    });
    master = await newMasterAfter(lab, group, master);
    await followersOf(lab, group, master);
  }
  await lab.until({
    name: "every client has written much",
    look: async () => writers.fewest(),
    holds: (fewest) => fewest > 100,
  });
  const acknowledged = await writers.stop();
  for (const [index, writes] of acknowledged.entries()) {
    expect(writes.length).toBeGreaterThan(100);
    const kept = new Set(await listOf(master, `log-${index}`));
    expect(writes.filter((write) => !kept.has(String(write)))).toEqual([]);
  }
}

async function listOf(server: DataServer, key: string): Promise<readonly string[]> {
  const reply = await server.command("LRANGE", key, 0, -1);
  if (!Array.isArray(reply)) throw new Error(`${key} is no list`);
  return reply.map(String);
}

function itSwitches(data: Kind, sentinels: readonly Kind[] = VEDETTES): void {
  it("loses no acknowledged write", async () => {
    await switchUnderLoad(await startGroup(lab, { data, sentinels, downAfterMs: 5_000 }));
  });
}

describe("planned switchovers of bundled servers", () => {
  itSwitches("vedette");

  it("say why not, and what would help", async () => {
    const group = await startGroup(lab, { data: "vedette", sentinels: VEDETTES });
    const [first] = group.sentinels;
    const order = async (...words: readonly string[]) =>
      String(await first?.command(...COORDINATED, ...words).catch(String));
    expect(await order("TO", "127.0.0.1", "1")).toContain("is not a replica of mymaster");
    expect(await order("TIMEOUT", "1")).toContain("is too short");
  });
});

describeWithReal(["redis-server"], "planned switchovers of real servers", () =>
  itSwitches("redis"),
);

describeWithReal(
  ["redis-server", "redis-sentinel"],
  "planned switchovers beside real sentinels",
  () => itSwitches("redis", ["vedette", "redis", "redis"]),
);
