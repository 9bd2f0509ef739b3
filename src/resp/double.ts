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
