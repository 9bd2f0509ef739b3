import { afterEach, expect, it } from "vitest";
import { Lab } from "./harness/lab.ts";
import { describePairs, startPair, untilInSync } from "./harness/replication.ts";

const lab = new Lab();
afterEach(() => lab.cleanUp());

describePairs("a master with a password", (pair) => {
  it("is followed by a replica that knows it", async () => {
    const { master, replica } = await startPair(lab, pair, {
      master: { requirepass: "s3cret word" },
      replica: { masterauth: "s3cret word" },
    });
    await master.command("SET", "k", "v");
    await untilInSync(lab, master, replica);
    expect(await replica.command("GET", "k")).toBe("v");
  });

  it("keeps others out until they are told it at run time", async () => {
    const { master, replica, proxy } = await startPair(lab, pair, {
      master: { requirepass: "right" },
      replica: { masterauth: "wrong" },
    });
    await lab.until({
      name: "the replica was refused twice",
      look: () => proxy.connections.filter((one) => one.fromTarget.includes("-WRONGPASS")).length,
      holds: (refused) => refused >= 2,
    });
    expect((await replica.info("replication"))["master_link_status"]).toBe("down");
    await replica.command("CONFIG", "SET", "masterauth", "right");
    await untilInSync(lab, master, replica);
  });
});
