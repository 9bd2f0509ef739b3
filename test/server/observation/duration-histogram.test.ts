import * as fc from "fast-check";
import { expect, it } from "vitest";
import { DurationHistogram } from "../../../src/server/observation/duration-histogram.ts";

function histogramOf(micros: readonly number[]): DurationHistogram {
  const histogram = new DurationHistogram();
  for (const each of micros) histogram.add(each / 1000);
  return histogram;
}

it("knows percentiles to 4 percent", () => {
  const micros = fc.array(fc.integer({ min: 1, max: 1_000_000 }), { minLength: 1 });
  fc.assert(
    fc.property(micros, fc.constantFrom(0, 50, 99, 100), (values, percent) => {
      const sorted = values.toSorted((a, b) => a - b);
      const exact = sorted[Math.max(1, Math.ceil((percent / 100) * values.length)) - 1] ?? 0;
      const told = histogramOf(values).percentileMicros(percent);
      expect(told).toBeGreaterThanOrEqual(exact * 0.999);
      expect(told).toBeLessThanOrEqual(exact * 1.04);
    }),
  );
});

it("counts every call in the steps of LATENCY HISTOGRAM", () => {
  const micros = fc.array(fc.integer({ min: 0, max: 2_000_000 }), { minLength: 1 });
  fc.assert(
    fc.property(micros, (values) => {
      const steps = histogramOf(values).cumulative();
      expect(steps.at(-1)?.[1]).toBe(values.length);
    }),
  );
});
