import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatDouble, parseDouble } from "../../src/resp/double.ts";

describe("formatDouble", () => {
  it.each([
    [0, "0"],
    [-0, "-0"],
    [1.1, "1.1"],
    [-2.5, "-2.5"],
    [0.1, "0.1"],
    [1 / 3, "0.3333333333333333"],
    [123_456.789, "123456.789"],
    [1e18, "1000000000000000000"],
    [2 ** 62, "4611686018427387904"],
    [-(2 ** 62), "-4611686018427387904"],
    [2 ** 64, "18446744073709552000"],
    [1e19, "1e+19"],
    [1.5e300, "1.5e+300"],
    [0.001, "0.001"],
    [0.000_001, "0.000001"],
    [0.000_000_1, "1e-7"],
    [1.25e-9, "1.25e-9"],
    [5e-324, "5e-324"],
    [Number.POSITIVE_INFINITY, "inf"],
    [Number.NEGATIVE_INFINITY, "-inf"],
    [Number.NaN, "nan"],
  ])("prints %d as %s", (value, text) => {
    expect(formatDouble(value)).toBe(text);
  });

  it("loses nothing", () => {
    fc.assert(
      fc.property(fc.double(), (value) => {
        expect(parseDouble(formatDouble(value))).toBe(value);
      }),
      { numRuns: 2000 },
    );
  });
});

describe("parseDouble", () => {
  it.each(["", " 1", "1 ", "0x10", "1e", "e5", ".5", "Infinity", "1_000"])("refuses %j", (text) => {
    expect(parseDouble(text)).toBeUndefined();
  });
});
