import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { globMatch } from "../../src/base/glob.ts";

const texts = fc.string({ unit: fc.constantFrom("a", "b", "*", "\\", "\n"), maxLength: 12 });
const starPatterns = fc.string({ unit: fc.constantFrom("a", "b", "*", "?"), maxLength: 10 });

/** The definition itself: a star tries every length. */
function defined(pattern: string, text: string): boolean {
  if (pattern === "") return text === "";
  if (pattern.startsWith("*")) {
    return defined(pattern.slice(1), text) || (text !== "" && defined(pattern, text.slice(1)));
  }
  const fits = text !== "" && (pattern.startsWith("?") || pattern.charAt(0) === text.charAt(0));
  return fits && defined(pattern.slice(1), text.slice(1));
}

describe("globMatch", () => {
  it.each([
    ["*", "", true],
    ["*", "anything\r\n", true],
    ["", "", true],
    ["", "a", false],
    ["?", "", false],
    ["h?llo", "hello", true],
    ["h?llo", "hllo", false],
    ["h*llo", "heeeello", true],
    ["h*llo", "hello!", false],
    ["+sdown*", "+sdown", true],
    ["h[ae]llo", "hallo", true],
    ["h[ae]llo", "hillo", false],
    ["h[^e]llo", "hallo", true],
    ["h[^e]llo", "hello", false],
    ["[a-c]x", "bx", true],
    ["[c-a]x", "bx", true],
    ["[a-c]x", "dx", false],
    ["[a-]", "a", true],
    ["[]a", "a", false],
    ["[^]", "a", true],
    ["[abc", "b", true],
    ["[abc", "bc", false],
    ["[", "[", false],
    ["[\\]]", "]", true],
    ["[\\-a]", "-", true],
    ["[a-\\]]", "a]", true],
    ["\\*", "*", true],
    ["\\*", "a", false],
    ["a\\", "a\\", true],
    ["\\a", "a", true],
    ["a*b*c", "axxbxxbxc", true],
    ["a*b*c", "axxbxxbx", false],
    ["*.log", "a.log.log", true],
    ["a**b", "ab", true],
    ["[a-z]*[0-9]", "key:7", true],
    ["KEY", "key", false],
  ])("%j on %j is %s", (pattern, text, expected) => {
    expect(globMatch(pattern, text)).toBe(expected);
  });

  it("ignores the case of ASCII letters only, when asked to", () => {
    expect(globMatch("MAX*[A-C]", "maxmemoryB", { nocase: true })).toBe(true);
    expect(globMatch("É", "é", { nocase: true })).toBe(false);
    expect(globMatch("MAX", "max", { nocase: false })).toBe(false);
  });

  it("agrees with the definition of star and question mark", () => {
    fc.assert(
      fc.property(starPatterns, texts, (pattern, text) => {
        expect(globMatch(pattern, text)).toBe(defined(pattern, text));
      }),
      { numRuns: 2000 },
    );
  });

  it("matches any text that is escaped", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(
          globMatch(
            text.replace(/./gsu, (char) => `\\${char}`),
            text,
          ),
        ).toBe(true);
      }),
    );
  });

  it("does not blow up on many stars", () => {
    expect(globMatch(`${"a*".repeat(60)}b`, "a".repeat(5000))).toBe(false);
    expect(globMatch(`${"*[a-z]?".repeat(60)}!`, "a".repeat(5000))).toBe(false);
  });
});
