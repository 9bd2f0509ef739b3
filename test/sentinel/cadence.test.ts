import { describe, expect, it } from "vitest";
import { masterName } from "../../src/base/ids.ts";
import type { Instance } from "../../src/sentinel/state.ts";
import {
  commandsIn,
  MASTER,
  masterInfo,
  REPLICA_1,
  REPLICA_2,
  replicaInfo,
  runIdOf,
  WatchedMaster,
} from "./watched-master.ts";

/** Everybody answers what they are asked, and nothing else; a hello is heard on each connection. */
function passAnswering(
  world: WatchedMaster,
  durationMs: number,
  infoOf: (instance: Instance) => readonly string[] | undefined,
): void {
  world.pass(durationMs, () => {
    const servers = [world.master, ...world.master.replicas.values()];
    for (const instance of [...servers, ...world.master.sentinels.values()]) {
      const lines = instance.kind === "sentinel" ? [] : infoOf(instance);
      if (lines === undefined) continue;
      world.pong(instance);
      if (instance.kind === "sentinel") continue;
      if (instance.reported.infoAskedAt !== undefined) world.info(instance, lines);
      hearHello(world, instance);
    }
  });
}

function hearHello(world: WatchedMaster, instance: Instance): void {
  world.give({
    kind: "hello-received",
    link: instance.link.id,
    hello: {
      sentinelId: runIdOf("b"),
      sentinelAddress: world.addressOf("b"),
      currentEpoch: world.state.currentEpoch,
      masterName: masterName("mymaster"),
      masterAddress: world.master.address,
      configEpoch: world.master.configEpoch,
    },
  });
}

/** What each server says when all is well. */
function wellInfo(instance: Instance): readonly string[] {
  return instance.kind === "replica"
    ? replicaInfo(instance, MASTER)
    : masterInfo([REPLICA_1, REPLICA_2]);
}

/** How many INFOs an instance is sent in that time. */
function infosTo(
  world: WatchedMaster,
  instance: Instance,
  durationMs: number,
  infoOf: (instance: Instance) => readonly string[] | undefined,
): number {
  const before = world.effects.length;
  passAnswering(world, durationMs, infoOf);
  return world.effects
    .slice(before)
    .filter(
      (effect) =>
        effect.kind === "send" &&
        effect.link === instance.link.id &&
        effect.command.name === "info",
    ).length;
}

describe("INFO", () => {
  it("goes out every 10 s while all is well", () => {
    const world = new WatchedMaster();
    passAnswering(world, 20_000, wellInfo);
    for (const instance of [world.master, world.replica(REPLICA_1)]) {
      const sent = infosTo(world, instance, 60_000, wellInfo);
      expect(sent).toBeGreaterThanOrEqual(6);
      expect(sent).toBeLessThanOrEqual(7);
    }
  });

  it("goes to a replica every second while its master is objectively down", () => {
    const world = new WatchedMaster();
    passAnswering(world, 20_000, wellInfo);
    // Nobody can be elected, so nothing else happens.
    world.request("SENTINEL", "SET", "mymaster", "failover-timeout", "600000");
    const withoutMaster = (instance: Instance): readonly string[] | undefined =>
      instance === world.master ? undefined : wellInfo(instance);
    passAnswering(world, 3000, withoutMaster);
    world.answerAsk("b", { down: true });
    expect(world.master.odown.down).toBe(true);
    const sent = infosTo(world, world.replica(REPLICA_1), 4000, withoutMaster);
    expect(sent).toBeGreaterThanOrEqual(3);
    expect(sent).toBeLessThanOrEqual(6);
  });

  it("goes every second to a replica whose link to its master is down, and to no other", () => {
    const world = new WatchedMaster();
    const cut = world.replica(REPLICA_1);
    const oneIsCut = (instance: Instance): readonly string[] => {
      const lines = wellInfo(instance);
      if (instance !== cut) return lines;
      return [
        ...lines.filter((line) => !line.startsWith("master_link_status")),
        "master_link_status:down",
        "master_link_down_since_seconds:5",
      ];
    };
    passAnswering(world, 20_000, oneIsCut);
    expect(infosTo(world, cut, 20_000, oneIsCut)).toBeGreaterThanOrEqual(18);
    expect(infosTo(world, cut, 20_000, oneIsCut)).toBeLessThanOrEqual(22);
    expect(infosTo(world, world.replica(REPLICA_2), 20_000, oneIsCut)).toBeLessThanOrEqual(3);
  });
});

describe("a connection", () => {
  it("that answers no PING is replaced once it is 15 s old, and no sooner", () => {
    const world = new WatchedMaster();
    const opened = (): number => world.effects.filter(({ kind }) => kind === "open-link").length;
    const withoutMaster = (instance: Instance): readonly string[] | undefined => {
      if (instance !== world.master) return wellInfo(instance);
      hearHello(world, instance);
      return undefined;
    };
    const atFirst = opened();
    passAnswering(world, 14_900, withoutMaster);
    expect(world.master.sdown.down).toBe(true);
    expect(opened()).toBe(atFirst);
    passAnswering(world, 200, withoutMaster);
    expect(opened()).toBe(atFirst + 1);
  });

  it("of hellos that hears nothing for three hello periods is replaced, PING goes on", () => {
    const world = new WatchedMaster();
    const before = world.effects.length;
    world.pass(15_500, () => {
      for (const instance of [world.master, ...world.master.replicas.values()]) {
        world.pong(instance);
        if (instance.link.phase.phase === "connecting") world.open(instance.link);
      }
      world.info(world.master, masterInfo([REPLICA_1, REPLICA_2]));
      for (const peer of world.master.sentinels.values()) world.pong(peer);
    });
    const renewed = world.effects
      .slice(before)
      .filter(({ kind }) => kind === "open-subscription" || kind === "open-link");
    expect(renewed.length).toBeGreaterThan(0);
    expect(world.master.sdown.down).toBe(false);
    expect(commandsIn(world.effects.slice(before), "ping").length).toBeGreaterThan(40);
  });
});

/** How many PINGs an instance is sent in that time. */
function pingsTo(world: WatchedMaster, instance: Instance, durationMs: number): number {
  const before = world.effects.length;
  passAnswering(world, durationMs, wellInfo);
  return world.effects
    .slice(before)
    .filter(
      (effect) =>
        effect.kind === "send" &&
        effect.link === instance.link.id &&
        effect.command.name === "ping",
    ).length;
}

describe("PING", () => {
  it("goes to a master four times within down-after, to others once a second", () => {
    const world = new WatchedMaster();
    expect(pingsTo(world, world.master, 10_000)).toBeGreaterThanOrEqual(38);
    expect(pingsTo(world, world.replica(REPLICA_1), 10_000)).toBeLessThanOrEqual(11);
    expect(pingsTo(world, world.peer("b"), 10_000)).toBeLessThanOrEqual(11);
  });

  it("goes to a master once a second where down-after is long", () => {
    const world = new WatchedMaster();
    world.request("SENTINEL", "SET", "mymaster", "down-after-milliseconds", "30000");
    expect(pingsTo(world, world.master, 10_000)).toBeLessThanOrEqual(11);
  });

  it("goes to a master once a second where there are many to ping", () => {
    const replicas = Array.from({ length: 100 }, (_, at) => ({
      host: "10.0.1.1",
      port: 7000 + at,
    }));
    const world = new WatchedMaster({ replicas });
    expect(pingsTo(world, world.master, 10_000)).toBeLessThanOrEqual(11);
  });

  it("finds a master that hangs down within down-after and a quarter", () => {
    const world = new WatchedMaster();
    passAnswering(world, 3_137, wellInfo);
    const hungAt = world.now;
    while (!world.master.sdown.down) world.pass(10, () => world.answerAll({ but: [world.master] }));
    expect(world.now - hungAt).toBeLessThanOrEqual(1_260);
  });
});
