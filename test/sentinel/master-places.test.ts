import { describe, expect, it } from "vitest";
import type { Address } from "../../src/base/address.ts";
import { findMaster } from "../../src/sentinel/instances.ts";
import { mastersAt } from "../../src/sentinel/master-places.ts";
import { MASTER, REPLICA_1, WatchedMaster } from "./watched-master.ts";

function namesAt(world: WatchedMaster, place: Address): string[] {
  return Array.from(mastersAt(world.state, place), ({ name }) => name);
}

function monitor(world: WatchedMaster, name: string, { host, port }: Address): void {
  world.request("SENTINEL", "MONITOR", name, host, String(port), "1");
}

describe("masters by their place", () => {
  it("are found where they are after a switch, and not where they were", () => {
    const world = new WatchedMaster();
    expect(namesAt(world, MASTER)).toEqual(["mymaster"]);
    world.hello("b", { master: REPLICA_1, configEpoch: 9, currentEpoch: 9 });
    expect(namesAt(world, MASTER)).toEqual([]);
    expect(namesAt(world, REPLICA_1)).toEqual(["mymaster"]);
  });

  it("may share one, and are gone when they are removed", () => {
    const world = new WatchedMaster();
    monitor(world, "other", MASTER);
    expect(namesAt(world, MASTER)).toEqual(["mymaster", "other"]);
    world.request("SENTINEL", "REMOVE", "mymaster");
    expect(namesAt(world, MASTER)).toEqual(["other"]);
  });

  it("that share one are spoken for by the one that is down", () => {
    const world = new WatchedMaster();
    world.loseMaster();
    monitor(world, "other", MASTER);
    expect(findMaster(world.state, MASTER)?.name).toBe("mymaster");
  });

  it("are found by every spelling of an address", () => {
    const world = new WatchedMaster();
    monitor(world, "six", { host: "2001:db8::1", port: 6379 });
    expect(namesAt(world, { host: "2001:DB8:0::1", port: 6379 })).toEqual(["six"]);
    expect(namesAt(world, { host: "2001:db8::1", port: 6380 })).toEqual([]);
  });

  it("with a name are found by its IP as well", () => {
    const world = new WatchedMaster({
      names: { "db.example": ["10.0.0.2"] },
      master: { host: "db.example", port: 6379 },
    });
    expect(namesAt(world, MASTER)).toEqual(["mymaster"]);
  });
});
