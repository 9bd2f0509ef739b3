import { describe, expect, it } from "vitest";
import { epoch } from "../../src/base/units.ts";
import type { Replica } from "../../src/sentinel/state.ts";
import { STANDING } from "../../src/sentinel/standing.ts";
import {
  commandsIn,
  eventNames,
  eventsIn,
  MASTER,
  REPLICA_1,
  replicaInfo,
  runIdOf,
  WatchedMaster,
} from "./watched-master.ts";

const FENCE = "+vedette-zombie-fence";

/** Sentinel b has promoted the first replica in epoch 5; the master of epoch 4 is to come back. */
function afterFailover(options: ConstructorParameters<typeof WatchedMaster>[0] = {}) {
  const world = new WatchedMaster(options);
  world.hello("b", { configEpoch: 5, currentEpoch: 5, master: REPLICA_1 });
  const zombie = world.replica(MASTER);
  world.answerAll({ but: [zombie] });
  return { world, zombie };
}

/** @returns what was done from then on */
function saysItIsMaster(world: WatchedMaster, zombie: Replica, more: readonly string[] = []) {
  const before = world.effects.length;
  world.pong(zombie);
  world.info(zombie, [`run_id:${runIdOf("d")}`, "role:master", "connected_slaves:0", ...more]);
  return () => world.effects.slice(before);
}

/** A peer's hello that the zombie has passed on. */
function hearThrough(
  world: WatchedMaster,
  zombie: Replica,
  letter: string,
  says: { readonly configEpoch?: number; readonly currentEpoch?: number } = {},
): void {
  world.give({
    kind: "hello-received",
    link: zombie.link.id,
    hello: {
      sentinelId: runIdOf(letter),
      sentinelAddress: world.addressOf(letter),
      currentEpoch: epoch(says.currentEpoch ?? 5),
      masterName: world.master.masterName,
      masterAddress: REPLICA_1,
      configEpoch: epoch(says.configEpoch ?? 5),
    },
  });
}

function becomesVedette(world: WatchedMaster, letter: string): void {
  const { link } = world.peer(letter);
  world.give({ kind: "peer-info", link: link.id, vedetteVersion: "1.0.0" });
  world.give({
    kind: "vedette-reply",
    link: link.id,
    topic: "topics",
    words: [],
    answer: ["topics", STANDING],
  });
}

function answers(
  world: WatchedMaster,
  zombie: Replica,
  letter: string,
  epochs: readonly [number, number, number],
  isHolding = "0",
): void {
  world.give({
    kind: "vedette-reply",
    link: world.peer(letter).link.id,
    topic: STANDING,
    words: [world.master.masterName, String(zombie.link.id)],
    answer: [REPLICA_1.host, String(REPLICA_1.port), ...epochs.map(String), isHolding],
  });
}

/** All but the zombie go on; it says again and again that it is a master. */
function wait(world: WatchedMaster, zombie: Replica, durationMs: number): void {
  world.pass(durationMs, () => {
    world.answerAll({ but: [zombie] });
    if (zombie.reported.infoAskedAt !== undefined) saysItIsMaster(world, zombie);
  });
}

describe("a former master that comes back", () => {
  it("is made a replica at once when a majority's hellos come through it", () => {
    const { world, zombie } = afterFailover();
    const since = saysItIsMaster(world, zombie);
    wait(world, zombie, 1_000);
    expect(eventNames(since())).not.toContain(FENCE);
    hearThrough(world, zombie, "b");
    wait(world, zombie, 100);
    const done = since();
    expect(eventsIn(done).filter((event) => /fence|convert/.test(event))).toEqual([
      `${FENCE} slave 10.0.0.2:6379 10.0.0.2 6379 @ mymaster 10.0.0.2 6380`,
      "+convert-to-slave slave 10.0.0.2:6379 10.0.0.2 6379 @ mymaster 10.0.0.2 6380",
    ]);
    expect(commandsIn(done, "reconfigure")).toEqual([{ name: "reconfigure", master: REPLICA_1 }]);
  });

  it("is made a replica at once when vedettes answer that they know the same master", () => {
    const { world, zombie } = afterFailover();
    becomesVedette(world, "b");
    becomesVedette(world, "c");
    const since = saysItIsMaster(world, zombie);
    expect(commandsIn(since(), "vedette").map(({ words }) => words)).toEqual([
      ["mymaster", String(zombie.link.id)],
      ["mymaster", String(zombie.link.id)],
    ]);
    // The current epoch is newer, by an election of another master.
    answers(world, zombie, "b", [5, 5, 0]);
    answers(world, zombie, "c", [5, 5, 4]);
    wait(world, zombie, 90);
    expect(eventNames(since())).toContain(FENCE);
  });

  it.each<[string, (world: WatchedMaster, zombie: Replica) => void]>([
    ["nobody says anything", () => undefined],
    [
      "hellos come by other ways: they may be old",
      (world) => {
        world.hello("b");
        world.hello("c");
      },
    ],
    [
      "those who speak through it have an older configuration",
      (world, zombie) => hearThrough(world, zombie, "b", { configEpoch: 4, currentEpoch: 4 }),
    ],
    [
      "those who speak through it have heard of a newer epoch",
      (world, zombie) => hearThrough(world, zombie, "b", { currentEpoch: 6 }),
    ],
    [
      "this sentinel has voted in a newer election",
      (world, zombie) => {
        const { host, port } = REPLICA_1;
        const words = [host, String(port), "6", runIdOf("c")];
        world.pass(6_000, () => world.answerAll({ but: [zombie] }));
        world.request("SENTINEL", "is-master-down-by-addr", ...words);
        hearThrough(world, zombie, "b", { currentEpoch: 6 });
      },
    ],
    [
      "they spoke over an earlier connection",
      (world, zombie) => {
        hearThrough(world, zombie, "b", { configEpoch: 4 });
        world.request("SENTINEL", "SET", "mymaster", "zombie-fence", "no");
        hearThrough(world, zombie, "b");
        world.give({ kind: "link-lost", link: zombie.link.id, reason: "reset" });
        world.open(zombie.link);
        world.request("SENTINEL", "SET", "mymaster", "zombie-fence", "yes");
        saysItIsMaster(world, zombie);
      },
    ],
    [
      "it is switched off",
      (world, zombie) => {
        world.request("SENTINEL", "SET", "mymaster", "zombie-fence", "no");
        hearThrough(world, zombie, "b");
      },
    ],
    [
      "the present master is down",
      (world, zombie) => {
        world.pass(1_500, () => world.answerAll({ but: [zombie, world.master] }));
        hearThrough(world, zombie, "b");
      },
    ],
  ])("is left to the reference's way: %s", (_, happens) => {
    const { world, zombie } = afterFailover();
    const since = saysItIsMaster(world, zombie);
    happens(world, zombie);
    world.pass(1_000, () => world.answerAll({ but: [zombie, world.master] }));
    expect(eventNames(since())).not.toContain(FENCE);
    expect(commandsIn(since(), "reconfigure")).toEqual([]);
  });

  it("is no zombie when it was seen as a replica since: another may have promoted it", () => {
    const { world, zombie } = afterFailover();
    world.pong(zombie);
    world.info(zombie, replicaInfo(zombie, REPLICA_1));
    const since = saysItIsMaster(world, zombie);
    hearThrough(world, zombie, "b");
    hearThrough(world, zombie, "c");
    wait(world, zombie, 2_000);
    expect(eventNames(since())).not.toContain(FENCE);
  });

  it("is left alone as long as a vedette has a part in a newer election", () => {
    const { world, zombie } = afterFailover();
    becomesVedette(world, "b");
    becomesVedette(world, "c");
    const since = saysItIsMaster(world, zombie);
    answers(world, zombie, "b", [5, 5, 0]);
    answers(world, zombie, "c", [5, 6, 6]);
    hearThrough(world, zombie, "b");
    world.pass(500, () => world.answerAll({ but: [zombie] }));
    expect(eventNames(since())).not.toContain(FENCE);
  });

  it("is left to the vedette that has just switched over, and holds it until everybody knows", () => {
    const { world, zombie } = afterFailover();
    becomesVedette(world, "b");
    const since = saysItIsMaster(world, zombie);
    answers(world, zombie, "b", [5, 5, 5], "1");
    hearThrough(world, zombie, "c");
    world.pass(500, () => world.answerAll({ but: [zombie] }));
    expect(eventNames(since())).not.toContain(FENCE);
    saysItIsMaster(world, zombie);
    answers(world, zombie, "b", [5, 5, 5]);
    world.pass(100, () => world.answerAll({ but: [zombie] }));
    expect(eventNames(since())).toContain(FENCE);
  });

  it("waits a moment for a vedette that has not answered: it may know better", () => {
    const { world, zombie } = afterFailover();
    becomesVedette(world, "c");
    const since = saysItIsMaster(world, zombie);
    hearThrough(world, zombie, "b");
    world.pass(90, () => world.answerAll({ but: [zombie] }));
    expect(eventNames(since())).not.toContain(FENCE);
    world.pass(20, () => world.answerAll({ but: [zombie] }));
    expect(eventNames(since())).toContain(FENCE);
  });

  it("is not ordered while it loads its data, and asked often until it has", () => {
    const { world, zombie } = afterFailover();
    const since = saysItIsMaster(world, zombie, ["loading:1"]);
    hearThrough(world, zombie, "b");
    world.pass(450, () => {
      world.answerAll({ but: [zombie] });
      if (zombie.reported.infoAskedAt !== undefined) saysItIsMaster(world, zombie, ["loading:1"]);
    });
    expect(commandsIn(since(), "reconfigure")).toEqual([]);
    const toZombie = since().filter(
      (effect) =>
        effect.kind === "send" && effect.command.name === "info" && effect.link === zombie.link.id,
    );
    expect(toZombie.length).toBeGreaterThanOrEqual(4);
    wait(world, zombie, 250);
    expect(commandsIn(since(), "reconfigure")).toHaveLength(1);
  });

  it("is ordered again only after a second when it does not obey", () => {
    const { world, zombie } = afterFailover();
    const since = saysItIsMaster(world, zombie);
    hearThrough(world, zombie, "b");
    wait(world, zombie, 900);
    expect(commandsIn(since(), "reconfigure")).toHaveLength(1);
    wait(world, zombie, 900);
    expect(commandsIn(since(), "reconfigure")).toHaveLength(2);
  });
});

function askStanding(world: WatchedMaster, ...words: string[]) {
  return world.request("SENTINEL", "VEDETTE", "standing", ...words);
}

function bulk(bytes: string) {
  return { kind: "bulk", bytes };
}

describe("SENTINEL VEDETTE standing", () => {
  it("tells the master, its configuration, the current epoch and an election with a part of ours", () => {
    const world = new WatchedMaster();
    expect(askStanding(world, "mymaster", "7")).toEqual({
      kind: "array",
      items: ["10.0.0.2", "6379", "4", "4", "4", "0"].map(bulk),
    });
    // A leader that was voted for then has long come to an end.
    world.pass(200_000, () => world.answerAll());
    expect(askStanding(world, "mymaster", "7")).toMatchObject({
      items: ["10.0.0.2", "6379", "4", "4", "0", "0"].map(bulk),
    });
  });

  it("says nothing of a master that it does not know, nor in TILT", () => {
    const world = new WatchedMaster();
    expect(askStanding(world, "other", "7")).toMatchObject({ kind: "error" });
    world.pass(5_000, () => undefined);
    world.now = (world.now + 30_000) as typeof world.now;
    world.give({ kind: "tick", afterPoll: false });
    expect(askStanding(world, "mymaster", "7")).toMatchObject({ kind: "error" });
  });
});
