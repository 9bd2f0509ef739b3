import { describe, expect, it } from "vitest";
import type { FailoverRecord } from "../../src/cli/demo/failover.ts";
import { COLOURED, paintFor, PLAIN } from "../../src/cli/paint.ts";
import { aligned, describeFailover } from "../../src/cli/demo/report.ts";
import { timelineOf } from "../../src/cli/demo/timeline.ts";
import { CAST, KILLED_AT_MS, RECORDED } from "./recorded-failover.ts";

const RECORD: FailoverRecord = {
  oldMaster: "server 1",
  newMaster: "server 3",
  steps: timelineOf(
    KILLED_AT_MS,
    RECORDED,
    [{ atMs: KILLED_AT_MS, what: "SIGKILL", who: "server 1", detail: "the master is killed" }],
    CAST,
  ),
  losses: { lost: [], unexplained: undefined },
  outageMs: 2166.4,
  acknowledged: 1046,
  problems: [],
};

function reportOf(changes: Partial<FailoverRecord>): string {
  return describeFailover({ ...RECORD, ...changes }, PLAIN).join("\n");
}

describe("the report of a failover", () => {
  it("is a table that a person reads", () => {
    expect(reportOf({})).toMatchInlineSnapshot(`
      "     ms   step
            0     +0  SIGKILL           server 1    the master is killed
         1010  +1010  +sdown            sentinel 2  server 1 does not answer
         1036    +26  +sdown            sentinel 1  server 1 does not answer
         1084    +48  +sdown            sentinel 3  server 1 does not answer
         1114    +30  +odown            sentinel 1  2 agree, quorum 2
         1115     +1  +vote-for-leader  sentinel 1  for sentinel 1, epoch 1
         1118     +3  +vote-for-leader  sentinel 3  for sentinel 1, epoch 1
         1119     +1  +vote-for-leader  sentinel 2  for sentinel 1, epoch 1
         1173    +54  +elected-leader   sentinel 1  leads the failover
         1226    +53  +selected-slave   sentinel 1  server 3 is to be the master
         2124   +898  +promoted-slave   sentinel 1  server 3 is a master now
         2208    +84  +switch-master    sentinel 2  to server 3
         2210     +2  +switch-master    sentinel 3  to server 3
         3230  +1020  -odown            sentinel 1  no longer enough agree
         3230     +0  +switch-master    sentinel 1  to server 3

        phases        noticed 1010, agreed +104, elected +59, promoted +951, announced by all +1106 ms
        write outage  2166 ms
        writes        1046 acknowledged since the start, none of them lost"
    `);
  });

  it("says how many writes were lost, and which", () => {
    const lost = [1041, 1042, 1046];
    expect(reportOf({ losses: { lost, unexplained: undefined } })).toContain(
      "3 of them lost (numbers 1041 to 1046: the old master had not replicated them)",
    );
    expect(reportOf({ losses: { lost: [1046], unexplained: undefined } })).toContain(
      "1 of them lost (number 1046: ",
    );
  });

  it("claims nothing about writes that could not be checked", () => {
    expect(reportOf({ losses: undefined })).not.toContain("acknowledged since");
  });

  it("names each thing that does not hold", () => {
    expect(reportOf({ problems: ["sentinel 2 does not name server 3 as the master"] })).toContain(
      "does not hold: sentinel 2 does not name server 3 as the master",
    );
  });

  it("has colours for people only", () => {
    expect(describeFailover(RECORD, PLAIN).join("")).not.toContain("\x1b");
    expect(describeFailover(RECORD, COLOURED).join("")).toContain("\x1b[31m");
    expect(paintFor({ isTTY: true, hasColors: () => true })).toBe(COLOURED);
    expect(paintFor({ isTTY: true, hasColors: () => false })).toBe(PLAIN);
  });
});

describe("aligned rows", () => {
  it("have their columns under each other and no blanks at the end", () => {
    expect(
      aligned([
        ["a", "long cell", "x"],
        ["longer", "b"],
      ]),
    ).toEqual(["a       long cell  x", "longer  b"]);
  });

  it("may be none", () => {
    expect(aligned([])).toEqual([]);
  });
});
