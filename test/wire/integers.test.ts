import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseConfigInteger, parseInt64, parseInteger } from "../../src/wire/integers.ts";

describe("strict integers", () => {
  it.each([
    "",
    "-",
    "+1",
    "01",
    "-0",
    "-01",
    " 1",
    "1 ",
    "1.0",
    "1e3",
    "0x10",
    "١",
    "9".repeat(999),
  ])("refuse %j", (text) => {
    expect(parseInteger(text)).toBeUndefined();
    expect(parseInt64(text)).toBeUndefined();
  });

  it("keep to 64 bits", () => {
    expect(parseInt64("9223372036854775807")).toBe(2n ** 63n - 1n);
    expect(parseInt64("-9223372036854775808")).toBe(-(2n ** 63n));
    expect(parseInt64("9223372036854775808")).toBeUndefined();
    expect(parseInt64("-9223372036854775809")).toBeUndefined();
  });

  it("are exact as numbers or not read at all", () => {
    expect(parseInteger("9007199254740991")).toBe(Number.MAX_SAFE_INTEGER);
    expect(parseInteger("9007199254740992")).toBeUndefined();
  });

  it("read what is written", () => {
    fc.assert(
      fc.property(
        fc.maxSafeInteger(),
        fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
        (a, b) => {
          expect(parseInteger(String(a))).toBe(a);
          expect(parseInt64(String(b))).toBe(b);
        },
      ),
    );
  });
});

describe("numbers of a configuration file", () => {
  it.each([
    ["007", 7],
    ["+5", 5],
    ["-0", 0],
    ["-12", -12],
  ])("read %j", (text, value) => {
    expect(parseConfigInteger(text)).toBe(value);
  });

  it.each(["5s", "", "abc", "1 2", "0x10", "1e3", "9".repeat(30)])("refuse %j", (text) => {
    expect(parseConfigInteger(text)).toBeUndefined();
  });
});
