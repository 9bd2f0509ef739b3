import { describe, expect, it } from "vitest";
import { masterName } from "../../src/base/ids.ts";
import type { RememberedGroup } from "../../src/wire/instance-memory.ts";
import { parseReplicationId } from "../../src/wire/psync.ts";
import {
  MASTER,
  masterInfo,
  REPLICA_1,
  REPLICA_2,
  runIdOf,
  WatchedMaster,
} from "./watched-master.ts";

const REPLID = parseReplicationId("d".repeat(40));
if (REPLID === undefined) throw new Error("no replication id");

const GROUP: RememberedGroup = {
  name: masterName("mymaster"),
  lineage: [REPLID],
  servers: [
    {
      address: MASTER,
      runId: runIdOf("7"),
      history: { replid: REPLID, offset: 5, before: undefined },
      keys: 100,
    },
  ],
};

describe("what an earlier process knew of the data", () => {
  it("is taken in when the disk gives it late, while the master has not told itself", () => {
    const world = new WatchedMaster();
    world.master.known = undefined;
    world.give({ kind: "memory-loaded", groups: [GROUP] });
    expect(world.master.known).toMatchObject({ runId: runIdOf("7"), keys: 100 });
    expect(world.master.lineage).toEqual([REPLID]);
  });

  it("does not take the place of what the master has told since", () => {
    const world = new WatchedMaster();
    world.info(world.master, masterInfo([REPLICA_1, REPLICA_2]));
    world.give({ kind: "memory-loaded", groups: [GROUP] });
    expect(world.master.known).toMatchObject({ runId: runIdOf("1") });
    expect(world.master.lineage).toEqual([]);
  });
});
