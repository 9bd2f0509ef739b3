import { describe, expect, it } from "vitest";
import { array, bulk } from "../../src/resp/reply.ts";
import { step } from "../../src/sentinel/step.ts";
import { knownAddress } from "../../src/sentinel/commands/known-address.ts";
import { epochOf, REPLICA_1, WatchedMaster } from "./watched-master.ts";

function told(world: WatchedMaster) {
  return world.request("SENTINEL", "get-master-addr-by-name", "mymaster");
}

function encoded(world: WatchedMaster) {
  const address = knownAddress(world.state, "mymaster");
  return address === undefined ? undefined : array([bulk(address.host), bulk(address.port)]);
}

describe("an address that is told without a step", () => {
  it("is what a step would tell, before and after a switch", () => {
    const world = new WatchedMaster();
    const before = encoded(world);
    expect(before).toEqual(told(world));
    world.hello("b", { master: REPLICA_1, configEpoch: 9, currentEpoch: 9 });
    expect(encoded(world)).toEqual(told(world));
    expect(encoded(world)).not.toEqual(before);
  });

  it("is not told while it may not be durable", () => {
    const world = new WatchedMaster();
    const address = knownAddress(world.state, "mymaster");
    const effects = step(
      world.state,
      {
        kind: "hello-received",
        link: undefined,
        hello: {
          sentinelId: world.peer("b").runId,
          sentinelAddress: world.addressOf("b"),
          currentEpoch: epochOf(9),
          masterName: world.master.masterName,
          masterAddress: REPLICA_1,
          configEpoch: epochOf(9),
        },
      },
      world.now,
    );
    const save = effects.find((effect) => effect.kind === "save-config")?.save;
    if (save === undefined) throw new Error("nothing to save");
    expect(knownAddress(world.state, "mymaster")).toBeUndefined();
    world.give({ kind: "config-saved", save });
    expect(knownAddress(world.state, "mymaster")).toEqual(REPLICA_1);
    expect(address).not.toEqual(REPLICA_1);
  });

  it("is none for a name that is not watched", () => {
    expect(knownAddress(new WatchedMaster().state, "other")).toBeUndefined();
  });
});
