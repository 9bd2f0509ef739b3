import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { quote, quoteWord, splitQuotedWords } from "../../src/base/quoted-words.ts";

const anyByte = fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code));
const binaryWord = fc.array(anyByte, { maxLength: 20 }).map((chars) => chars.join(""));

describe("quoted words", () => {
  it.each([
    ["a b\tc", ["a", "b", "c"]],
    ['"a b" c', ["a b", "c"]],
    ["\"\\x41\\n\\\"\" 'it\\'s'", ['A\n"', "it's"]],
    ['""', [""]],
    ["", []],
    ["  ", []],
    ['a"b"', ["ab"]],
  ])("splits %j", (line, words) => {
    expect(splitQuotedWords(line)).toEqual(words);
  });

  it.each(['"open', "'open", '"closed"behind', "'closed'behind"])("refuses %j", (line) => {
    expect(splitQuotedWords(line)).toBeUndefined();
  });

  it("brings every word back, and no word can end its line", () => {
    fc.assert(
      fc.property(fc.array(binaryWord, { maxLength: 6 }), (words) => {
        const line = words.map((word) => quoteWord(word)).join(" ");
        expect(line).not.toMatch(/[\r\n\0]/);
        expect(splitQuotedWords(line)).toEqual(words);
        expect(splitQuotedWords(words.map((word) => quote(word)).join(" "))).toEqual(words);
      }),
    );
  });

  it("leaves plain words alone and quotes what would read differently", () => {
    expect(quoteWord("mymaster-1.2_x")).toBe("mymaster-1.2_x");
    expect(quoteWord("p#ss")).toBe("p#ss");
    expect(quoteWord("#comment")).toBe('"#comment"');
    expect(quoteWord("")).toBe('""');
  });

  it("never throws", () => {
    fc.assert(fc.property(binaryWord, (line) => void splitQuotedWords(line)));
  });
});
