import { afterEach, describe, expect, it } from "vitest";
import type { DataServer } from "./harness/data-server.ts";
import { Lab } from "./harness/lab.ts";
import { describeWithReal, type Kind } from "./harness/programs.ts";
import { followersOf, newMasterAfter, startGroup } from "./harness/watched-group.ts";

const lab = new Lab();
afterEach(async () => lab.cleanUp());

const KEYS = 1000;
const VEDETTES: readonly Kind[] = ["vedette", "vedette", "vedette"];

const keysOf = async (servers: readonly DataServer[]) =>
  Promise.all(servers.map(async (server) => Number(await server.command("DBSIZE"))));

function itKeepsTheData(data: Kind, sentinels: readonly Kind[] = VEDETTES): void {
  it("keeps every key when a master without persistence is restarted within down-after", async () => {
    const group = await startGroup(lab, {
      data,
      sentinels,
      downAfterMs: 30_000,
      // What Redis has unless somebody changes it: the window in which the loss is not yet copied.
      settings: { "repl-diskless-sync-delay": "5" },
    });
    const [master] = group.servers;
    for (let key = 0; key < KEYS; key++) await master.command("SET", `key-${key}`, key);
    const all = [KEYS, KEYS, KEYS];
    await lab.until({
      name: "all servers have all keys",
      look: async () => keysOf(group.servers),
      holds: (keys) => keys.join() === all.join(),
    });
    await master.crash();
    await master.start();
    const promoted = await newMasterAfter(lab, group, master);
    await followersOf(lab, group, promoted);
    expect(await keysOf(group.servers)).toEqual(all);
  });
}

describe("an empty master over bundled servers", () => itKeepsTheData("vedette"));

describeWithReal(["redis-server"], "an empty master over redis-servers", () =>
  itKeepsTheData("redis"),
);
