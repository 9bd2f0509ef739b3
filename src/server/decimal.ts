/**
 * Decimals for INCRBYFLOAT, which Redis computes with 80-bit floats and prints with up to 17
 * fraction digits, never an exponent: 0.1 + 0.2 is 0.3. Here as whole numbers of 10^-FRACTION
 * units. Source: server spec §1.2.
 */

const FRACTION = 40;
const SHOWN_FRACTION = 17;
const UNIT = 10n ** BigInt(FRACTION);
const NUMBER = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/;
/** Beyond this the 80-bit type is infinite. */
const LARGEST_EXPONENT = 4932;
/** Digits that an 80-bit float tells apart. */
const SIGNIFICANT = 19;

/** A count of 10^-40, or an infinity that no sum may produce. */
export type Decimal = bigint;

/** @returns undefined unless the text is a finite number, written plainly or with an exponent */
export function parseDecimal(text: string): Decimal | undefined {
  const match = NUMBER.exec(text);
  if (match === null) return undefined;
  const [, sign = "", whole = "", fraction = "", exponentText = "0"] = match;
  if (whole === "" && fraction === "") return undefined;
  const exponent = Number(exponentText);
  if (Math.abs(exponent) > LARGEST_EXPONENT) return undefined;
  const shift = FRACTION - fraction.length + exponent;
  const digits = BigInt(whole + fraction);
  const magnitude = shift >= 0 ? digits * 10n ** BigInt(shift) : digits / 10n ** BigInt(-shift);
  return sign === "-" ? -magnitude : magnitude;
}

/** With up to 17 fraction digits and as many digits as Redis' floats hold, zeros trimmed. */
export function formatDecimal(value: Decimal): string {
  const sign = value < 0n ? "-" : "";
  const magnitude = roundedTo(value < 0n ? -value : value, FRACTION - SHOWN_FRACTION);
  const whole = magnitude / UNIT;
  const fraction = (magnitude % UNIT)
    .toString()
    .padStart(FRACTION, "0")
    .slice(0, SHOWN_FRACTION)
    .replace(/0+$/, "");
  const text = fraction === "" ? whole.toString() : `${whole}.${fraction}`;
  return text === "0" ? "0" : sign + text;
}

/** Rounds half away from zero, at the last digit that 80 bits hold or that is shown. */
function roundedTo(magnitude: bigint, shownFrom: number): bigint {
  const drop = Math.max(shownFrom, magnitude.toString().length - SIGNIFICANT);
  const unit = 10n ** BigInt(drop);
  return ((magnitude + unit / 2n) / unit) * unit;
}
