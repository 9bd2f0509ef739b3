import { describe, expect, it } from "vitest";
import { type Absence, type Acknowledged, type Ending, unexplained } from "./nemesis/history.ts";
import { drawNemesis } from "./nemesis/plan.ts";

/** `value reign time`, with a `+` where a replica had it too. */
function written(...texts: readonly string[]): Acknowledged[] {
  return texts.map((text) => {
    const [value = "", reign = "", time = ""] = text.replace("+", "").split(" ");
    const [server = ""] = reign.split("/");
    const client = value.split("-")[0] ?? "";
    return { client, value, server, reign, atMs: Number(time), isWaited: text.endsWith("+") };
  });
}

const SERVERS = ["a", "b", "c"];

function ending(reign: string, ...kept: readonly string[]): Ending {
  return { kept: new Set(kept), reign, servers: SERVERS };
}

describe("a history of acknowledged writes", () => {
  it.each<{
    readonly name: string;
    readonly writes: readonly string[];
    readonly absences?: readonly Absence[];
    readonly end: Ending;
    readonly breaches: readonly RegExp[];
  }>([
    {
      name: "nothing is lost",
      writes: ["x-1 a/1 0", "x-2 b/1 5000"],
      end: ending("b/1", "x-1", "x-2"),
      breaches: [],
    },
    {
      name: "the last writes of a master that was deposed",
      writes: ["x-1 a/1 0", "x-2 a/1 10", "x-3 b/1 5000"],
      end: ending("b/1", "x-1", "x-3"),
      breaches: [],
    },
    {
      name: "a write of the master that is the master still",
      writes: ["x-1 a/1 0", "x-2 a/1 10"],
      end: ending("a/1", "x-1"),
      breaches: [/x-2 .* is the master still/],
    },
    {
      name: "a write before one that is kept",
      writes: ["x-1 a/1 0", "x-2 a/1 10", "x-3 b/1 5000"],
      end: ending("b/1", "x-2", "x-3"),
      breaches: [/x-1 .* is lost and x-2/],
    },
    {
      name: "of two clients each has its own order",
      writes: ["x-1 a/1 0", "y-1 a/1 10", "x-2 b/1 5000"],
      end: ending("b/1", "y-1", "x-2"),
      breaches: [],
    },
    {
      name: "a server that was a master twice has two reigns",
      writes: ["x-1 a/1 0", "x-2 a/2 10", "x-3 b/1 5000"],
      end: ending("b/1", "x-2", "x-3"),
      breaches: [],
    },
    {
      name: "a write that a replica had, and nobody was away but the master",
      writes: ["x-1 a/1 10000+", "x-2 b/1 20000"],
      absences: [{ member: "a", fromMs: 11_000, toMs: 15_000 }],
      end: ending("b/1", "x-2"),
      breaches: [/x-1 .* and by a replica, is lost, though/],
    },
    {
      name: "a write that a replica had which was away",
      writes: ["x-1 a/1 10000+", "x-2 b/1 20000"],
      absences: [{ member: "c", fromMs: 12_000, toMs: 15_000 }],
      end: ending("b/1", "x-2"),
      breaches: [],
    },
    {
      name: "a write that the other replica had when a master that lived was deposed",
      writes: ["x-1 a/1 10000+", "x-2 b/1 10200"],
      end: ending("b/1", "x-2"),
      breaches: [],
    },
    {
      name: "the same long before it was deposed, or of a master that was dead by then",
      writes: ["x-1 a/1 1000+", "x-2 a/1 10000+", "x-3 b/1 11500"],
      absences: [{ member: "a", fromMs: 10_100, toMs: 20_000 }],
      end: ending("b/1", "x-3"),
      breaches: [/x-1/, /x-2/],
    },
    {
      name: "a replica that was away before, or only after the last master began",
      writes: ["x-1 a/1 10000+", "x-2 b/1 20000"],
      absences: [
        { member: "c", fromMs: 1_000, toMs: 2_000 },
        { member: "c", fromMs: 21_000, toMs: 22_000 },
        { member: "sentinel-1", fromMs: 9_000, toMs: 19_000 },
      ],
      end: ending("b/1", "x-2"),
      breaches: [/x-1/],
    },
  ])("$name", ({ writes, absences = [], end, breaches }) => {
    const found = unexplained(written(...writes), absences, end);
    expect(found).toHaveLength(breaches.length);
    for (const [index, pattern] of breaches.entries()) expect(found[index]).toMatch(pattern);
  });
});

describe("the faults of a seed", () => {
  it("are the same each time, in time, and not the same for all seeds", () => {
    expect(drawNemesis(7, 30)).toEqual(drawNemesis(7, 30));
    expect(drawNemesis(7, 30)).not.toEqual(drawNemesis(8, 30));
    for (const { atMs } of drawNemesis(7, 30)) expect(atMs).toBeLessThan(30_000);
  });
});
