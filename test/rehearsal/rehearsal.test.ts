import { describe, expect, it } from "vitest";
import { rehearsalAsJson } from "../../src/cli/rehearse/json-report.ts";
import { rehearsalPage } from "../../src/cli/rehearse/html-report.ts";
import { formatRehearsal } from "../../src/cli/rehearse/text-report.ts";
import type { Rehearsal } from "../../src/sim/rehearsal/rehearsal.ts";
import { rehearsalOf, topology } from "./a-group.ts";

function of({ measures }: Rehearsal, key: string) {
  const found = measures.find((measure) => measure.key === key);
  if (found === undefined) throw new Error(`nothing is measured as ${key}`);
  return found.distribution;
}

function outcomesOf({ outcomes }: Rehearsal) {
  return Object.fromEntries(outcomes);
}

describe("a rehearsal", () => {
  it("of a master that is killed", async () => {
    const rehearsal = await rehearsalOf(topology(), ["at 3s kill master"]);
    expect(outcomesOf(rehearsal)).toEqual({ "failed over": 3 });
    expect(of(rehearsal, "detect")?.p50).toBeGreaterThanOrEqual(1_000);
    expect(of(rehearsal, "failover")?.max).toBeLessThan(1_500);
    expect(of(rehearsal, "without-writes")?.p50).toBeGreaterThan(1_000);
    expect(of(rehearsal, "without-writes")?.max).toBeLessThan(2_000);
    expect(rehearsal.blames).toEqual([]);
  });

  it("gives the same twice", async () => {
    const [first, second] = await Promise.all(
      [1, 2].map(() => rehearsalOf(topology(), ["at 1s kill master"], { runs: 2 })),
    );
    expect(first).toEqual(second);
  });

  it("finds crashes sooner with crash detection", async () => {
    const rehearsal = await rehearsalOf(topology({ downAfterMs: 5_000, crashDetectionMs: 300 }), [
      "at 2s kill master",
    ]);
    expect(of(rehearsal, "detect")?.max).toBeLessThan(2_000);
  });

  it("blames a long down-after, and tries a shorter one", async () => {
    const rehearsal = await rehearsalOf(topology({ downAfterMs: 20_000 }), ["at 1s kill master"]);
    expect(rehearsal.blames).toMatchObject([
      { setting: "down-after-milliseconds", runs: 3, change: { downAfterMs: 5_000 } },
    ]);
    expect(rehearsal.blames[0]?.tried?.withoutWrites.p50).toBeLessThan(6_000);
    expect(rehearsal.blames[0]?.tried?.withoutWrites.p50).toBeGreaterThan(5_000);
  });

  it("blames a quorum that one sentinel less cannot reach", async () => {
    const rehearsal = await rehearsalOf(
      topology({ quorum: 3 }),
      ["at 1s kill sentinel 1", "at 2s kill master"],
      { endMs: 20_000 },
    );
    expect(outcomesOf(rehearsal)).toEqual({ "no master": 3 });
    expect(rehearsal.blames).toMatchObject([
      { setting: "quorum", change: { quorum: 2 }, tried: { noMaster: 0 } },
    ]);
  });

  it("sees that a zone with most sentinels must not fail", async () => {
    const rehearsal = await rehearsalOf(
      topology({ quorum: 1 }, { zones: ["zone-a=m,s1,s2"] }),
      ["at 1s cut zone-a"],
      { endMs: 20_000 },
    );
    expect(outcomesOf(rehearsal)).toEqual({ "no master": 3 });
    expect(Object.fromEntries(rehearsal.reasons)).toEqual({ "no majority": 3 });
    expect(rehearsal.blames[0]?.help).toContain("three zones");
    expect(of(rehearsal, "without-writes-zone-a")?.max).toBe(0);
  });

  it("counts what clients in a cut-off zone lose", async () => {
    const rehearsal = await rehearsalOf(topology({}, { zones: ["zone-a=m,s1"] }), [
      "at 1s cut zone-a for 10s",
    ]);
    expect(outcomesOf(rehearsal)).toEqual({ "failed over": 3 });
    expect(of(rehearsal, "writes-lost")?.max).toBe(0);
    // Ten seconds of the cut, and what follows until the old master is put right.
    expect(of(rehearsal, "writes-lost-zone-a")?.p50).toBeGreaterThan(8_000);
    expect(rehearsal.blames.map(({ help }) => help).join()).toContain("min-replicas-to-write");
  });

  it("says that there is nothing to promote", async () => {
    const rehearsal = await rehearsalOf(
      topology({}, { replicas: 1 }),
      ["at 1s power-off replica 1", "at 1s power-off master"],
      { endMs: 15_000 },
    );
    expect(Object.fromEntries(rehearsal.reasons)).toEqual({ "no good replica": 3 });
  });

  it("does not fail over what is back before down-after", async () => {
    const rehearsal = await rehearsalOf(topology({ downAfterMs: 5_000 }), [
      "at 1s restart master for 1s",
    ]);
    expect(outcomesOf(rehearsal)).toEqual({ "no failover": 3 });
    expect(of(rehearsal, "without-writes")?.p50).toBeGreaterThan(1_000);
  });

  it("blames a down-after that takes a slow network for an end", async () => {
    const rehearsal = await rehearsalOf(topology({ downAfterMs: 300 }), [
      "at 1s slow master by 400ms for 5s",
    ]);
    expect(rehearsal.blames[0]).toMatchObject({ setting: "down-after-milliseconds", runs: 3 });
    expect(rehearsal.blames[0]?.tried?.needless).toBe(0);
  });

  it("blames parallel-syncs 0 for replicas that follow late", async () => {
    const rehearsal = await rehearsalOf(topology({ parallelSyncs: 0 }, { replicas: 3 }), [
      "at 1s kill master",
    ]);
    expect(rehearsal.blames).toMatchObject([
      { setting: "parallel-syncs", change: { parallelSyncs: 1 } },
    ]);
  });

  it("carries out what an operator does", async () => {
    const rehearsal = await rehearsalOf(topology(), ["at 1s failover"], { runs: 1 });
    expect(outcomesOf(rehearsal)).toEqual({ "failed over": 1 });
  });

  it("refuses settings that even a healthy cluster cannot keep", async () => {
    const slow = rehearsalOf(topology(), ["at 1s kill master"], { runs: 1, delayMs: 2_000 });
    await expect(slow).rejects.toThrow("does not come together");
  });
});

describe("what is told of a rehearsal", () => {
  const cluster = topology({}, { zones: ["zone-a=m,s1"] });
  const named = { ...cluster, master: "my<b>&\"'master" };
  const told = rehearsalOf(cluster, ["at 1s kill master"], { runs: 2 }).then((rehearsal) => ({
    ...rehearsal,
    topology: named,
  }));

  it("is a table, a verdict and what is assumed", async () => {
    const text = formatRehearsal(await told);
    expect(text).toMatch(/^detect \(first \+sdown\) +1(\.\d+)? s/m);
    expect(text).toContain("2 runs, seeds 1 to 2: 2 failed over");
    expect(text).toContain("Nothing to blame.");
    expect(text).toContain("1000 writes a second");
  });

  it("is one document for programs", async () => {
    expect(JSON.parse(rehearsalAsJson(await told))).toMatchObject({
      runs: 2,
      plan: ["at 1s kill master"],
      zones: { "zone-a": ["m", "s1"] },
      outcomes: { "failed over": 2 },
    });
  });

  it("is a page that needs nothing from elsewhere and runs nothing", async () => {
    const page = rehearsalPage(await told);
    expect(page).toContain("my&lt;b&gt;&amp;&quot;&#39;master");
    expect(page).not.toContain("<b>");
    expect(page).not.toMatch(/<script|https?:|src=|@import|url\(/);
    expect(page).toContain("default-src 'none'");
    expect(page).not.toMatch(/undefined|NaN|Infinity/);
    expect(page.match(/class="histogram"/g)?.length).toBeGreaterThan(7);
  });
});
