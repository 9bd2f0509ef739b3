/**
 * Floats with a mantissa of 64 bits, the 80-bit type in which Redis computes INCRBYFLOAT: replies
 * are the same to the last digit. Printed with up to 17 fraction digits, never with an exponent.
 * Source: server spec §1.2, checked against redis-server 7.0.
 */
export interface ExtendedFloat {
  /** Below 2^64 without its sign. */
  readonly mantissa: bigint;
  /** The value is mantissa × 2^exponent. */
  readonly exponent: number;
}

const MANTISSA_BITS = 64;
const NUMBER = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/;
const HEX_INTEGER = /^([+-]?)0x([0-9a-f]+)$/i;
/** Beyond these the type is infinite, or zero. */
const LARGEST_EXPONENT = 4932;
const LONGEST_TEXT = 5 * 1024;
const FRACTION_DIGITS = 17;
const SCALE = 10n ** BigInt(FRACTION_DIGITS);

/** @returns the nearest float; undefined unless the text is a finite number and nothing else */
export function parseExtended(text: string): ExtendedFloat | undefined {
  if (text.length > LONGEST_TEXT) return undefined;
  const hex = HEX_INTEGER.exec(text);
  if (hex !== null) {
    const magnitude = BigInt(`0x${hex[2] ?? "0"}`);
    return nearest(hex[1] === "-" ? -magnitude : magnitude, 1n);
  }
  const [, sign = "", whole = "", fraction = "", exponentText = "0"] = NUMBER.exec(text) ?? [];
  const exponent = Number(exponentText) - fraction.length;
  if (whole + fraction === "" || Math.abs(exponent) > LARGEST_EXPONENT) return undefined;
  const digits = BigInt(whole + fraction) * (sign === "-" ? -1n : 1n);
  const power = 10n ** BigInt(Math.abs(exponent));
  return exponent < 0 ? nearest(digits, power) : nearest(digits * power, 1n);
}

const INFINITE = /^[+-]?inf(?:inity)?$/i;

/** What INCRBYFLOAT takes: infinity is a number here, which nothing may be added to. */
export function parseFloatText(text: string): ExtendedFloat | "infinite" | undefined {
  return INFINITE.test(text) ? "infinite" : parseExtended(text);
}

export function addExtended(left: ExtendedFloat, right: ExtendedFloat): ExtendedFloat {
  const exponent = Math.min(left.exponent, right.exponent);
  const sum = shifted(left, exponent) + shifted(right, exponent);
  return exponent < 0
    ? nearest(sum, 1n << BigInt(-exponent))
    : nearest(sum << BigInt(exponent), 1n);
}

export function formatExtended({ mantissa, exponent }: ExtendedFloat): string {
  if (exponent >= 0) return String(mantissa << BigInt(exponent));
  const scaled = divideToNearest(magnitudeOf(mantissa) * SCALE, 1n << BigInt(-exponent));
  const whole = scaled / SCALE;
  const fraction = String(scaled % SCALE)
    .padStart(FRACTION_DIGITS, "0")
    .replace(/0+$/, "");
  const text = fraction === "" ? String(whole) : `${whole}.${fraction}`;
  return mantissa < 0n && scaled !== 0n ? `-${text}` : text;
}

/** The mantissa that stands for the same value with a smaller exponent. */
function shifted({ mantissa, exponent }: ExtendedFloat, smaller: number): bigint {
  return mantissa << BigInt(exponent - smaller);
}

/** The float nearest to a fraction; in the middle between two, the one with an even mantissa. */
function nearest(numerator: bigint, denominator: bigint): ExtendedFloat {
  if (numerator === 0n) return { mantissa: 0n, exponent: 0 };
  const magnitude = magnitudeOf(numerator);
  let exponent = bitLength(magnitude) - bitLength(denominator) - MANTISSA_BITS;
  let mantissa = atExponent(magnitude, denominator, exponent);
  if (bitLength(mantissa) > MANTISSA_BITS) {
    exponent++;
    mantissa = atExponent(magnitude, denominator, exponent);
  }
  return { mantissa: numerator < 0n ? -mantissa : mantissa, exponent };
}

function atExponent(numerator: bigint, denominator: bigint, exponent: number): bigint {
  return exponent >= 0
    ? divideToNearest(numerator, denominator << BigInt(exponent))
    : divideToNearest(numerator << BigInt(-exponent), denominator);
}

/** Of positive numbers; halves go to the even neighbour. */
function divideToNearest(numerator: bigint, denominator: bigint): bigint {
  const quotient = numerator / denominator;
  const twice = (numerator % denominator) * 2n;
  const roundsUp = twice > denominator || (twice === denominator && (quotient & 1n) === 1n);
  return roundsUp ? quotient + 1n : quotient;
}

function magnitudeOf(value: bigint): bigint {
  return value < 0n ? -value : value;
}

function bitLength(value: bigint): number {
  return value.toString(2).length;
}
