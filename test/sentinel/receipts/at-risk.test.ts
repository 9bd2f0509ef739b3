import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bytesAtRisk, type RiskFacts } from "../../../src/sentinel/receipts/at-risk.ts";

const MASTER = { offset: 1_000, openMs: 2_000, peakBytesPerSecond: 100, bytesPerCommand: 50 };
const CASES: readonly (readonly [string, Partial<RiskFacts>, number, number | undefined])[] = [
  ["kept up with a master that has ended", { promotedOffset: 1_200 }, 0, 150],
  ["was cut off a second before it", { promotedOffset: 1_100, apartMs: 1_000 }, 0, 300],
  ["is behind the last INFO", { promotedOffset: 700 }, 300, 500],
  ["is behind another replica", { promotedOffset: 1_100, furthestOffset: 1_300 }, 200, 200],
  ["is of another history", { promotedOffset: undefined }, 0, undefined],
  ["follows a master never seen", { master: undefined }, 0, undefined],
  [
    "follows a master whose rate is not known",
    { master: { ...MASTER, peakBytesPerSecond: undefined }, promotedOffset: 900 },
    100,
    undefined,
  ],
];

describe("bytes at risk", () => {
  it.each(CASES)("a replica that %s", (_, facts, atLeast, atMost) => {
    const risk = bytesAtRisk({
      master: MASTER,
      promotedOffset: 1_000,
      furthestOffset: 1_000,
      apartMs: 0,
      mayGoOn: false,
      ...facts,
    });
    expect(risk.bytesAtLeast).toBe(atLeast);
    expect(risk.bytesAtMost).toBe(atMost);
    if (atMost !== undefined) expect(risk.operationsAtMost).toBe(Math.ceil(atMost / 50));
  });

  it("bracket every loss of a master that was no faster than it had been", () => {
    const known = fc.record({
      offset: fc.nat(1_000_000),
      peak: fc.integer({ min: 1, max: 1_000_000 }),
      openMs: fc.nat(20_000),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      kept: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(known, ({ offset, peak, openMs, share, kept }) => {
        const written = Math.floor((peak * share * openMs) / 1000);
        const end = offset + written;
        const promotedOffset = Math.floor(end * kept);
        const risk = bytesAtRisk({
          master: { offset, openMs, peakBytesPerSecond: peak, bytesPerCommand: undefined },
          promotedOffset,
          furthestOffset: Math.max(offset, promotedOffset),
          apartMs: 0,
          mayGoOn: false,
        });
        const loss = end - promotedOffset;
        expect(risk.bytesAtLeast).toBeLessThanOrEqual(loss);
        expect(risk.bytesAtMost).toBeGreaterThanOrEqual(loss);
      }),
    );
  });
});
