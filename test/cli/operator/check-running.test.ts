import { describe, expect, it } from "vitest";
import { adviseRunning } from "../../../src/advice/advise.ts";
import { configurationsOf, together } from "../../../src/cli/check/check-running.ts";
import { judgeRunning } from "../../../src/cli/check/running-state.ts";
import { groupViews } from "../../../src/cli/operator/group-view.ts";
import type { SentinelView, Unreached } from "../../../src/cli/operator/sentinel-set.ts";
import { ALL_WELL, aView, runIdOf } from "./a-set.ts";

const NO_SETTINGS = new Map<string, string>();

function codes(views: readonly SentinelView[], unreached: readonly Unreached[] = []): string[] {
  const { files } = configurationsOf(
    views,
    views.map(() => NO_SETTINGS),
  );
  expect(files).toHaveLength(views.length);
  const places = files.map(({ path }) => path);
  const findings = [
    ...judgeRunning(groupViews(views, unreached), views),
    ...together(adviseRunning(files), places),
  ];
  return findings.map(({ code, file }) => `${file} ${code}`).sort();
}

interface Case {
  readonly name: string;
  readonly views: readonly SentinelView[];
  readonly unreached?: readonly Unreached[];
  readonly found: readonly string[];
}

const SILENT: Unreached = {
  address: { host: "127.0.0.1", port: 26381 },
  runId: runIdOf(26381),
  reason: "Connection refused",
};

const CASES: readonly Case[] = [
  { name: "nothing but notes", views: ALL_WELL, found: [] },
  {
    name: "settings that drifted apart",
    views: [
      aView(26379),
      aView(26380, { master: { quorum: "3", "parallel-syncs": "2" } }),
      aView(26381),
    ],
    found: [
      "127.0.0.1:26380 quorum-of-all",
      "127.0.0.1:26380 settings-differ",
      "127.0.0.1:26380 settings-differ",
    ],
  },
  {
    name: "a sentinel that is gone",
    views: [26379, 26380].map((port) =>
      aView(port, { sentinels: { 26381: { flags: "s_down,sentinel" } } }),
    ),
    unreached: [SILENT],
    found: ["the set nothing-to-spare", "the set sentinel-silent"],
  },
  {
    name: "a sentinel that another does not see",
    views: [
      aView(26379, { sentinels: { 26380: { flags: "sentinel,disconnected" } } }),
      aView(26380),
      aView(26381),
    ],
    found: ["127.0.0.1:26379 does-not-see"],
  },
  {
    name: "sentinels that count different voters",
    views: [aView(26379, { master: { "num-other-sentinels": "3" } }), ...ALL_WELL.slice(1)],
    found: ["the set nothing-to-spare", "the set voters-differ"],
  },
  {
    name: "a replica without its link, and one that is down everywhere",
    views: [26379, 26380, 26381].map((port) =>
      aView(port, {
        replicas: {
          7001: { "master-link-status": "err" },
          7002: { flags: "s_down,slave,disconnected" },
        },
      }),
    ),
    found: ["the set replica-down", "the set replica-unlinked"],
  },
  {
    name: "two masters under one name, neither newer",
    views: [aView(26379), aView(26380, { master: { port: "7001" } }), aView(26381)],
    found: ["127.0.0.1:26380 masters-differ"],
  },
  {
    name: "a pause, and settings that only vedettes know of",
    views: [aView(26379, { pausedUntil: 1_795_556_447, drifting: 1 }), ...ALL_WELL.slice(1)],
    found: ["127.0.0.1:26379 config-drift", "the set failovers-paused"],
  },
  {
    name: "a quorum that every sentinel has too high is said once",
    views: [26379, 26380, 26381].map((port) => aView(port, { master: { quorum: "4" } })),
    found: ["the set no-failover-possible", "the set quorum-above-voters"],
  },
];

describe("a sentinel whose answers make no configuration", () => {
  it("is told, and the others are checked", () => {
    const odd = aView(26379, { master: { "parallel-syncs": "many" } });
    const { files, unreadable } = configurationsOf(
      [{ ...odd, masters: odd.masters.map((each) => ({ ...each, quorum: -1 })) }, aView(26380)],
      [NO_SETTINGS, NO_SETTINGS],
    );
    expect(files.map(({ path }) => path)).toEqual(["127.0.0.1:26380"]);
    expect(unreadable[0]).toMatchObject({
      code: "settings-not-read",
      severity: "warning",
      file: "127.0.0.1:26379",
    });
    expect(unreadable[0]?.message).toContain("sentinel monitor mymaster 127.0.0.1 7000 -1");
  });
});

describe("who is gone for good", () => {
  it("is forgotten by its address", () => {
    const views = [26379, 26380].map((port) =>
      aView(port, { replicas: { 7002: { flags: "s_down,slave,disconnected" } } }),
    );
    const helps = judgeRunning(groupViews(views, [SILENT]), views)
      .filter(({ code }) => code === "replica-down" || code === "sentinel-silent")
      .map(({ help }) => help.replace(/.* with /, ""));
    expect(helps).toEqual([
      "vedette forget mymaster 127.0.0.1:7002",
      "vedette forget mymaster 127.0.0.1:26381",
    ]);
  });
});

/** All of them are on this machine, in this test. */
const ASIDE = /loopback-master$/;

describe("vedette check of a running set", () => {
  it.each(CASES)("finds $name", ({ views, unreached, found }) => {
    expect(codes(views, unreached).filter((each) => !ASIDE.test(each))).toEqual(found);
  });
});
