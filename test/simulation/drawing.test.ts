import { describe, expect, it } from "vitest";
import { drawPlan } from "../../src/sim/draw-plan.ts";
import { layOut } from "../../src/sim/drawing/layout.ts";
import { drawPage } from "../../src/sim/drawing/page.ts";
import { Recorder } from "../../src/sim/drawing/recorder.ts";
import { type Story, storyOf } from "../../src/sim/drawing/story.ts";
import { readPlan } from "../../src/sim/plan-file/read-plan.ts";
import { type Outcome, runPlan, type RunOptions } from "../../src/sim/simulation.ts";
import type { SimulationPlan } from "../../src/sim/plan.ts";
import { REAL_PROGRAM } from "../../src/sim/sentinel-program.ts";
import { PLANTED_FAULTS } from "./planted-faults.ts";

interface Drawing {
  readonly outcome: Outcome;
  readonly story: Story;
  readonly page: string;
}

function draw(plan: SimulationPlan, options: RunOptions = {}): Drawing {
  const recorder = new Recorder();
  const outcome = runPlan(plan, { ...options, recorder });
  return { outcome, story: storyOf(outcome, recorder), page: drawPage(outcome, recorder) };
}

const MASTER_HANGS = readPlan(
  JSON.stringify({
    phaseMs: 20_000,
    cluster: { groups: [{ servers: [{}, {}, {}] }] },
    faults: [
      {
        kind: "partition",
        atMs: 1_000,
        forMs: 2_000,
        with: { here: ["s1"], there: ["s2", "s3", "m", "r1", "r2"] },
      },
      { kind: "pause-server", atMs: 5_000, forMs: 5_000, with: { node: "master of mymaster" } },
      {
        kind: "operator-failover",
        atMs: 12_000,
        with: { node: "s3", words: ["SENTINEL", "FAILOVER", "mymaster"] },
      },
    ],
  }),
);

describe("the drawing of a run", () => {
  const { story, page, outcome } = draw(MASTER_HANGS);
  const said = (kind: string) =>
    story.messages.filter((message) => message.kind === kind).map(({ text }) => text);

  it("changes nothing about the run", () => {
    expect(outcome.journal).toEqual(runPlan(MASTER_HANGS).journal);
  });

  it("has a lane for everybody who has a part in it", () => {
    expect(story.lanes).toEqual(["op", "s1", "s2", "s3", "m", "r1", "r2"]);
  });

  it("shades a partition over its smaller side while it lasts", () => {
    expect(story.faults[0]).toEqual({
      at: 1_000,
      until: 3_000,
      text: "partition s1 | s2,s3,m,r1,r2",
      lanes: ["s1"],
    });
    expect(story.faults[1]).toMatchObject({ text: "pause-server m", lanes: ["m"] });
  });

  it("shows questions, votes, orders, hellos, copies and the operator's command", () => {
    expect(said("question")).toContain("is it down?");
    expect(said("vote").some((text) => /^vote for s\d in 1\?$/.test(text))).toBe(true);
    expect(said("vote").some((text) => /^my vote in 1: s\d$/.test(text))).toBe(true);
    expect(said("order")).toContain("be a master");
    expect(said("hello").some((text) => /^hello: r\d in 1$/.test(text))).toBe(true);
    expect(said("command")).toEqual(["SENTINEL FAILOVER mymaster", "OK"]);
  });

  it("holds back what the partition holds back", () => {
    const held = story.messages.filter(({ arrivesAt }) => arrivesAt === undefined);
    expect(held.length).toBeGreaterThan(0);
    expect(held.every(({ sentAt }) => sentAt >= 1_000 && sentAt <= 3_000)).toBe(true);
  });

  it("knows who is stopped and who is the master", () => {
    const stopped = story.processes.filter(({ process }) => process === "paused");
    expect(stopped.map(({ node, at }) => [node, at])).toEqual([["m", 5_000]]);
    expect(story.roles.filter(({ isMaster }) => isMaster).length).toBeGreaterThan(1);
  });

  it("needs no other file", () => {
    expect(page.replaceAll("http://www.w3.org/2000/svg", "")).not.toMatch(/https?:|src=|@import/);
    expect(page).toContain("Every invariant holds.");
  });
});

describe("the drawing of a failure", () => {
  it("says what broke, where, and how to see it again", () => {
    const { program } = PLANTED_FAULTS["a new configuration is announced in the old epoch"] ?? {};
    if (program === undefined) throw new Error("no such fault");
    const { page, outcome } = draw(MASTER_HANGS, { program });
    expect(outcome.violation?.invariant).toBe("one master per config epoch");
    expect(page).toMatch(/broken at \d+\.\d{3} s: one master per config epoch/);
    expect(page).toContain("npx vedette simulate --plan");
  });

  it("takes whatever was thrown for text", () => {
    const { page } = draw(MASTER_HANGS, {
      program: {
        ...REAL_PROGRAM,
        step(state, input, now) {
          if (state.currentEpoch > 0) throw new Error(`<script>alert("&")</script>`);
          return REAL_PROGRAM.step(state, input, now);
        },
      },
    });
    expect(page).not.toContain("<script");
    expect(page).toContain("&lt;script&gt;alert(&quot;&amp;&quot;)&lt;/script&gt;");
  });
});

describe("the layout", () => {
  it("lets no two texts of a lane overlap, and no arrow go up", () => {
    let drawings = 0;
    // Which seeds have much to tell changes with every kind of fault.
    for (let seed = 1; drawings < 3 && seed < 60; seed++) {
      const plan = drawPlan(seed, { isMixed: false, hasNames: false, isCrowded: false });
      const { texts, arrows } = layOut(draw(plan).story);
      if (texts.length <= 20) continue;
      drawings++;
      const free = new Map<number, number>();
      for (const { lane, y, lines } of texts.toSorted((a, b) => a.y - b.y)) {
        expect(y).toBeGreaterThanOrEqual(free.get(lane) ?? 0);
        free.set(lane, y + 14 * lines.length);
      }
      for (const { from, to } of arrows) expect(to?.y ?? from.y).toBeGreaterThanOrEqual(from.y);
    }
    expect(drawings).toBe(3);
  });
});
