import { describe, expect, it } from "vitest";
import { marginText } from "../../../src/advice/failover-margin.ts";
import { complaintsOf, conditionOf, type GroupView } from "../../../src/cli/operator/group-view.ts";
import { ALL_WELL, aView, groupOf, runIdOf } from "./a-set.ts";

const DOWN = { flags: "s_down,slave,disconnected" };

interface Case {
  readonly name: string;
  readonly group: GroupView;
  readonly state: GroupView["state"];
  readonly condition: ReturnType<typeof conditionOf>;
  readonly margin: string;
  readonly complaints: readonly string[];
}

const CASES: readonly Case[] = [
  {
    name: "all is well",
    group: groupOf(ALL_WELL),
    state: "ok",
    condition: "well",
    margin: "1 sentinel and 1 replica more may be lost",
    complaints: [],
  },
  {
    name: "one sentinel suspects the master",
    group: groupOf([aView(26379, { master: { flags: "s_down,master" } }), ...ALL_WELL.slice(1)]),
    state: "suspected",
    condition: "degraded",
    margin: "1 sentinel and 1 replica more may be lost",
    complaints: ["1 of 3 sentinels do not reach the master"],
  },
  {
    name: "a quorum finds it down",
    group: groupOf([
      aView(26379, { master: { flags: "s_down,o_down,master" } }),
      ...ALL_WELL.slice(1),
    ]),
    state: "down",
    condition: "failed",
    margin: "1 sentinel and 1 replica more may be lost",
    complaints: [],
  },
  {
    name: "a failover runs",
    group: groupOf([
      aView(26379, {
        master: { flags: "s_down,o_down,master,failover_in_progress" },
      }),
      ...ALL_WELL.slice(1),
    ]),
    state: "failing over",
    condition: "degraded",
    margin: "1 sentinel and 1 replica more may be lost",
    complaints: [],
  },
  {
    name: "a sentinel is gone",
    group: groupOf(
      [26379, 26380].map((port) =>
        aView(port, { sentinels: { 26381: { flags: "s_down,sentinel" } } }),
      ),
      [
        {
          address: { host: "127.0.0.1", port: 26381 },
          runId: runIdOf(26381),
          reason: "Connection refused",
        },
      ],
    ),
    state: "ok",
    condition: "degraded",
    margin: "one more sentinel lost and no failover is possible",
    complaints: ["sentinel 127.0.0.1:26381 does not answer"],
  },
  {
    name: "one replica is down, the other may never be promoted",
    group: groupOf(
      [26379, 26380, 26381].map((port) =>
        aView(port, { replicas: { 7001: DOWN, 7002: { "slave-priority": "0" } } }),
      ),
    ),
    state: "ok",
    condition: "degraded",
    margin: "no failover is possible: no replica may be promoted now",
    complaints: ["127.0.0.1:7001 not reached"],
  },
  {
    name: "a sentinel was away during a failover",
    group: groupOf([
      aView(26379, { master: { port: "7001", "config-epoch": "4" } }),
      ...ALL_WELL.slice(1),
    ]),
    state: "ok",
    condition: "degraded",
    margin: "1 sentinel and 1 replica more may be lost",
    complaints: ["the sentinels do not agree where the master is"],
  },
];

describe("a group as all its sentinels see it", () => {
  it.each(CASES)("$name", ({ group, state, condition, margin, complaints }) => {
    expect(group.state).toBe(state);
    expect(conditionOf(group)).toBe(condition);
    expect(marginText(group)).toBe(margin);
    expect(complaintsOf(group)).toEqual(complaints);
  });

  it("takes the address of the highest config epoch, whoever is asked first", () => {
    const ahead = aView(26381, { master: { port: "7001", "config-epoch": "4" } });
    for (const views of [
      [ahead, ...ALL_WELL.slice(0, 2)],
      [...ALL_WELL.slice(0, 2), ahead],
    ]) {
      expect(groupOf(views).address.port).toBe(7001);
    }
  });

  it("measures lag against the furthest replica, and not where nothing was told", () => {
    const views = [26379, 26380, 26381].map((port) =>
      aView(port, {
        replicas: { 7001: { "slave-repl-offset": "4400" }, 7002: { "slave-repl-offset": "0" } },
      }),
    );
    expect(groupOf(views).replicas.map(({ lagBytes }) => lagBytes)).toEqual([0, undefined]);
  });

  it("says what a quorum above the number of sentinels means", () => {
    expect(marginText({ voters: 3, usable: 3, quorum: 4, eligible: 2 })).toBe(
      "no failover is possible: quorum 4 is more than the 3 sentinels there are",
    );
  });
});
