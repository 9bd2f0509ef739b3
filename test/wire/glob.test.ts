import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hasGlob, matchesGlob } from "../../src/wire/glob.ts";

describe("a glob pattern", () => {
  it.each([
    ["*", ""],
    ["*", "anything"],
    ["a*c", "abbbc"],
    ["a**c", "ac"],
    ["a?c", "abc"],
    ["h[ae]llo", "hallo"],
    ["h[^e]llo", "hallo"],
    ["h[a-b]llo", "hbllo"],
    ["h[b-a]llo", "hbllo"],
    ["h\\?llo", "h?llo"],
    ["[\\]]", "]"],
    ["a\\", "a\\"],
    ["[ab", "a"],
    ["*.conf", "a.b.conf"],
  ])("%s matches %j", (pattern, text) => {
    expect(matchesGlob(pattern, text)).toBe(true);
  });

  it.each([
    ["", "a"],
    ["a", ""],
    ["?", ""],
    ["a?c", "ac"],
    ["h[^e]llo", "hello"],
    ["h\\?llo", "hallo"],
    ["abc", "ABC"],
    ["*b", "abc"],
    ["[]", "]"],
  ])("%s does not match %j", (pattern, text) => {
    expect(matchesGlob(pattern, text)).toBe(false);
  });

  it("may ignore case", () => {
    expect(matchesGlob("MAX[A-M]*", "maxmemory", { ignoreCase: true })).toBe(true);
  });

  it("does not take for ever", () => {
    expect(matchesGlob("a*".repeat(40) + "b", "a".repeat(4000))).toBe(false);
  });

  it("made of plain characters matches itself alone, and never throws", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (pattern, text) => {
        const isMatch = matchesGlob(pattern, text);
        if (!hasGlob(pattern) && !pattern.includes("\\")) expect(isMatch).toBe(pattern === text);
        expect(matchesGlob(text.replaceAll(/[\\*?[\]]/g, "\\$&"), text)).toBe(true);
      }),
    );
  });
});
