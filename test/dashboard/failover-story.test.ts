import { describe, expect, it } from "vitest";
import type { EventItem } from "../../src/dashboard/api/types.ts";
import { phasesOf, storiesOf } from "../../src/dashboard/model/failover-story.ts";
import { anEvent } from "./answers.ts";

const SWITCH = "mymaster 10.0.0.1 6379 10.0.0.2 6379";

function story(...steps: readonly (readonly [atMs: number, name: string, message?: string])[]) {
  const events = steps.map(([atMs, name, message], index): EventItem =>
    anEvent(index + 1, atMs, name, message === undefined ? {} : { message }),
  );
  return storiesOf(events, "mymaster");
}

describe("failovers as events tell them", () => {
  it("begin with the suspicion and end with the last replica", () => {
    const [told, ...others] = story(
      [0, "+sdown"],
      [12, "+odown"],
      [13, "+try-failover"],
      [50, "+elected-leader"],
      [51, "+selected-slave"],
      [110, "+promoted-slave"],
      [112, "+switch-master", SWITCH],
      [300, "+failover-end"],
      [400, "+slave"],
    );
    expect(others).toEqual([]);
    expect(told).toMatchObject({ outcome: "switched", to: "10.0.0.2:6379" });
    expect(told?.steps.map(({ name, atMs }) => `${atMs} ${name}`)).toContain("300 +failover-end");
    expect(told === undefined ? [] : phasesOf(told)).toEqual([
      { name: "agree", ms: 12 },
      { name: "elect", ms: 38 },
      { name: "select", ms: 1 },
      { name: "promote", ms: 59 },
      { name: "announce", ms: 2 },
      { name: "reconfigure", ms: 188 },
    ]);
  });

  it("are one story where another sentinel leads", () => {
    const [told] = story(
      [0, "+sdown"],
      [20, "+config-update-from"],
      [21, "+switch-master", SWITCH],
    );
    expect(told?.outcome).toBe("switched");
    expect(told?.steps.map(({ name }) => name)).toEqual([
      "+sdown",
      "+config-update-from",
      "+switch-master",
    ]);
  });

  it("are two where one follows the other before its end was told", () => {
    const stories = story(
      [0, "+config-update-from"],
      [1, "+switch-master", SWITCH],
      [2_000, "+sdown"],
      [2_010, "+odown"],
      [2_100, "+switch-master", "mymaster 10.0.0.2 6379 10.0.0.3 6379"],
    );
    expect(stories.map(({ to, steps }) => [to, steps.length])).toEqual([
      ["10.0.0.3:6379", 3],
      ["10.0.0.2:6379", 2],
    ]);
  });

  it("may go on, or end, when a change without loss is taken back", () => {
    const abort = [720, "-vedette-switchover-abort"] as const;
    const [usual] = story([0, "+try-failover"], abort, [960, "+switch-master", SWITCH]);
    expect(usual?.outcome).toBe("switched");
    const [again, first] = story([0, "+try-failover"], abort, [9_000, "+try-failover"]);
    expect([again?.outcome, first?.outcome]).toEqual(["running", "given up"]);
  });

  it("may be given up, or not be needed any more", () => {
    const stories = story(
      [0, "+odown"],
      [1, "+try-failover"],
      [5_000, "-failover-abort-no-good-slave"],
      [90_000, "+odown"],
      [91_000, "-odown"],
    );
    expect(stories.map(({ outcome }) => outcome)).toEqual(["calmed down", "given up"]);
  });

  it("run until they are over", () => {
    expect(story([0, "+try-failover"], [3, "+elected-leader"])[0]?.outcome).toBe("running");
  });

  it("are not made of other masters' events, or of a replica's suspicion", () => {
    const events = [
      anEvent(1, 0, "+odown", { master: "other" }),
      anEvent(2, 1, "+sdown", { role: "replica" }),
    ];
    expect(storiesOf(events, "mymaster")).toEqual([]);
  });
});
