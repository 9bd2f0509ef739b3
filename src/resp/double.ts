/** Integers up to this size are printed with all their digits. */
const LONGEST_PLAIN_INTEGER = 2 ** 62;

/**
 * A double as Redis 7.2 and later print it: the shortest digits that read back as the same number,
 * laid out plainly where that is not much longer than with an exponent.
 * Source: server spec §1.2
 */
export function formatDouble(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (value === Number.POSITIVE_INFINITY) return "inf";
  if (value === Number.NEGATIVE_INFINITY) return "-inf";
  if (value === 0) return Object.is(value, -0) ? "-0" : "0";
  if (Number.isInteger(value) && Math.abs(value) <= LONGEST_PLAIN_INTEGER) {
    return BigInt(value).toString();
  }
  return (value < 0 ? "-" : "") + layOut(Math.abs(value));
}

const SIGNIFICANT_DIGITS = 17;
/** Enough to see whether what is behind the last digit is exactly one half. */
const MORE_DIGITS = 60;

/** A double as Redis up to 7.0 prints it: C's `%.17g`. DEBUG DIGEST rests on it. */
export function formatDouble17(value: number): string {
  const isShort = Number.isInteger(value) && Math.abs(value) < 10 ** SIGNIFICANT_DIGITS;
  if (isShort || !Number.isFinite(value)) return formatDouble(value);
  const [mantissa = "", power = ""] = toSignificant(Math.abs(value)).split("e");
  const exponent = Number(power);
  const digits = mantissa.replace(".", "").replace(/0+$/, "");
  const sign = value < 0 ? "-" : "";
  if (exponent < -4 || exponent >= SIGNIFICANT_DIGITS) {
    const fraction = digits.length > 1 ? `.${digits.slice(1)}` : "";
    const magnitude = String(Math.abs(exponent)).padStart(2, "0");
    return `${sign}${digits.slice(0, 1)}${fraction}e${exponent < 0 ? "-" : "+"}${magnitude}`;
  }
  if (exponent < 0) return `${sign}0.${"0".repeat(-exponent - 1)}${digits}`;
  if (digits.length <= exponent + 1) return sign + digits.padEnd(exponent + 1, "0");
  return `${sign}${digits.slice(0, exponent + 1)}.${digits.slice(exponent + 1)}`;
}

/** In exponential form; a half goes to the even digit, where JavaScript goes up. */
function toSignificant(value: number): string {
  const rounded = value.toExponential(SIGNIFICANT_DIGITS - 1);
  const exact = value.toExponential(MORE_DIGITS);
  const [digits = "", power = ""] = exact.split("e");
  if (!/^50*$/.test(digits.slice(SIGNIFICANT_DIGITS + 1))) return rounded;
  const last = digits.charCodeAt(SIGNIFICANT_DIGITS) - 0x30;
  return last % 2 === 0 ? `${digits.slice(0, SIGNIFICANT_DIGITS + 1)}e${power}` : rounded;
}

/** @returns the number, or undefined unless the text is one that RESP3 allows */
export function parseDouble(text: string): number | undefined {
  if (text === "inf") return Number.POSITIVE_INFINITY;
  if (text === "-inf") return Number.NEGATIVE_INFINITY;
  if (text === "nan" || text === "-nan") return Number.NaN;
  return /^[+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?$/.test(text) ? Number(text) : undefined;
}

/** `digits` × 10^`scale` is the value; `exponent` is that of its first digit. */
function layOut(value: number): string {
  const [mantissa = "", power = ""] = value.toExponential().split("e");
  const digits = mantissa.replace(".", "");
  const exponent = Number(power);
  const scale = exponent - digits.length + 1;
  if (scale >= 0 && Math.abs(exponent) < digits.length + 7) return digits + "0".repeat(scale);
  if (scale < 0 && (scale > -7 || Math.abs(exponent) < 4)) {
    if (exponent < 0) return `0.${"0".repeat(-exponent - 1)}${digits}`;
    return `${digits.slice(0, exponent + 1)}.${digits.slice(exponent + 1)}`;
  }
  return `${mantissa}e${exponent < 0 ? "-" : "+"}${Math.abs(exponent)}`;
}
