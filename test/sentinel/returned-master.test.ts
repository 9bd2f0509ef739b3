import { describe, expect, it } from "vitest";
import {
  eventNames,
  masterInfo,
  REPLICA_1,
  REPLICA_2,
  replicaInfo,
  runIdOf,
  WatchedMaster,
} from "./watched-master.ts";

const OURS = "a".repeat(40);
const ANOTHER = "b".repeat(40);
const DATA = [`master_replid:${OURS}`, "master_repl_offset:1000", "db0:keys=100,expires=0"];
const NO_DATA = [
  `master_replid:${ANOTHER}`,
  "master_repl_offset:0",
  "aof_enabled:0",
  "rdb_last_load_keys_loaded:0",
  "# Keyspace",
];

/** Master and replicas with the same data; then the master is another process. */
function returned(coldStartWaitMs: number, lines: readonly string[] = NO_DATA): WatchedMaster {
  const world = new WatchedMaster();
  const name = "cold-start-wait-milliseconds";
  world.request("SENTINEL", "CONFIG", "SET", name, String(coldStartWaitMs));
  world.info(world.master, [...masterInfo([REPLICA_1, REPLICA_2]), ...DATA]);
  tellReplicas(world, "up");
  world.effects.length = 0;
  again(world, lines);
  return world;
}

/** What the new process at the master's address says. */
function again(world: WatchedMaster, lines: readonly string[]): void {
  world.pong(world.master);
  world.info(world.master, [`run_id:${runIdOf("9")}`, "role:master", ...lines]);
}

function tellReplicas(world: WatchedMaster, link: "up" | "down"): void {
  for (const replica of world.master.replicas.values()) {
    world.pong(replica);
    const more = [...DATA, `master_link_status:${link}`];
    world.info(replica, replicaInfo(replica, world.master.address, more));
  }
}

describe("a master that returned without its data", () => {
  it.each([0, 30_000])(
    "is refused while replicas have them, with a cold start wait of %i ms",
    (waitMs) => {
      const world = returned(waitMs);
      tellReplicas(world, "down");
      expect(eventNames(world.effects)).toContain("+vedette-empty-master");
      for (let second = 0; second < 3; second++) {
        tellReplicas(world, "down");
        expect(world.master.returned.phase).toBe("refused");
        expect(world.master.sdown.down).toBe(true);
        world.pass(500, () => again(world, NO_DATA));
      }
      expect(eventNames(world.effects)).not.toContain("-vedette-empty-master");
    },
  );

  it("is not asked all the time while it loads for minutes", () => {
    const loading = ["loading:1", ...NO_DATA];
    const world = returned(0, loading);
    let asked = 0;
    const answer = () => {
      const { link, reported } = world.master;
      if (link.phase.phase === "connecting") world.open(link);
      if (reported.infoAskedAt !== undefined) asked++;
      if (reported.infoAskedAt === undefined) world.pong(world.master);
      else again(world, loading);
    };
    world.pass(3_000, answer);
    asked = 0;
    world.pass(20_000, answer);
    expect(world.master.returned.phase).toBe("examined");
    expect(asked).toBeGreaterThan(10);
    expect(asked).toBeLessThan(40);
  });

  it("is accepted a moment after nobody has them any more, where nothing is waited for", () => {
    const world = returned(0);
    tellReplicas(world, "down");
    for (const { link } of world.master.replicas.values()) {
      world.give({ kind: "link-lost", link: link.id, reason: "reset" });
    }
    world.pass(1_500, () => again(world, NO_DATA));
    expect(world.master.returned.phase).toBe("refused");
    world.pass(1_500, () => again(world, NO_DATA));
    expect(world.master.returned.phase).toBe("none");
  });
});
