import { afterEach, describe, expect, it } from "vitest";
import { THREE_VEDETTES } from "./failover-suite.ts";
import { Lab } from "./harness/lab.ts";
import { describeWithReal, realProgram } from "./harness/programs.ts";
import { MASTER_NAME, newMasterAfter, startGroup } from "./harness/watched-group.ts";

const lab = new Lab();
afterEach(async () => lab.cleanUp());

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
