import { describe, expect, it } from "vitest";
import { PLAIN } from "../../../src/cli/paint.ts";
import { toldIn } from "../../../src/cli/plan/last-told.ts";
import { statusOf } from "../../../src/cli/plan/plan.ts";
import { planOf, toldProspect } from "../../../src/cli/plan/prospect.ts";
import { planLines } from "../../../src/cli/plan/report.ts";
import { toldPlan } from "../../../src/cli/operator/told-plan.ts";
import { ALL_WELL, aView, groupOf } from "./a-set.ts";

type Changes = Parameters<typeof aView>[1];

function planWith(changes: Changes) {
  return planOf(groupOf(ALL_WELL.map(({ address }) => aView(address.port, changes))), {
    offset: 6_000,
    agoMs: 400,
  });
}

describe("who would take over", () => {
  it.each<readonly [string, Changes, readonly string[]]>([
    [
      "the furthest",
      { replicas: { 7001: { "slave-repl-offset": "4400" } } },
      ["7002 chosen the furthest: offset 5000", "7001 eligible offset 4400 is less than 5000"],
    ],
    [
      "the lowest priority, however far it is",
      { replicas: { 7001: { "slave-repl-offset": "10", "slave-priority": "10" } } },
      ["7001 chosen priority 10 comes first", "7002 eligible priority 100 comes after 10"],
    ],
    [
      "the lowest run id of equals",
      { replicas: { 7001: { runid: "b" }, 7002: { runid: "a" } } },
      ["7002 chosen the lowest run id of equals", "7001 eligible as good, with a higher run id"],
    ],
    [
      "the only one left",
      { replicas: { 7001: { "slave-priority": "0" } } },
      ["7002 chosen the only one", "7001 excluded priority 0: never promoted"],
    ],
  ])("%s", (_name, changes, expected) => {
    const { candidates } = planWith(changes);
    expect(
      candidates.map(({ address, verdict, reason }) => `${address.port} ${verdict} ${reason}`),
    ).toEqual(expected);
  });

  it("is told with what would be lost", () => {
    const lines = planLines(
      planWith({ replicas: { 7001: { "slave-repl-offset": "4400" } } }),
      PLAIN,
    );
    expect(lines.slice(0, 4)).toEqual([
      "mymaster  ok  127.0.0.1:7000",
      "127.0.0.1:7002 would take over, the furthest: offset 5000; some 5.0 s after the master's last answer.",
      "At least 1.0 kB would be lost by what the master told 400 ms ago; what is written until then comes on top.",
      "1 sentinel and 1 replica more may be lost.",
    ]);
  });

  it("is nobody where nobody may", () => {
    const down = { flags: "s_down,slave" };
    const lines = planLines(planWith({ replicas: { 7001: down, 7002: down } }), PLAIN);
    expect(lines[1]).toBe("no failover is possible: no replica may be promoted now.");
  });
});

/** As a vedette answers SENTINEL PLAN, shortened; by Redis' rules 7001 would be chosen. */
const TOLD = {
  master: "mymaster",
  promoted: { host: "127.0.0.1", port: 7002 },
  candidates: [
    {
      address: { host: "127.0.0.1", port: 7002 },
      verdict: "chosen",
      reason: "it has its master's zone",
      priority: 100,
      offset: 5_000,
      behindBytes: 0,
    },
    {
      address: { host: "127.0.0.1", port: 7001 },
      verdict: "last-resort",
      reason: "it is 900 bytes behind, more than max-lag-bytes 100",
      priority: 100,
      offset: 4_100,
      behindBytes: 900,
    },
  ],
  atRisk: { bytesAtLeast: 0, bytesAtMost: 2_000, mayGoOn: false, basis: "2 kB/s for 1 s" },
  obstacles: [] as string[],
};

function groupTold(told: object) {
  const plan = toldPlan(JSON.stringify(told));
  if (plan === undefined) throw new Error("it was not understood");
  return groupOf(ALL_WELL.map(({ address }) => aView(address.port, { plan })));
}

function prospectOf(told: object) {
  const group = groupTold(told);
  if (group.plan === undefined) throw new Error("the group has no plan");
  return toldProspect(group, group.plan);
}

describe("what a vedette plans", () => {
  it("counts for who may be promoted", () => {
    const group = groupTold(TOLD);
    expect(group.eligible).toBe(1);
    expect(group.replicas.map(({ row, exclusion }) => [row.address.port, exclusion])).toEqual([
      [7001, "it is 900 bytes behind, more than max-lag-bytes 100"],
      [7002, undefined],
    ]);
  });

  it("is told in its words, with what would be lost", () => {
    const plan = prospectOf(TOLD);
    const lines = planLines(plan, PLAIN);
    expect(lines.slice(1, 3)).toEqual([
      "127.0.0.1:7002 would take over, it has its master's zone; some 5.0 s after the master's last answer.",
      "0 B to 2.0 kB would be lost by what the sentinel was told last (2 kB/s for 1 s).",
    ]);
    expect(lines.at(-1)).toContain("last-resort");
    expect(statusOf(plan)).toBe(1);
  });

  it("is nothing where something stands in the way", () => {
    const plan = prospectOf({ ...TOLD, obstacles: ["held back by a cooldown"] });
    expect(planLines(plan, PLAIN)[1]).toBe("no failover is possible: held back by a cooldown.");
    expect(statusOf(plan)).toBe(2);
  });

  it("is that of the vedette that could carry it out", () => {
    const [free, held] = [[], ["no majority"]].map((obstacles) =>
      toldPlan(JSON.stringify({ ...TOLD, obstacles })),
    );
    const views = [held, free, undefined].map((plan, index) =>
      aView(26_379 + index, plan === undefined ? {} : { plan }),
    );
    expect(groupOf(views).plan).toBe(free);
  });

  it.each([
    [new Error("ERR Unknown sentinel subcommand 'PLAN'")],
    ["nonsense"],
    ["null"],
    ["{}"],
    [JSON.stringify({ ...TOLD, candidates: [{ verdict: "chosen" }] })],
  ])("is unknown from %o", (answer) => expect(toldPlan(answer)).toBeUndefined());
});

describe("what the master told last", () => {
  it("is read from SENTINEL INFO-CACHE", () => {
    const info = "# Replication\r\nrole:master\r\nmaster_repl_offset:123\r\n";
    expect(toldIn(["mymaster", [[40, info]]])).toEqual({ offset: 123, agoMs: 40 });
  });

  it.each([[null], [[]], [["mymaster", [[0, null]]]], [new Error("ERR")]])(
    "is not known from %o",
    (answer) => expect(toldIn(answer)).toBeUndefined(),
  );
});
