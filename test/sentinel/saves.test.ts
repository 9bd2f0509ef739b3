import { expect, it } from "vitest";
import { masterInfo, REPLICA_1, REPLICA_2, runIdOf, WatchedMaster } from "./watched-master.ts";

/** How often the configuration is asked to be written while this happens. */
function savesDuring(world: WatchedMaster, happen: (world: WatchedMaster) => void): number {
  const before = world.effects.length;
  happen(world);
  return world.effects.slice(before).filter(({ kind }) => kind === "save-config").length;
}

const NEWCOMER = { host: "10.0.0.2", port: 6399 };

/** Spec sentinel §9.4; and RESET, which Redis leaves unsaved (docs/differences.md). */
it.each<{ name: string; happen: (world: WatchedMaster) => void }>([
  {
    name: "a new replica",
    happen: (world) => world.info(world.master, masterInfo([REPLICA_1, REPLICA_2, NEWCOMER])),
  },
  { name: "a new peer", happen: (world) => world.hello("f") },
  {
    name: "a peer that moved",
    happen: (world) => world.hello("b", { address: { host: "10.0.0.9", port: 26999 } }),
  },
  { name: "a higher epoch", happen: (world) => world.hello("b", { currentEpoch: 9 }) },
  {
    name: "a vote",
    happen: (world) =>
      world.ask(
        "SENTINEL",
        "is-master-down-by-addr",
        world.master.address.host,
        String(world.master.address.port),
        "5",
        runIdOf("b"),
      ),
  },
  {
    name: "a newer configuration",
    happen: (world) => world.hello("b", { currentEpoch: 9, configEpoch: 9, master: REPLICA_1 }),
  },
  {
    name: "MONITOR",
    happen: (world) => world.ask("SENTINEL", "MONITOR", "other", "10.0.0.3", "6379", "2"),
  },
  { name: "REMOVE", happen: (world) => world.ask("SENTINEL", "REMOVE", "mymaster") },
  { name: "SET", happen: (world) => world.ask("SENTINEL", "SET", "mymaster", "quorum", "1") },
  {
    name: "CONFIG SET",
    happen: (world) => world.ask("SENTINEL", "CONFIG", "SET", "announce-port", "7"),
  },
  { name: "FLUSHCONFIG", happen: (world) => world.ask("SENTINEL", "FLUSHCONFIG") },
  { name: "RESET", happen: (world) => world.ask("SENTINEL", "RESET", "*") },
])("$name is saved", ({ happen }) => {
  const world = new WatchedMaster();
  expect(savesDuring(world, happen)).toBeGreaterThan(0);
});

it("a promotion is saved when it is acknowledged, before anybody hears of it", () => {
  const world = new WatchedMaster();
  world.startElection();
  world.answerAsk("b", { down: true, leader: "a", epoch: 5 });
  const acknowledge = (): void => {
    world.info(world.replica(REPLICA_1), ["role:master", `run_id:${runIdOf("2")}`]);
  };
  expect(savesDuring(world, acknowledge)).toBeGreaterThan(0);
});

it.each<{ name: string; happen: (world: WatchedMaster) => void }>([
  {
    name: "an hour in which all is well",
    happen: (world) => world.pass(3_600_000, () => world.answerAll()),
  },
  { name: "a hello that says nothing new", happen: (world) => world.hello("b") },
  { name: "a master that is down alone", happen: (world) => world.loseMaster() },
])("$name is not", ({ happen }) => {
  expect(savesDuring(new WatchedMaster(), happen)).toBe(0);
});
