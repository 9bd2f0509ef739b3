import { describe, expect, it } from "vitest";
import { parseSubject, parseSwitch, subjectName, timelineOf } from "../../src/cli/demo/timeline.ts";
import { toneOfEvent } from "../../src/advice/event-tones.ts";
import { CAST, KILLED_AT_MS, RECORDED } from "./recorded-failover.ts";

const KILL = { atMs: KILLED_AT_MS, what: "SIGKILL", who: "server 1", detail: "killed" };
const WRITE = {
  atMs: KILLED_AT_MS + 2163,
  what: "write acknowledged",
  who: "server 3",
  detail: "the first since",
};

describe("the timeline of a failover", () => {
  const steps = timelineOf(KILLED_AT_MS, RECORDED, [WRITE, KILL], CAST);

  it("tells the recorded failover in order, in the names of the cast", () => {
    expect(steps.map(({ atMs, what, who, detail }) => [atMs, what, who, detail])).toEqual([
      [0, "SIGKILL", "server 1", "killed"],
      [1010, "+sdown", "sentinel 2", "server 1 does not answer"],
      [1036, "+sdown", "sentinel 1", "server 1 does not answer"],
      [1084, "+sdown", "sentinel 3", "server 1 does not answer"],
      [1114, "+odown", "sentinel 1", "2 agree, quorum 2"],
      [1115, "+vote-for-leader", "sentinel 1", "for sentinel 1, epoch 1"],
      [1118, "+vote-for-leader", "sentinel 3", "for sentinel 1, epoch 1"],
      [1119, "+vote-for-leader", "sentinel 2", "for sentinel 1, epoch 1"],
      [1173, "+elected-leader", "sentinel 1", "leads the failover"],
      [1226, "+selected-slave", "sentinel 1", "server 3 is to be the master"],
      [2124, "+promoted-slave", "sentinel 1", "server 3 is a master now"],
      [2163, "write acknowledged", "server 3", "the first since"],
      [2208, "+switch-master", "sentinel 2", "to server 3"],
      [2210, "+switch-master", "sentinel 3", "to server 3"],
      [3230, "-odown", "sentinel 1", "no longer enough agree"],
      [3230, "+switch-master", "sentinel 1", "to server 3"],
    ]);
  });

  it("leaves out what replicas and sentinels do meanwhile", () => {
    const aboutReplicas = RECORDED.filter(({ payload }) => payload.startsWith("slave"));
    const names = timelineOf(KILLED_AT_MS, aboutReplicas, [], CAST).map(({ what }) => what);
    expect(names).toEqual(["+selected-slave", "+promoted-slave"]);
  });

  it("shows an attempt that was given up", () => {
    const payload = "master mymaster 127.0.0.1 7001";
    const name = "-failover-abort-not-elected";
    const [step] = timelineOf(0, [{ atMs: 7, sentinel: "sentinel 1", name, payload }], [], CAST);
    expect(step).toMatchObject({ what: name, tone: "bad" });
  });

  it.each([
    ["SIGKILL", "bad"],
    ["+sdown", "bad"],
    ["+elected-leader", "plain"],
    ["+switch-master", "good"],
    ["write acknowledged", "good"],
  ])("gives %s the tone %s", (what, tone) => {
    expect(steps.find((step) => step.what === what)?.tone).toBe(tone);
  });
});

describe("payloads of events", () => {
  it("name their subject", () => {
    expect(parseSubject("slave [::1]:7002 ::1 7002 @ mymaster ::1 7001")).toEqual({
      kind: "slave",
      name: "[::1]:7002",
      host: "::1",
      port: 7002,
    });
    expect(parseSubject("#tilt mode entered")).toBeUndefined();
  });

  it("are named after the sentinel, the server, or the address of a stranger", () => {
    const sentinel = `sentinel ${"b".repeat(40)} 127.0.0.1 8002 @ mymaster 127.0.0.1 7001`;
    expect(subjectName(sentinel, CAST)).toBe("sentinel 2");
    expect(subjectName("slave x 127.0.0.1 7002 @ mymaster 127.0.0.1 7001", CAST)).toBe("server 2");
    expect(subjectName("slave x 10.0.0.9 6379 @ mymaster 127.0.0.1 7001", CAST)).toBe(
      "10.0.0.9:6379",
    );
  });

  it("of a switch end with the new address", () => {
    expect(parseSwitch("mymaster 10.0.0.1 6379 10.0.0.2 6380")).toEqual({
      host: "10.0.0.2",
      port: 6380,
    });
    expect(parseSwitch("mymaster")).toBeUndefined();
  });

  it("are bad or good news by their event", () => {
    expect(["+odown", "-odown", "+tilt", "+slave"].map(toneOfEvent)).toEqual([
      "bad",
      "good",
      "bad",
      "plain",
    ]);
  });
});
