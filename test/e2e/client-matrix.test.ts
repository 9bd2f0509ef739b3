import { afterEach, expect, it } from "vitest";
import { ioredisClient, iovalkeyClient, nodeRedisClient } from "./clients/npm-clients.ts";
import { redisCliClient, redisPyClient } from "./clients/program-clients.ts";
import type { Whereabouts, WritingClient } from "./clients/writing-client.ts";
import { Lab } from "./harness/lab.ts";
import { describeWithReal } from "./harness/programs.ts";
import { MASTER_NAME, newMasterAfter, startGroup } from "./harness/watched-group.ts";

const lab = new Lab();
afterEach(async () => lab.cleanUp());

const CLIENTS: Readonly<Record<string, (where: Whereabouts) => Promise<WritingClient>>> = {
  ioredis: ioredisClient,
  iovalkey: iovalkeyClient,
  "node-redis": nodeRedisClient,
  "redis-py": async (where) => redisPyClient(lab, where),
  "redis-cli": async (where) => redisCliClient(lab, where),
};

/** Writes that show that a client goes on, and not only that one was on its way. */
const SOME = 20;

/**
 * Client libraries as they are, which know the sentinels and the master's name and nothing else,
 * write across a failover and a forced failover without being told anything.
 */
describeWithReal(
  ["redis-server", "redis-cli", "python3-redis"],
  "client libraries over three vedettes",
  () => {
    it("follow the master when it is killed, and when it is moved by hand", async () => {
      const group = await startGroup(lab, {
        data: "redis",
        sentinels: ["vedette", "vedette", "vedette"],
      });
      const clients = new Map<string, WritingClient>();
      for (const [name, start] of Object.entries(CLIENTS)) {
        const where: Whereabouts = {
          sentinelPorts: group.sentinels.map(({ port }) => port),
          masterName: MASTER_NAME,
          key: `written-by-${name}`,
        };
        clients.set(name, await start(where));
      }
      const writeSome = async (when: string): Promise<void> => {
        const before = new Map(
          [...clients].map(([name, { acknowledged }]) => [name, acknowledged]),
        );
        await lab.until({
          name: `every client writes ${when}`,
          look: async () =>
            Object.fromEntries(
              [...clients].map(([name, { acknowledged, trouble }]) => [
                name,
                acknowledged >= (before.get(name) ?? 0) + SOME
                  ? "writes"
                  : `${acknowledged} ${trouble}`,
              ]),
            ),
          holds: (all) => Object.values(all).every((each) => each === "writes"),
          withinMs: 40_000,
        });
      };
      try {
        await writeSome("at first");
        const [first] = group.servers;
        await first.crash();
        const second = await newMasterAfter(lab, group, first);
        await writeSome("after the master was killed");

        await group.sentinels[0]?.command("SENTINEL", "FAILOVER", MASTER_NAME);
        const third = await newMasterAfter(lab, group, second);
        await writeSome("after the master was moved by hand");
        for (const name of clients.keys()) {
          expect(Number(await third.text("GET", `written-by-${name}`))).toBeGreaterThan(2 * SOME);
        }
      } finally {
        await Promise.all([...clients.values()].map(async (client) => client.stop()));
      }
    });
  },
);
