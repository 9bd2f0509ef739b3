import { type IntegerRange, parseConfigInteger } from "../integers.ts";
import type { Read } from "./statement-form.ts";

/** When a change counts. `start`: only in the file or on the command line. */
export type When = "at once" | "start";

interface SettingBase {
  /** One sentence for the reference and `vedette check`. */
  readonly summary: string;
  readonly when: When;
}

/** What the words behind a `vedette` setting may be, and what holds without it. */
export type ExtensionSetting =
  | (SettingBase & { readonly kind: "yes-no"; readonly initial: boolean })
  | (SettingBase & {
      readonly kind: "number";
      readonly initial: number;
      readonly range: IntegerRange;
      /** For people: `milliseconds`, `bytes`, `port`. */
      readonly unit: string;
    })
  | (SettingBase & {
      readonly kind: "choice";
      readonly initial: string;
      readonly values: readonly string[];
    })
  /** One word; empty: not set. */
  | (SettingBase & {
      readonly kind: "text";
      readonly initial: "";
      /** What it stands for: `path`, `address`. */
      readonly word: string;
      /** Shown as stars by everything but the file. */
      readonly isSecret: boolean;
      /** @returns what was expected instead; undefined when the text will do */
      readonly check: (text: string) => string | undefined;
    })
  /** As many lines as there are first words, each a thing of its own: a webhook, an instance's zone. */
  | (SettingBase & {
      readonly kind: "lines";
      readonly initial: ExtensionLines;
      /** Behind the setting (and the master): `<name> <url> [format <format>]`. */
      readonly syntax: string;
      /** @param words all, the first included; @returns what was expected instead */
      readonly check: (words: readonly string[]) => string | undefined;
    });

/** The words of each line behind its first word, by that word. */
export type ExtensionLines = ReadonlyMap<string, readonly string[]>;

export type ExtensionValue = boolean | number | string | ExtensionLines;

/** The type that the value of a row has. */
export type ValueOf<Setting extends ExtensionSetting> = Setting extends {
  readonly kind: "yes-no";
}
  ? boolean
  : Setting extends { readonly kind: "number" }
    ? number
    : Setting extends { readonly kind: "choice"; readonly values: readonly (infer Word)[] }
      ? Word
      : Setting extends { readonly kind: "lines" }
        ? ExtensionLines
        : string;

export const NO_LINES: ExtensionLines = new Map();

/** How the words of one line look, for people. */
export function extensionSyntax(setting: ExtensionSetting): string {
  switch (setting.kind) {
    case "yes-no":
      return "yes|no";
    case "number":
      return `<${setting.unit}>`;
    case "choice":
      return setting.values.join("|");
    case "text":
      return `<${setting.word}>`;
    case "lines":
      return setting.syntax;
  }
}

/**
 * Reads what stands behind the name of a setting.
 * @param current the value so far: a line of many is added to the others, or takes the place of the
 * one with its first word; that word alone takes it away
 */
export function readExtension(
  name: string,
  setting: ExtensionSetting,
  { words, current }: { readonly words: readonly string[]; readonly current: ExtensionValue },
): Read<ExtensionValue> {
  const [word = ""] = words;
  if (setting.kind !== "lines" && words.length !== 1) {
    return refused(name, extensionSyntax(setting));
  }
  switch (setting.kind) {
    case "yes-no": {
      const answer = word.toLowerCase();
      if (answer !== "yes" && answer !== "no") return refused(name, "yes or no");
      return { ok: true, value: answer === "yes" };
    }
    case "number": {
      const { range, unit } = setting;
      const value = parseConfigInteger(word);
      if (value === undefined || value < range.min || value > range.max) {
        return refused(name, `a whole number of ${range.min}..${range.max} (${unit})`);
      }
      return { ok: true, value };
    }
    case "choice": {
      const value = setting.values.find((known) => known === word.toLowerCase());
      return value === undefined
        ? refused(name, `one of ${setting.values.join(", ")}`)
        : { ok: true, value };
    }
    case "text": {
      const expected = word === "" ? undefined : setting.check(word);
      return expected === undefined ? { ok: true, value: word } : refused(name, expected);
    }
    case "lines":
      return readLine(name, setting, { words, current });
  }
}

function readLine(
  name: string,
  setting: Extract<ExtensionSetting, { readonly kind: "lines" }>,
  { words, current }: { readonly words: readonly string[]; readonly current: ExtensionValue },
): Read<ExtensionValue> {
  const [first = "", ...rest] = words;
  const lines = new Map(current instanceof Map ? (current as ExtensionLines) : NO_LINES);
  if (rest.length === 0 && lines.delete(first)) return { ok: true, value: lines };
  const expected = first === "" ? setting.syntax : setting.check(words);
  if (expected !== undefined) return refused(name, expected);
  lines.set(first, rest);
  return { ok: true, value: lines };
}

function refused(name: string, expected: string): Extract<Read<never>, { readonly ok: false }> {
  return { ok: false, complaint: { message: `Invalid value for ${name}.`, expected } };
}

/** The words behind the name in a file, a list for each line; none where the initial value holds. */
export function extensionWords(
  setting: ExtensionSetting,
  value: ExtensionValue,
): readonly (readonly string[])[] {
  if (value === setting.initial) return [];
  if (typeof value === "object") return [...value].map(([first, rest]) => [first, ...rest]);
  return [[extensionText(value)]];
}

/** A value in one text, as CONFIG GET shows it. */
export function extensionText(value: ExtensionValue): string {
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "object") {
    return [...value].map(([first, rest]) => [first, ...rest].join(" ")).join("\n");
  }
  return String(value);
}
