import { afterEach, expect, it } from "vitest";
import type { DataServer } from "./harness/data-server.ts";
import { Lab } from "./harness/lab.ts";
import { describeWithReal, type Kind } from "./harness/programs.ts";
import type { SentinelProcess } from "./harness/sentinel-process.ts";
import { MASTER_NAME } from "./harness/watched-group.ts";

const lab = new Lab();
afterEach(async () => lab.cleanUp());

/** The one name that every machine resolves. */
const HOST = "localhost";
const KINDS: readonly Kind[] = ["vedette", "redis", "vedette"];

/** Name and port, as each sentinel tells it. */
async function mastersTold(sentinels: readonly SentinelProcess[]): Promise<readonly string[]> {
  return Promise.all(sentinels.map(async (sentinel) => sentinel.masterAddress(MASTER_NAME)));
}

async function replicasKnown(sentinel: SentinelProcess): Promise<readonly string[]> {
  const replicas = await sentinel.instances("REPLICAS", MASTER_NAME);
  return replicas.map((replica) => `${replica["ip"]} ${replica["flags"]}`);
}

describeWithReal(
  ["redis-server", "redis-sentinel"],
  "a quorum of both kinds, in which everybody goes by a name",
  () => {
    it("fails over and tells the new master's name, also after a restart from the file", async () => {
      const settings = { "replica-announce-ip": HOST };
      const master = await lab.dataServer("master", { kind: "redis", settings });
      const following = { ...settings, replicaof: `${HOST} ${master.port}` };
      const replicas: readonly DataServer[] = await Promise.all([
        lab.dataServer("replica-1", { kind: "redis", settings: following }),
        lab.dataServer("replica-2", { kind: "vedette", settings: following }),
      ]);
      const config = [
        "sentinel resolve-hostnames yes",
        "sentinel announce-hostnames yes",
        `sentinel announce-ip ${HOST}`,
        `sentinel monitor ${MASTER_NAME} ${HOST} ${master.port} 2`,
        `sentinel down-after-milliseconds ${MASTER_NAME} 2500`,
        `sentinel failover-timeout ${MASTER_NAME} 10000`,
      ];
      const sentinels = await Promise.all(
        KINDS.map((kind, index) => lab.sentinel(`sentinel-${index + 1}`, { kind, config })),
      );
      await lab.until({
        name: "all know both replicas and each other by name",
        look: async () =>
          Promise.all(
            sentinels.map(async (sentinel) => [
              ...(await replicasKnown(sentinel)),
              ...(await sentinel.instances("SENTINELS", MASTER_NAME)).map(({ ip }) => ip),
            ]),
          ),
        holds: (all) =>
          all.every((known) => known.join() === `${HOST} slave,${HOST} slave,${HOST},${HOST}`),
        withinMs: 40_000,
      });

      await master.crash();
      const told = await lab.until({
        name: "all name another master",
        look: async () => mastersTold(sentinels),
        holds: (all) => new Set(all).size === 1 && all[0] !== `${HOST}:${master.port}`,
        withinMs: 30_000,
      });
      expect(replicas.map(({ port }) => `${HOST}:${port}`)).toContain(told[0]);
      const follower = replicas.find(({ port }) => told[0] !== `${HOST}:${port}`);
      await lab.until({
        name: "the other replica follows it by name",
        look: async () => follower?.info("replication"),
        holds: (info) =>
          `${info?.["master_host"]}:${info?.["master_port"]}` === told[0] &&
          info?.["master_link_status"] === "up",
        withinMs: 40_000,
      });

      await master.start();
      await lab.until({
        name: "the old master follows it by name",
        look: async () => master.info("replication"),
        holds: (info) => `${info["master_host"]}:${info["master_port"]}` === told[0],
        withinMs: 40_000,
      });

      const [vedette] = sentinels;
      if (vedette === undefined) throw new Error("there is no sentinel");
      await vedette.stop();
      await vedette.start();
      expect(await vedette.masterAddress(MASTER_NAME)).toBe(told[0]);
      expect(vedette.config).toContain(`sentinel monitor ${MASTER_NAME} ${HOST} `);
    });
  },
);
