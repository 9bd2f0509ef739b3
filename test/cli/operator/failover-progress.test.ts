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

  it("does not wait for a sentinel that was lost", () => {
    const progress = new FailoverProgress("m", SENTINELS);
    told(progress, [["s1", "+switch-master", "m 10.0.0.1 6379 ::1 6379"]]);
    progress.forget("s2");
    expect(progress.isOver).toBe(true);
    expect(progress.outcome).toMatchObject({ to: "[::1]:6379", saidBy: 1, of: 1 });
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
    ["master m 10.0.0.1 6379", true],
    ["m 10.0.0.1 6379 10.0.0.2 6379", true],
    ["slave 10.0.0.2:6379 10.0.0.2 6379 @ m 10.0.0.1 6379", true],
    ["slave 10.0.0.2:6379 10.0.0.2 6379 @ other 10.0.0.1 6379", false],
    ["#tilt mode entered", false],
    ["12", false],
  ])("%s", (payload, expected) => {
    expect(isAbout("m", { payload })).toBe(expected);
  });
});
