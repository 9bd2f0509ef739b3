import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { delayMs, retryAfterMs, SCHEDULE_MS } from "../../../src/shell/webhooks/schedule.ts";

describe("the schedule of attempts", () => {
  it("is 0, 2 s, 10 s, 30 s, 2 m, 10 m, 1 h, 6 h, 24 h", () => {
    expect(SCHEDULE_MS).toEqual([0, 2e3, 10e3, 30e3, 120e3, 600e3, 3600e3, 21_600e3, 86_400e3]);
    expect(delayMs(9, 0.5)).toBeUndefined();
  });

  it("differs by a fifth at most", () => {
    fc.assert(
      fc.property(
        fc.nat(8),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (attempts, chance) => {
          const planned = SCHEDULE_MS[attempts] ?? 0;
          const delay = delayMs(attempts, chance) ?? -1;
          expect(delay).toBeGreaterThanOrEqual(planned * 0.8);
          expect(delay).toBeLessThanOrEqual(planned * 1.2);
        },
      ),
    );
  });

  it.each([
    [undefined, undefined],
    ["120", 120_000],
    ["Thu, 01 Jan 1970 00:01:00 GMT", 50_000],
    ["Thu, 01 Jan 1970 00:00:00 GMT", 0],
    ["soon", undefined],
    ["999999999", 86_400_000],
  ])("reads Retry-After %j", (header, expected) => {
    expect(retryAfterMs(header, 10_000)).toBe(expected);
  });
});
