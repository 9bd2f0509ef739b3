import { afterEach, expect, it } from "vitest";
import type { DataServer } from "./harness/data-server.ts";
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

const NEVER_MS = 600_000;
/**
 * The reference reconnects up to a second after a switch, and counts that second as silence: with
 * less, it now and then holds a new master for down that it has not talked to yet.
 */
const PATIENT_MS = 2500;

/** Only the sentinels of this kind notice that the master is gone; the others vote all the same. */
async function letOnlyNotice(group: WatchedGroup, kind: Kind): Promise<void> {
  const watchers = group.sentinels.filter((sentinel) => sentinel.kind === kind);
  for (const sentinel of group.sentinels) {
    const downAfterMs = sentinel.kind === kind ? PATIENT_MS : NEVER_MS;
    await sentinel.command(
      "SENTINEL",
      "SET",
      MASTER_NAME,
      "down-after-milliseconds",
      downAfterMs,
      "quorum",
      watchers.length,
    );
  }
}

/** The sentinel that announced the configuration in force: its id is what the others voted for. */
function leadersIn(group: WatchedGroup): SentinelProcess[] {
  return group.sentinels.filter((sentinel) => sentinel.process.log.includes("+elected-leader"));
}

async function crashAndFollow(group: WatchedGroup, master: DataServer): Promise<DataServer> {
  await master.crash();
  const promoted = await newMasterAfter(lab, group, master);
  await followersOf(lab, group, promoted);
  // A redis-sentinel that still moves replicas takes no newer configuration as long as it does.
  await lab.until({
    name: "the failover has ended on all sentinels",
    look: async () =>
      Promise.all(
        group.sentinels.map(
          async (each) => (await each.instances("MASTER", MASTER_NAME))[0]?.["flags"] ?? "",
        ),
      ),
    holds: (flags) => flags.every((each) => !each.includes("failover_in_progress")),
  });
  return promoted;
}

describeWithReal(
  ["redis-server", "redis-sentinel"],
  "one quorum of two vedettes and a real redis-sentinel",
  () => {
    it("follows a real leader, then leads itself, and all agree each time", async () => {
      const sentinels: readonly Kind[] = ["vedette", "vedette", "redis"];
      const group = await startGroup(lab, { data: "redis", sentinels });
      const [first] = group.servers;

      await letOnlyNotice(group, "redis");
      const second = await crashAndFollow(group, first);
      expect(leadersIn(group).map(({ kind }) => kind)).toEqual(["redis"]);

      await first.start();
      await followersOf(lab, group, second);

      await letOnlyNotice(group, "vedette");
      const third = await crashAndFollow(group, second);
      expect(
        leadersIn(group)
          .map(({ kind }) => kind)
          .sort(),
      ).toEqual(["redis", "vedette"]);

      await second.start();
      await followersOf(lab, group, third);
      const epochs = await Promise.all(
        group.sentinels.map(
          async (sentinel) =>
            (await sentinel.instances("MASTER", MASTER_NAME))[0]?.["config-epoch"],
        ),
      );
      expect(new Set(epochs).size).toBe(1);
    });

    it("agrees when all of them notice at once, whoever leads", async () => {
      const sentinels: readonly Kind[] = ["vedette", "redis", "redis"];
      const group = await startGroup(lab, { data: "redis", sentinels, downAfterMs: PATIENT_MS });
      const promoted = await crashAndFollow(group, group.servers[0]);
      expect(await promoted.text("SET", "k", "v")).toBe("OK");
    });

    it("lets a real redis-sentinel take over the file of a vedette, and back", async () => {
      const group = await startGroup(lab, {
        data: "redis",
        sentinels: ["vedette", "vedette", "vedette"],
      });
      const [vedette] = group.sentinels;
      if (vedette === undefined) throw new Error("no sentinel");
      const id = await vedette.command("SENTINEL", "MYID");
      await vedette.stop();
      const real = await lab.sentinel("taken-over", {
        kind: "redis",
        config: vedette.config.split("\n").filter((line) => !/^(port|dir|bind) /.test(line)),
      });
      expect(await real.command("SENTINEL", "MYID")).toBe(id);
      const [shown] = await real.instances("MASTER", MASTER_NAME);
      expect(shown).toMatchObject({ "num-other-sentinels": "2", "num-slaves": "2" });
      await real.stop();
      const back = await lab.sentinel("taken-back", {
        kind: "vedette",
        config: real.config.split("\n").filter((line) => !/^(port|dir|bind) /.test(line)),
      });
      expect(await back.command("SENTINEL", "MYID")).toBe(id);
    });
  },
);
