/**
 * Scores and other doubles as clients write them: what C's `strtod` takes, and nothing around it.
 * Source: observed with redis-server 7.0.
 */

const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const INFINITE = /^([+-]?)inf(?:inity)?$/i;
const HEXADECIMAL = /^([+-]?)0x([0-9a-f]*)\.?([0-9a-f]*)(?:p([+-]?\d+))?$/i;
const NOT_ZERO = /[1-9]/;

/** @returns undefined unless the text is a number that a double can stand for; never NaN */
export function parseScore(text: string): number | undefined {
  const value = numberOf(text);
  if (value === undefined || INFINITE.test(text)) return value;
  // Too large for a double, or too small: strtod says so, and Redis refuses it.
  if (!Number.isFinite(value)) return undefined;
  const [mantissa = ""] = text.split(/e/i, 1);
  return value === 0 && !/x/i.test(text) && NOT_ZERO.test(mantissa) ? undefined : value;
}

/** One end of a range of scores. */
export interface ScoreBound {
  readonly score: number;
  readonly exclusive: boolean;
}

/** @param text a score, or `(` and a score, which is then not part of the range */
export function parseScoreBound(text: string): ScoreBound | undefined {
  const exclusive = text.startsWith("(");
  const digits = (exclusive ? text.slice(1) : text).replace(/^[\t\n\v\f\r ]+(?=.)/s, "");
  const score = digits === "" ? 0 : numberOf(digits);
  return score === undefined ? undefined : { score, exclusive };
}

function numberOf(text: string): number | undefined {
  if (DECIMAL.test(text)) return Number(text);
  const infinite = INFINITE.exec(text);
  if (infinite !== null) return infinite[1] === "-" ? -Infinity : Infinity;
  const hexadecimal = HEXADECIMAL.exec(text);
  if (hexadecimal === null) return undefined;
  const [, sign = "", whole = "", fraction = "", power = "0"] = hexadecimal;
  if (whole + fraction === "") return undefined;
  const digits = Number(`0x${whole}${fraction}`);
  const value = digits * 2 ** (Number(power) - 4 * fraction.length);
  return sign === "-" ? -value : value;
}
