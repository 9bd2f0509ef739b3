/**
 * Whole numbers as Redis writes them: an optional `-`, no `+`, no blank, no leading zero, not `-0`,
 * within 64 bits. Source: server spec §1.1, §5.1 ("value is not an integer or out of range").
 */

const STRICT = /^(?:0|-?[1-9][0-9]*)$/;
const LENIENT = /^[ \t]*[+-]?[0-9]+[ \t]*$/;
/** Longer texts cannot fit 64 bits; checked first, so that a megabyte of digits costs nothing. */
const LONGEST_INT64 = 20;
const LONGEST_LENIENT = 64;
const LARGEST_INT64 = 2n ** 63n - 1n;
const SMALLEST_INT64 = -(2n ** 63n);

/** @returns the number, or undefined unless the text is a strict decimal that a number holds exactly */
export function parseInteger(text: string): number | undefined {
  if (text.length > LONGEST_INT64 || !STRICT.test(text)) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : undefined;
}

/** As `parseInteger`, but undefined above `max` too. */
export function parseIntegerUpTo(max: number, text: string): number | undefined {
  const value = parseInteger(text);
  return value === undefined || value > max ? undefined : value;
}

/** @returns the number, or undefined unless the text is a strict decimal of 64 bits */
export function parseInt64(text: string): bigint | undefined {
  if (text.length > LONGEST_INT64 || !STRICT.test(text)) return undefined;
  const value = BigInt(text);
  return value >= SMALLEST_INT64 && value <= LARGEST_INT64 ? value : undefined;
}

/** Both ends included. */
export interface IntegerRange {
  readonly min: number;
  readonly max: number;
}

/**
 * A number of a configuration file: a sign and leading zeros are welcome, anything behind the digits
 * is not. Redis reads `5s` as 5 there; a setting that silently means something else is worse than a
 * refused start, so such a text is a mistake here.
 */
export function parseConfigInteger(text: string): number | undefined {
  if (text.length > LONGEST_LENIENT || !LENIENT.test(text)) return undefined;
  const value = Number(text);
  if (!Number.isSafeInteger(value)) return undefined;
  return value === 0 ? 0 : value;
}
