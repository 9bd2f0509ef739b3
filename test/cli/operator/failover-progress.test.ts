import { describe, expect, it } from "vitest";
import { FailoverProgress } from "../../../src/cli/operator/failover-progress.ts";
import { isAbout } from "../../../src/cli/operator/sentinel-events.ts";

const SENTINELS = ["s1", "s2"];

function told(progress: FailoverProgress, events: readonly (readonly [string, string, string])[]) {
  for (const [sentinel, name, payload] of events) {
    progress.take({ at: new Date(0), sentinel, name, payload });
  }
  return progress;
}

describe("a failover that was asked for", () => {
  it("is over when all sentinels name the new master", () => {
    const progress = new FailoverProgress("m", SENTINELS);
    told(progress, [["s1", "+switch-master", "m 10.0.0.1 6379 10.0.0.2 6379"]]);
    expect(progress.isOver).toBe(false);
    told(progress, [["s2", "+switch-master", "m 10.0.0.1 6379 10.0.0.2 6379"]]);
    expect(progress.isOver).toBe(true);
    expect(progress.outcome).toEqual({ kind: "switched", to: "10.0.0.2:6379", saidBy: 2, of: 2 });
  });

  it("does not wait for a sentinel that was lost, and counts it as missing", () => {
    const progress = new FailoverProgress("m", SENTINELS);
    told(progress, [["s1", "+switch-master", "m 10.0.0.1 6379 ::1 6379"]]);
    progress.forget("s2");
    expect(progress.isOver).toBe(true);
    expect(progress.outcome).toMatchObject({ to: "[::1]:6379", saidBy: 1, of: 2 });
  });

  it("is not announced by one who was not to announce it", () => {
    const progress = new FailoverProgress("m", SENTINELS);
    told(progress, [["s9", "+switch-master", "m 10.0.0.1 6379 10.0.0.2 6379"]]);
    expect(progress.outcome).toMatchObject({ saidBy: 0, of: 2 });
    expect(progress.isOver).toBe(false);
  });

  it("is over when it is given up, and says why", () => {
    const progress = new FailoverProgress("m", SENTINELS);
    told(progress, [["s1", "-failover-abort-no-good-slave", "master m 10.0.0.1 6379"]]);
    expect(progress.outcome).toEqual({ kind: "aborted", why: "no replica may be promoted" });
  });

  it("takes no other master's events for its own", () => {
    const progress = new FailoverProgress("m", SENTINELS);
    told(progress, [
      ["s1", "-failover-abort-not-elected", "master m2 10.0.0.1 6379"],
      ["s1", "+switch-master", "m2 10.0.0.1 6379 10.0.0.2 6379"],
      ["s1", "+sdown", "slave m 10.0.0.1 6379 @ m2 10.0.0.1 6379"],
    ]);
    expect(progress.outcome).toEqual({ kind: "under-way" });
  });
});

describe("what an event is about", () => {
  it.each([
    ["m", "+odown", "master m 10.0.0.1 6379 #quorum 2/2", true],
    ["m", "+switch-master", "m 10.0.0.1 6379 10.0.0.2 6379", true],
    ["m", "+slave", "slave 10.0.0.2:6379 10.0.0.2 6379 @ m 10.0.0.1 6379", true],
    ["m", "+slave", "slave 10.0.0.2:6379 10.0.0.2 6379 @ other 10.0.0.1 6379", false],
    ["m", "+tilt", "#tilt mode entered", false],
    ["m", "+new-epoch", "12", false],
    ["m", "+vedette-receipt", "m,7,auto completed", true],
    ["m", "+vedette-receipt", "m2,7,auto completed", false],
    ["m", "+vedette-audit", "default 127.0.0.1:36356 SENTINEL PAUSE m SECONDS 60 #OK", true],
    ["m", "+vedette-audit", "default 127.0.0.1:36356 SENTINEL PAUSE other #m", false],
    ["master", "+odown", "master m 10.0.0.1 6379 #quorum 2/2", false],
    ["master", "+odown", "master master 10.0.0.1 6379 #quorum 2/2", true],
    ["master", "+switch-master", "master 10.0.0.1 6379 10.0.0.2 6379", true],
  ])("%s: %s %s", (master, name, payload, expected) => {
    expect(isAbout(master, { name, payload })).toBe(expected);
  });
});
