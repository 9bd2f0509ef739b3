import { describe, expect, it } from "vitest";
import { createSentinelState } from "../../src/sentinel/create.ts";
import { durableView } from "../../src/sentinel/durable.ts";
import { MASTER, REPLICA_2, runIdOf, WatchedMaster } from "./watched-master.ts";

describe("what must survive a crash", () => {
  it("comes back as it was: configuration, epochs, the vote of an epoch, who is known", () => {
    const world = new WatchedMaster();
    world.hello("d", { currentEpoch: 9, configEpoch: 8, master: REPLICA_2 });
    world.give({ kind: "link-lost", link: world.master.link.id, reason: "reset" });
    const port = String(REPLICA_2.port);
    world.request("SENTINEL", "is-master-down-by-addr", MASTER.host, port, "11", runIdOf("b"));
    const durable = durableView(world.state);
    const restarted = createSentinelState(
      { durable, isNew: false, port: 26379, requirePass: undefined },
      { seed: 2, now: world.now },
    );
    expect(durableView(restarted)).toEqual(durable);
    expect(durable.currentEpoch).toBe(11);
    expect(durable.masters[0]).toMatchObject({
      address: REPLICA_2,
      configEpoch: 8,
      leaderEpoch: 11,
    });
    expect(durable.masters[0]?.sentinels).toHaveLength(3);
  });

  it("never is our own id among the peers, whatever the file says", () => {
    const durable = durableView(new WatchedMaster().state);
    const [master] = durable.masters;
    if (master === undefined) throw new Error("no master");
    const own = { runId: durable.myId, address: { host: "10.0.0.1", port: 26379 } };
    const state = createSentinelState(
      {
        durable: { ...durable, masters: [{ ...master, sentinels: [...master.sentinels, own] }] },
        isNew: false,
        port: 26379,
        requirePass: undefined,
      },
      { seed: 1, now: new WatchedMaster().now },
    );
    expect(state.masters.get(master.name)?.sentinels.has(durable.myId)).toBe(false);
  });
});
