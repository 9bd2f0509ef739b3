import { quote } from "../../base/quoted-words.ts";

/** A value, or Redis' message that says why the words are none. */
export type Parsed<Value> =
  { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly message: string };

/** What the words of one line find: the value so far, and whether a line set it before. */
export interface Before<Value> {
  readonly value: Value;
  readonly isSet: boolean;
}

/** One line of a rewritten file, without the parameter's name. */
export interface ValueLine {
  readonly text: string;
  /** Says nothing that the default does not say: written only where such a line already is. */
  readonly isDefault: boolean;
}

/**
 * How the values of a parameter are read and written. (Methods, so that kinds of different values
 * share one table.)
 */
export interface ValueKind<Value> {
  /** One word, or several; several may also come as one quoted word (`save "900 1"`). */
  readonly arity: "one" | "many";
  /** @param words without the parameter's name */
  parse(words: readonly string[], before: Before<Value>): Parsed<Value>;
  /** The text that CONFIG GET answers. */
  format(value: Value): string;
  /** What CONFIG REWRITE writes. */
  lines(value: Value, initial: Value): readonly ValueLine[];
}

export function good<Value>(value: Value): Parsed<Value> {
  return { ok: true, value };
}

export function bad(message: string): { readonly ok: false; readonly message: string } {
  return { ok: false, message };
}

export const WRONG_NUMBER_OF_ARGUMENTS = "wrong number of arguments";

/** A kind whose value is one word and one line. */
export function oneWord<Value>(kind: {
  readonly parse: (word: string) => Parsed<Value>;
  readonly format: (value: Value) => string;
  /** As it stands in a file, where that differs from CONFIG GET. */
  readonly formatInFile?: (value: Value) => string;
}): ValueKind<Value> {
  const { parse, format, formatInFile = format } = kind;
  return {
    arity: "one",
    parse: ([word, ...more]) =>
      word === undefined || more.length > 0 ? bad(WRONG_NUMBER_OF_ARGUMENTS) : parse(word),
    format,
    lines: (value, initial) => [
      { text: formatInFile(value), isDefault: format(value) === format(initial) },
    ],
  };
}

/** @param check refuses a text by Redis' message */
export function text(check?: (word: string) => string | undefined): ValueKind<string> {
  return oneWord({
    parse: (word) => {
      const message = check?.(word);
      return message === undefined ? good(word) : bad(message);
    },
    format: (value) => value,
    formatInFile: quote,
  });
}

export const yesNo: ValueKind<boolean> = oneWord({
  parse: (word) => {
    const answer = word.toLowerCase();
    if (answer === "yes") return good(true);
    return answer === "no" ? good(false) : bad("argument must be 'yes' or 'no'");
  },
  format: (value) => (value ? "yes" : "no"),
});

export function choice<Word extends string>(...words: readonly Word[]): ValueKind<Word> {
  return oneWord<Word>({
    parse: (word) => {
      const found = words.find((known) => known === word.toLowerCase());
      return found === undefined ? bad(notOneOf(words)) : good(found);
    },
    format: (value) => value,
  });
}

export function notOneOf(words: readonly string[]): string {
  return `argument(s) must be one of the following: ${words.join(", ")}`;
}

/** Both ends belong to the range; a bigint where a number is not exact. */
export interface Range {
  readonly min: number | bigint;
  readonly max: number | bigint;
}

export const INT_MAX = 2 ** 31 - 1;
export const LONG_MAX = 2n ** 63n - 1n;
export const UNSIGNED_LONG_MAX = 2n ** 64n - 1n;

/**
 * A whole number, strictly decimal. Settings above 2^53-1 are read as 2^53-1: none of them can tell
 * the difference.
 * @param limit clamps silently, as Redis does for a few
 */
export function integer(range: Range, limit?: (value: number) => number): ValueKind<number> {
  return oneWord({
    parse: (word) => {
      const exact = parseDigits(word);
      if (exact === undefined) return bad("argument couldn't be parsed into an integer");
      if (exact < range.min || exact > range.max) return bad(notBetween(range));
      const value = toNumber(exact);
      return good(limit === undefined ? value : limit(value));
    },
    format: String,
  });
}

const DIGITS = /^(?:0|-?[1-9][0-9]{0,19})$/;

function parseDigits(word: string): bigint | undefined {
  return DIGITS.test(word) ? BigInt(word) : undefined;
}

function toNumber(exact: bigint): number {
  return Number(exact > Number.MAX_SAFE_INTEGER ? BigInt(Number.MAX_SAFE_INTEGER) : exact);
}

function notBetween({ min, max }: Range): string {
  return `argument must be between ${min} and ${max} inclusive`;
}

/** Permissions: octal digits, 0..777. */
export const octalPermissions: ValueKind<number> = oneWord({
  parse: (word) => {
    if (!/^[0-7]{1,8}$/.test(word)) return bad("argument couldn't be parsed as an octal number");
    const value = Number.parseInt(word, 8);
    return value > 0o777 ? bad(notBetween({ min: 0, max: 777 })) : good(value);
  },
  format: (value) => value.toString(8),
});

const UNITS: Readonly<Record<string, bigint>> = {
  "": 1n,
  b: 1n,
  k: 1000n,
  kb: 1024n,
  m: 1000n ** 2n,
  mb: 1024n ** 2n,
  g: 1000n ** 3n,
  gb: 1024n ** 3n,
};
const MEMORY = /^([0-9]{0,40})([a-z]{0,2})$/;

/** @returns the bytes of `64mb`, `1k`, `5`; undefined for anything else */
export function parseMemory(word: string): bigint | undefined {
  const [, digits, unit] = MEMORY.exec(word.toLowerCase()) ?? [];
  const factor = UNITS[unit ?? "?"];
  return digits === undefined || factor === undefined ? undefined : BigInt(digits) * factor;
}

/** In the largest unit that holds it exactly, as a rewritten file has it: `1500kb`. */
export function formatMemory(bytes: number): string {
  for (const [unit, size] of [
    ["gb", 1024 ** 3],
    ["mb", 1024 ** 2],
    ["kb", 1024],
  ] as const) {
    if (bytes >= size && bytes % size === 0) return `${bytes / size}${unit}`;
  }
  return String(bytes);
}

/** Bytes. */
export function memory(range: Range): ValueKind<number> {
  return oneWord({
    parse: (word) => {
      const exact = parseMemory(word);
      if (exact === undefined) return bad("argument must be a memory value");
      if (range.max === UNSIGNED_LONG_MAX && exact > range.max)
        return good(Number.MAX_SAFE_INTEGER);
      return exact < range.min || exact > range.max
        ? bad(notBetween(range))
        : good(toNumber(exact));
    },
    format: String,
    formatInFile: formatMemory,
  });
}

/** Bytes, or a share of `maxmemory` in percent as a negative number. */
export const memoryOrPercent: ValueKind<number> = oneWord({
  parse: (word) => {
    const percent = /^([0-9]{1,9})%$/.exec(word)?.[1];
    if (percent !== undefined) {
      return Number(percent) > 100
        ? bad("percentage argument must be less or equal to 100")
        : good(-Number(percent));
    }
    const exact = parseMemory(word);
    return exact === undefined
      ? bad("argument must be a memory or percent value")
      : good(toNumber(exact));
  },
  format: (value) => (value < 0 ? `${-value}%` : String(value)),
  formatInFile: (value) => (value < 0 ? `${-value}%` : formatMemory(value)),
});
