import { describe, expect, it } from "vitest";
import { parseFault } from "../../src/sim/rehearsal/fault-text.ts";
import { checkedPlan, nodesOf } from "../../src/sim/rehearsal/plan-check.ts";
import { topologyOf } from "../../src/sim/rehearsal/topology.ts";
import { newGroup, topology } from "./a-group.ts";
import { idOf } from "../advice/checked.ts";
import { parseRunId } from "../../src/base/ids.ts";

const ZONED = topology({}, { zones: ["zone-a=192.0.2.1,s1", "b=r1,s2"] });

function check(...texts: readonly string[]) {
  return checkedPlan(texts.map(parseFault), ZONED, 60_000);
}

describe("a plan", () => {
  it("is carried out in the order of its times", () => {
    expect(check("at 9s heal", "at 1s cut zone-a").map(({ atMs }) => atMs)).toEqual([1_000, 9_000]);
  });

  it.each([
    ["at 1s kill zone-a", ["m", "s1"]],
    ["at 1s kill zone b", ["r1", "s2"]],
    ["at 1s kill 192.0.2.1", ["m"]],
    ["at 1s kill 192.0.2.1:6379", ["m"]],
    ["at 1s kill sentinel 3", ["s3"]],
    ["at 1s kill replica 2", ["r2"]],
  ])("%s hits %j", (text, nodes) => {
    const { action } = parseFault(text);
    expect("target" in action && action.target && nodesOf(action.target, ZONED, text)).toEqual(
      nodes,
    );
  });

  it.each([
    ["at 1s kill replica 3", "there is no replica 3; expected 1 to 2"],
    ["at 1s kill sentinel 4", "there is no sentinel 4; expected 1 to 3"],
    ["at 1s cut zone c", "there is no zone 'c'; expected zone-a, b"],
    ["at 1s cut zone-c", "there is no zone 'zone-c'; expected zone-a, b"],
    ["at 1s kill 192.0.2.9", "there is no '192.0.2.9'; expected one of m (192.0.2.1:6379), r1"],
    ["at 60s kill master", "at 60000 ms the run is over"],
    ["at 1s slow master by 0ms", "slower by nothing"],
  ])("is refused: %s", (text, reason) => {
    expect(() => check(text)).toThrow(`--fault '${text}': ${reason}`);
  });

  it("without a fault is none", () => {
    expect(() => check()).toThrow("expected --fault");
  });
});

describe("a cluster", () => {
  it("is what the file knows, filled up with what the user adds", () => {
    const known = newGroup();
    const runId = parseRunId(idOf("b"));
    if (runId === undefined) throw new Error("no id");
    const master = {
      ...known.master,
      replicas: [{ host: "192.0.2.2", port: 6379 }],
      sentinels: [{ runId, address: { host: "192.0.2.12", port: 26379 } }],
    };
    const found = topologyOf(
      { master, ownHost: "192.0.2.11" },
      { sentinels: 3, replicas: undefined, zones: [] },
    );
    expect(found.servers.map(({ node, label }) => `${node} ${label}`)).toEqual([
      "m 192.0.2.1:6379",
      "r1 192.0.2.2:6379",
    ]);
    expect(found.sentinels.map(({ label }) => label)).toEqual([
      "192.0.2.11",
      "192.0.2.12:26379",
      "sentinel 3",
    ]);
  });

  it.each([
    [{ sentinels: undefined }, "expected --sentinels N"],
    [{ replicas: undefined }, "expected --replicas N"],
    [{ sentinels: 60, replicas: 60 }, "at most 64"],
    [{ zones: ["a"] }, "expected NAME=HOST,HOST"],
    [{ zones: ["a="] }, "a zone without hosts"],
    [{ zones: ["a=nowhere"] }, "there is no 'nowhere'"],
    [{ zones: ["a=m", "a=s1"] }, "a is named twice"],
    [{ zones: ["a=m", "b=m"] }, "m is in a already"],
    [{ zones: ["1=m"] }, "expected NAME=HOST,HOST"],
  ])("is refused: %j", (additions, reason) => {
    expect(() => topology({}, additions)).toThrow(reason);
  });
});
