import { describe, expect, it, vi } from "vitest";
import * as info from "../../src/wire/info.ts";
import { unixMillis } from "../../src/base/units.ts";
import { remember } from "../../src/sentinel/forgetting/forgotten.ts";
import { beginTurn } from "../../src/sentinel/turn.ts";
import { durableView } from "../../src/sentinel/durable.ts";
import type { Link } from "../../src/sentinel/state.ts";
import { makeVedette, saidTo, textOf } from "./maintenance.ts";
import {
  eventNames,
  MASTER,
  masterInfo,
  REPLICA_1,
  REPLICA_2,
  runIdOf,
  WatchedMaster,
} from "./watched-master.ts";

vi.mock("../../src/wire/info.ts", { spy: true });

const FORGET = ["SENTINEL", "FORGET", "mymaster", REPLICA_1.host, String(REPLICA_1.port)] as const;

/** The first replica is gone, and the master no longer lists it. */
function alone(world: WatchedMaster, durationMs: number): void {
  const replica = [...world.master.replicas.values()].find(
    ({ address }) => address.port === REPLICA_1.port,
  );
  if (replica !== undefined && replica.link.phase.phase === "open") {
    world.give({ kind: "link-lost", link: replica.link.id, reason: "reset" });
  }
  world.pass(durationMs, () => {
    world.answerAll({ but: replica === undefined ? [world.master] : [replica, world.master] });
    if (world.master.link.phase.phase === "connecting") world.open(world.master.link);
    world.pong(world.master);
    world.info(world.master, masterInfo([REPLICA_2]));
  });
}

function watched(seconds: number): WatchedMaster {
  const world = new WatchedMaster();
  const words = ["SENTINEL", "SET", "mymaster", "forget-replicas-after-seconds"] as const;
  world.request(...words, String(seconds));
  return world;
}

function probing(world: WatchedMaster): Link | undefined {
  return [...world.state.links.values()].find(({ probes }) => probes !== undefined);
}

/** Waits until the address is tried again, and somebody answers. */
function answerProbe(world: WatchedMaster, lines: readonly string[]): void {
  alone(world, 25_000);
  const link = probing(world);
  if (link === undefined) throw new Error("nobody is looked for");
  world.open(link);
  const told = info.parseInfo(lines.join("\r\n"));
  world.give({ kind: "info-reply", link: link.id, info: told });
}

describe("replicas that are gone", () => {
  it("are kept for ever unless it was set otherwise", () => {
    const world = new WatchedMaster();
    alone(world, 600_000);
    expect(world.master.replicas.size).toBe(2);
  });

  it("are forgotten after the time that was set, and remembered as such", () => {
    const world = watched(30);
    alone(world, 25_000);
    expect(world.master.replicas.size).toBe(2);
    alone(world, 20_000);
    expect([...world.master.replicas.values()].map(({ address }) => address)).toEqual([REPLICA_2]);
    expect(eventNames(world.effects)).toContain("+vedette-forget-replica");
    expect(durableView(world.state).masters[0]?.extensions.forgotten.size).toBe(1);
  });

  it.each<[string, (world: WatchedMaster) => void]>([
    ["their master lists them", () => undefined],
    [
      "they are in downtime",
      (world) => {
        const words = ["SENTINEL", "DOWNTIME", "mymaster", REPLICA_1.host] as const;
        world.ask(...words, String(REPLICA_1.port), "SECONDS", "600");
      },
    ],
  ])("are kept while %s", (name, prepare) => {
    const world = watched(30);
    prepare(world);
    if (name.includes("downtime")) alone(world, 60_000);
    else {
      const replica = world.replica(REPLICA_1);
      world.give({ kind: "link-lost", link: replica.link.id, reason: "reset" });
      world.pass(60_000, () => world.answerAll({ but: [replica] }));
    }
    expect(world.master.replicas.size).toBe(2);
  });

  it("are found again when the master lists them", () => {
    const world = watched(20);
    alone(world, 40_000);
    expect(world.master.replicas.size).toBe(1);
    world.info(world.master, masterInfo([REPLICA_1, REPLICA_2]));
    expect(world.master.replicas.size).toBe(2);
    world.pass(100, () => undefined);
    expect(world.master.forgetting.replicas.size).toBe(0);
  });

  it.each<[string, readonly string[]]>([
    ["are the same process", [`run_id:${runIdOf("2")}`, "role:master", "db0:keys=9,expires=0"]],
    [
      "follow the master",
      [
        "role:slave",
        `master_host:${MASTER.host}`,
        `master_port:${MASTER.port}`,
        "db0:keys=9,expires=0",
      ],
    ],
    ["have nothing to lose", [`run_id:${runIdOf("9")}`, "role:master"]],
  ])("are taken back when they are there again and %s", (_name, lines) => {
    const world = watched(20);
    alone(world, 30_000);
    answerProbe(world, lines);
    expect(world.master.replicas.size).toBe(2);
    expect(probing(world)).toBeUndefined();
    expect(world.master.forgetting.replicas.size).toBe(0);
  });

  it("are not taken for who has their address now", () => {
    const world = watched(20);
    alone(world, 30_000);
    answerProbe(world, [`run_id:${runIdOf("9")}`, "role:master", "db0:keys=9,expires=0"]);
    expect(world.master.replicas.size).toBe(1);
    expect(probing(world)).toBeUndefined();
    expect(world.master.forgetting.replicas.size).toBe(1);
  });
});

describe("a review of a master", () => {
  it("reads no INFO again for a replica that is gone and that the master lists", () => {
    const world = watched(5);
    const replica = world.replica(REPLICA_1);
    world.give({ kind: "link-lost", link: replica.link.id, reason: "reset" });
    world.pass(10_000, () => world.answerAll({ but: [replica] }));
    expect(world.master.replicas.size).toBe(2);
    vi.mocked(info.parseInfo).mockClear();
    world.pass(5_000, () => world.pong(world.master));
    expect(info.parseInfo).not.toHaveBeenCalled();
  });

  it("looks for no replica that was forgotten among those that are known, before it is tried", () => {
    const world = new WatchedMaster();
    const reviewed = () => {
      const walked = vi.spyOn(world.master.replicas, "values");
      world.pass(5_000, () => world.pong(world.master));
      const { length } = walked.mock.calls;
      walked.mockRestore();
      return length;
    };
    world.pass(5_000, () => world.answerAll());
    const turn = beginTurn(world.state, world.now, { mayJudge: true });
    for (let port = 1; port <= 200; port++) {
      const place = { host: "10.0.0.3", port };
      const at = unixMillis(0);
      remember(turn, world.master, {
        kind: "replica",
        place,
        at,
        runId: undefined,
        replid: undefined,
      });
    }
    expect(reviewed()).toBeLessThan(200);
  });
});

describe("SENTINEL FORGET of a replica", () => {
  it("forgets it here, and has the other vedettes look", () => {
    const world = new WatchedMaster();
    makeVedette(world, "b");
    alone(world, 5_000);
    expect(textOf(world.request(...FORGET))).toBe("OK");
    expect(world.master.replicas.size).toBe(1);
    expect(saidTo(world, "b", world.effects, "forget-replica")).toHaveLength(1);
  });

  it.each<[string, (world: WatchedMaster) => void, readonly string[], string]>([
    ["one that lives", () => undefined, FORGET, "it is not down"],
    ["nobody", () => undefined, [...FORGET.slice(0, 4), "1"], "No such replica"],
    [
      "one that the master lists",
      (world) => {
        const replica = world.replica(REPLICA_1);
        world.give({ kind: "link-lost", link: replica.link.id, reason: "reset" });
        world.pass(15_000, () => world.answerAll({ but: [replica] }));
      },
      FORGET,
      "its master lists it",
    ],
  ])("is refused for %s", (_name, prepare, [first = "", ...words], text) => {
    const world = new WatchedMaster();
    prepare(world);
    expect(textOf(world.request(first, ...words))).toContain(text);
    expect(world.master.replicas.size).toBe(2);
  });

  it("that another vedette asks for is done where the replica is down, and nowhere else", () => {
    const topic = ["SENTINEL", "VEDETTE", "forget-replica", "mymaster", REPLICA_1.host] as const;
    const asked = (world: WatchedMaster) => {
      const reply = world.request(...topic, String(REPLICA_1.port));
      return reply.kind === "array" ? textOf(reply.items[0] ?? reply) : "";
    };
    const world = new WatchedMaster();
    expect(asked(world)).toBe("no");
    alone(world, 5_000);
    expect(asked(world)).toBe("yes");
    expect(world.master.replicas.size).toBe(1);
  });
});
