import { afterEach, expect, it } from "vitest";
import { Lab } from "./harness/lab.ts";
import { describeWithReal, type Kind } from "./harness/programs.ts";
import type { SentinelProcess } from "./harness/sentinel-process.ts";
import {
  followersOf,
  MASTER_NAME,
  newMasterAfter,
  startGroup,
  type WatchedGroup,
} from "./harness/watched-group.ts";

const lab = new Lab();
afterEach(async () => lab.cleanUp());

const QUORUMS: Readonly<Record<string, readonly Kind[]>> = {
  "two vedettes and a redis-sentinel": ["vedette", "vedette", "redis"],
  "a vedette and two redis-sentinels": ["vedette", "redis", "redis"],
};

function oneOf(group: WatchedGroup, kind: Kind): SentinelProcess {
  const found = group.sentinels.find((sentinel) => sentinel.kind === kind);
  if (found === undefined) throw new Error(`no ${kind} sentinel`);
  return found;
}

/** Each sentinel knows both others and both replicas, and holds none of them for down. */
async function allContent(group: WatchedGroup): Promise<void> {
  await lab.until({
    name: "every sentinel knows all and holds none for down",
    look: async () =>
      Promise.all(
        group.sentinels.map(async (sentinel) => {
          const [master] = await sentinel.instances("MASTER", MASTER_NAME);
          const others = [
            ...(await sentinel.instances("REPLICAS", MASTER_NAME)),
            ...(await sentinel.instances("SENTINELS", MASTER_NAME)),
          ];
          return [master, ...others].map((each) => each?.["flags"]).join(" ");
        }),
      ),
    holds: (all) => all.every((each) => each === "master slave slave sentinel sentinel"),
    withinMs: 40_000,
  });
}

async function configEpochs(group: WatchedGroup): Promise<ReadonlySet<unknown>> {
  const masters = await Promise.all(
    group.sentinels.map((sentinel) => sentinel.instances("MASTER", MASTER_NAME)),
  );
  return new Set(masters.map(([master]) => master?.["config-epoch"]));
}

describeWithReal(["redis-server", "redis-sentinel"], "commands in mixed quorums", () => {
  for (const [name, sentinels] of Object.entries(QUORUMS)) {
    it(`${name}: a forced failover of either kind is followed by the other`, async () => {
      const group = await startGroup(lab, { data: "redis", sentinels });
      let master = group.servers[0];
      for (const kind of ["vedette", "redis"] as const) {
        expect(await oneOf(group, kind).command("SENTINEL", "FAILOVER", MASTER_NAME)).toBe("OK");
        master = await newMasterAfter(lab, group, master);
        await followersOf(lab, group, master);
        await allContent(group);
        expect((await configEpochs(group)).size).toBe(1);
      }
    });

    it(`${name}: either kind finds all again after RESET and after a restart from its file`, async () => {
      const group = await startGroup(lab, { data: "redis", sentinels });
      for (const kind of ["vedette", "redis"] as const) {
        const sentinel = oneOf(group, kind);
        expect(await sentinel.command("SENTINEL", "RESET", "*")).toBe(1);
        await allContent(group);
        await sentinel.crash();
        await sentinel.start();
        await allContent(group);
      }
      // What was learnt anew is good for a failover.
      const [master] = group.servers;
      await master.crash();
      await followersOf(lab, group, await newMasterAfter(lab, group, master));
    });
  }

  it("one of either kind alone is a minority, and does nothing", async () => {
    for (const left of ["vedette", "redis"] as const) {
      const group = await startGroup(lab, {
        data: "redis",
        sentinels: ["vedette", "redis", left === "vedette" ? "redis" : "vedette"],
        quorum: 1,
      });
      const survivor = oneOf(group, left);
      const others = group.sentinels.filter((sentinel) => sentinel !== survivor);
      await Promise.all(others.map(async (sentinel) => sentinel.crash()));
      await group.servers[0].crash();
      await lab.until({
        name: `the ${left} sentinel tries to fail over and finds no majority`,
        look: async () => survivor.process.log,
        holds: (log) => log.includes("-failover-abort-not-elected"),
        withinMs: 60_000,
      });
      expect(await survivor.masterAddress(MASTER_NAME)).toBe(`127.0.0.1:${group.servers[0].port}`);
      expect(survivor.process.log).not.toContain("+switch-master");
      await lab.cleanUp();
    }
  });
});
