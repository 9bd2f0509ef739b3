import { describe, expect, it } from "vitest";
import {
  type ExtensionSetting,
  type ExtensionValue,
  extensionWords,
  NO_LINES,
  readExtension,
} from "../../../src/wire/sentinel-conf/extension-kinds.ts";

const ROW = { summary: "A row.", when: "at once" } as const;
const FLAG: ExtensionSetting = { ...ROW, kind: "yes-no", initial: false };
const PORT: ExtensionSetting = {
  ...ROW,
  kind: "number",
  initial: 0,
  range: { min: 0, max: 65535 },
  unit: "port",
};
const ORDER: ExtensionSetting = { ...ROW, kind: "choice", initial: "a", values: ["a", "b"] };
const PATH: ExtensionSetting = {
  ...ROW,
  kind: "text",
  initial: "",
  word: "path",
  isSecret: false,
  check: (text) => (text.startsWith("/") ? undefined : "an absolute path"),
};
const HOOK: ExtensionSetting = {
  ...ROW,
  kind: "lines",
  initial: NO_LINES,
  syntax: "<name> <url>",
  check: (words) => (words.length === 2 ? undefined : "<name> <url>"),
};

function read(setting: ExtensionSetting, words: readonly string[], current?: ExtensionValue) {
  return readExtension("it", setting, { words, current: current ?? setting.initial });
}

describe("readExtension", () => {
  it.each<[string, ExtensionSetting, readonly string[], ExtensionValue]>([
    ["yes", FLAG, ["YES"], true],
    ["a number", PORT, ["26390"], 26390],
    ["a choice in any case", ORDER, ["B"], "b"],
    ["a text", PATH, ["/run/x"], "/run/x"],
    ["no text", PATH, [""], ""],
    ["a line", HOOK, ["ops", "https://a"], new Map([["ops", ["https://a"]]])],
  ])("takes %s", (_, setting, words, value) => {
    expect(read(setting, words)).toEqual({ ok: true, value });
  });

  it.each<[string, ExtensionSetting, readonly string[], string]>([
    ["neither yes nor no", FLAG, ["on"], "yes or no"],
    ["too much", PORT, ["65536"], "a whole number of 0..65535 (port)"],
    ["another word", ORDER, ["c"], "one of a, b"],
    ["what its check refuses", PATH, ["x"], "an absolute path"],
    ["two words for one", PATH, ["/x", "/y"], "<path>"],
    ["a line without its name", HOOK, [], "<name> <url>"],
    ["a line that its check refuses", HOOK, ["ops"], "<name> <url>"],
  ])("refuses %s", (_, setting, words, expected) => {
    expect(read(setting, words)).toEqual({
      ok: false,
      complaint: { message: "Invalid value for it.", expected },
    });
  });

  it("adds a line to the others, replaces it by its first word, and takes it away", () => {
    const one = new Map([["ops", ["https://a"]]]);
    expect(read(HOOK, ["dev", "https://b"], one)).toMatchObject({
      value: new Map([
        ["ops", ["https://a"]],
        ["dev", ["https://b"]],
      ]),
    });
    expect(read(HOOK, ["ops", "https://c"], one)).toMatchObject({
      value: new Map([["ops", ["https://c"]]]),
    });
    expect(read(HOOK, ["ops"], one)).toMatchObject({ value: new Map() });
    expect(one).toEqual(new Map([["ops", ["https://a"]]]));
  });
});

describe("extensionWords", () => {
  it.each<[string, ExtensionSetting, ExtensionValue, readonly (readonly string[])[]]>([
    ["nothing of an initial value", FLAG, false, []],
    ["a word", PORT, 80, [["80"]]],
    ["each line", HOOK, new Map([["ops", ["https://a"]]]), [["ops", "https://a"]]],
  ])("gives %s", (_, setting, value, expected) => {
    expect(extensionWords(setting, value)).toEqual(expected);
  });
});
