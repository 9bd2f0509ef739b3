import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { textOf } from "../../../src/base/bytes.ts";
import { millis } from "../../../src/base/units.ts";
import { disqualification, selectReplica } from "../../../src/sentinel/replica-selection.ts";
import type { Plan } from "../../../src/sentinel/selection/plan.ts";
import type { Replica } from "../../../src/sentinel/state.ts";
import {
  commandsIn,
  eventNames,
  MASTER,
  REPLICA_1,
  REPLICA_2,
  replicaInfo,
  WatchedMaster,
} from "../watched-master.ts";

interface Two {
  readonly world: WatchedMaster;
  readonly first: Replica;
  readonly second: Replica;
}

function two(): Two {
  const world = new WatchedMaster();
  return { world, first: world.replica(REPLICA_1), second: world.replica(REPLICA_2) };
}

function set(world: WatchedMaster, option: string, value: string): void {
  expect(world.request("SENTINEL", "SET", "mymaster", option, value)).toMatchObject({ text: "OK" });
}

function answer(world: WatchedMaster, replica: Replica, offset: number): void {
  world.info(replica, replicaInfo(replica, MASTER, [`slave_repl_offset:${offset}`]));
}

function planned(world: WatchedMaster): Plan {
  const reply = world.request("SENTINEL", "PLAN", "mymaster");
  if (reply.kind !== "bulk") throw new Error("no text");
  return JSON.parse(textOf(reply.bytes)) as Plan;
}

/** Both have told how far they are, a while ago. */
function ordered(): Two & { readonly seen: () => string[] } {
  const all = two();
  const { world } = all;
  world.pass(1_000, () => world.answerAll());
  world.pass(500);
  for (const replica of [all.first, all.second]) replica.reported.infoAt = millis(world.now - 500);
  const before = world.effects.length;
  world.request("SENTINEL", "FAILOVER", "mymaster", "FORCE");
  return { ...all, seen: () => eventNames(world.effects.slice(before)) };
}

const place = ({ host, port }: typeof REPLICA_1): string => `${host}:${port}`;

/** The first one would be chosen by its run id, until this makes it the worse one. */
const PASSED_OVER: readonly (readonly [string, (two: Two) => void, string | undefined])[] = [
  [
    "is in the middle of a full copy",
    ({ first }) => (first.isSyncing = true),
    "is copying all data",
  ],
  [
    "never had its link to the master",
    ({ first }) => Object.assign(first, { masterLinkUp: false, masterLinkDownMs: -1000 }),
    undefined,
  ],
  [
    "is behind by more than max-lag-bytes",
    ({ world, first, second }) => {
      set(world, "max-lag-bytes", "10");
      first.priority = 1;
      second.replicationOffset = first.replicationOffset + 11;
    },
    "it is 11 bytes behind, more than max-lag-bytes 10",
  ],
  [
    "is in another zone than the master",
    ({ world, first }) => {
      set(world, "zone", `${place(MASTER)} a`);
      set(world, "zone", `${place(REPLICA_1)} b`);
      first.priority = 1;
    },
    "it is in zone b, its master in a",
  ],
  [
    "is in another zone than this sentinel, where the master's is not declared",
    ({ world }) => {
      set(world, "zone", "self a");
      set(world, "zone", `${place(REPLICA_1)} b`);
    },
    "it is in zone b, its master in a",
  ],
  [
    "is in a zone that nobody declared, where another is at home",
    ({ world, first }) => {
      set(world, "zone", `${place(MASTER)} a`);
      set(world, "zone", `${place(REPLICA_2)} a`);
      first.priority = 1;
    },
    undefined,
  ],
  [
    "has less than another by more than the band, with offset-first",
    ({ world, first, second }) => {
      set(world, "selection-order", "offset-first");
      set(world, "lag-band-bytes", "100");
      first.priority = 1;
      second.replicationOffset = first.replicationOffset + 101;
    },
    undefined,
  ],
];

describe("a person's choice", () => {
  it.each(PASSED_OVER)("passes over a replica that %s", (_, spoil, reason) => {
    const all = two();
    spoil(all);
    const { world, first, second } = all;
    expect(selectReplica(world.state, world.master, world.now)).toBe(second);
    const said = disqualification(world.state, first, world.now);
    if (reason === undefined) expect(said).toBeUndefined();
    else expect(said).toContain(reason);
  });

  it("with offset-first goes by priority within the band", () => {
    const { world, first, second } = two();
    set(world, "selection-order", "offset-first");
    first.priority = 1;
    second.replicationOffset = first.replicationOffset + 65_536;
    expect(selectReplica(world.state, world.master, world.now)).toBe(first);
  });

  it("does not compare offsets of two histories", () => {
    const { world, first, second } = two();
    set(world, "selection-order", "offset-first");
    set(world, "max-lag-bytes", "10");
    const tell = (replica: Replica, replid: string, offset: number): void => {
      const lines = [`master_replid:${replid.repeat(40)}`, `slave_repl_offset:${offset}`];
      world.info(replica, replicaInfo(replica, MASTER, lines));
    };
    world.info(world.master, ["role:master", `master_replid:${"a".repeat(40)}`]);
    tell(first, "a", 1);
    tell(second, "b", 1_000_000);
    first.priority = 1;
    expect(selectReplica(world.state, world.master, world.now)).toBe(first);
  });

  it("takes what nobody would promote by themselves only as the last resort", () => {
    const { world, first, second } = two();
    first.isSyncing = true;
    second.isSyncing = true;
    const { state, master, now } = world;
    expect(selectReplica(state, master, now)).toBeUndefined();
    expect(selectReplica(state, master, now, { lastResort: true })).toBe(first);
    second.isSyncing = false;
    expect(selectReplica(state, master, now, { lastResort: true })).toBe(second);
    first.priority = 0;
    second.priority = 0;
    expect(selectReplica(state, master, now, { lastResort: true })).toBeUndefined();
  });
});

describe("SENTINEL PLAN and LAST-RESORT", () => {
  it("tell who would be promoted, and why nobody", () => {
    const { world, first, second } = two();
    expect(planned(world)).toMatchObject({
      promoted: REPLICA_1,
      obstacles: [],
      quorum: { needed: 2, up: 3, isReachable: true },
      candidates: [{ verdict: "chosen" }, { verdict: "eligible" }],
    });
    first.isSyncing = true;
    second.priority = 0;
    expect(planned(world)).toMatchObject({
      lastResort: REPLICA_1,
      obstacles: ["no replica may be promoted"],
      candidates: [{ verdict: "last-resort" }, { verdict: "excluded" }],
    });
    const order = ["SENTINEL", "FAILOVER", "mymaster", "FORCE"] as const;
    expect(world.request(...order)).toMatchObject({ kind: "error" });
    expect(world.request(...order, "LAST-RESORT")).toMatchObject({ text: "OK" });
  });

  it("the plan is what a failover does", () => {
    const fields = fc.record({
      priority: fc.integer({ min: 0, max: 2 }),
      replicationOffset: fc.integer({ min: 0, max: 3 }),
      isSyncing: fc.boolean(),
      masterLinkUp: fc.boolean(),
      masterLinkDownMs: fc.constantFrom(-1000, 0, 1000),
    });
    fc.assert(
      fc.property(
        fields,
        fields,
        fc.constantFrom("priority-first", "offset-first"),
        (a, b, order) => {
          const { world, first, second } = two();
          set(world, "selection-order", order);
          set(world, "lag-band-bytes", "1");
          Object.assign(first, a);
          Object.assign(second, b);
          const { promoted } = planned(world);
          world.request("SENTINEL", "FAILOVER", "mymaster", "FORCE");
          const { failover } = world.master;
          const chosen = "promoted" in failover ? failover.promoted.address : undefined;
          expect(chosen).toEqual(promoted);
        },
      ),
    );
  });
});

describe("the refresh before a choice (W-16)", () => {
  it("asks all, and chooses by what they answer", () => {
    const { world, first, second, seen } = ordered();
    expect(world.master.failover.phase).toBe("select-replica");
    expect(commandsIn(world.effects, "info").length).toBeGreaterThan(2);
    answer(world, first, 2_000);
    expect(seen()).not.toContain("+selected-slave");
    answer(world, second, 2_001);
    expect(seen()).toContain("+selected-slave");
    expect(world.master.failover).toMatchObject({ phase: "wait-promotion", promoted: second });
  });

  it("waits no longer than 100 ms, and puts who did not answer behind who did", () => {
    const { world, first, second } = ordered();
    answer(world, second, 500);
    world.pass(90);
    expect(world.master.failover.phase).toBe("select-replica");
    world.pass(11);
    expect(world.master.failover).toMatchObject({ phase: "wait-promotion", promoted: second });
    expect(first.replicationOffset).toBe(1_000);
    expect(world.master.receipt?.candidates[1]?.reason).toContain("did not answer");
  });

  it("does not wait for who has been silent for long", () => {
    const { world, first, second } = ordered();
    first.link.actPingAt = millis(world.now - 300);
    answer(world, second, 500);
    expect(world.master.failover).toMatchObject({ phase: "wait-promotion", promoted: second });
  });
});
