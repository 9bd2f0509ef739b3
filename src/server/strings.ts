import { type Bytes, bufferOf, LONG_BYTES, textOf } from "../base/bytes.ts";
import { parseInt64, parseInteger } from "../wire/integers.ts";

/**
 * String values: latin1 text when short, Buffers when long or put together from parts (Redis calls
 * these `raw`, however short). Buffers are never changed in place, since replies, the replication
 * stream and snapshots share them.
 */

/** The form in which a value of that content is kept. */
export function stored(bytes: Bytes): Bytes {
  if (typeof bytes === "string") {
    return bytes.length > LONG_BYTES ? Buffer.from(bytes, "latin1") : bytes;
  }
  return bytes.length > LONG_BYTES ? bytes : bytes.toString("latin1");
}

export function concat(left: Bytes, right: Bytes): Buffer {
  return Buffer.concat([bufferOf(left), bufferOf(right)]);
}

/** Bytes from `start` up to and including `end`; both are within the value. */
export function slice(value: Bytes, start: number, end: number): Bytes {
  return typeof value === "string" ? value.slice(start, end + 1) : value.subarray(start, end + 1);
}

/** `value` with `patch` at `offset`, filled with zero bytes up to there. */
export function overwritten(value: Bytes, offset: number, patch: Bytes): Buffer {
  const result = Buffer.alloc(Math.max(value.length, offset + patch.length));
  bufferOf(value).copy(result);
  bufferOf(patch).copy(result, offset);
  return result;
}

/** Integers that sums of two of them still hold exactly are added as numbers. */
const EXACT = 2 ** 52;
const LARGEST = 2n ** 63n - 1n;
const SMALLEST = -(2n ** 63n);

/** @returns undefined unless the text is a strict decimal of 64 bits */
export function integerOf(value: Bytes): number | bigint | undefined {
  const text = textOf(value);
  return parseInteger(text) ?? parseInt64(text);
}

/** @returns undefined when the sum does not fit 64 bits */
export function addIntegers(
  left: number | bigint,
  right: number | bigint,
): number | bigint | undefined {
  if (typeof left === "number" && typeof right === "number") {
    const sum = left + right;
    if (sum > -EXACT && sum < EXACT) return sum;
  }
  const sum = BigInt(left) + BigInt(right);
  return sum > LARGEST || sum < SMALLEST ? undefined : sum;
}

/** `int`, `embstr` or `raw`: what OBJECT ENCODING says (server spec §4.11). */
export function encodingOf(value: Bytes): string {
  if (typeof value !== "string") return "raw";
  if (value.length <= 20 && integerOf(value) !== undefined) return "int";
  return value.length <= 44 ? "embstr" : "raw";
}

/** As `integerOf`, for what is only compared with sizes: far beyond any, rounding does no harm. */
export function roughIntegerOf(value: Bytes): number | undefined {
  const integer = integerOf(value);
  return integer === undefined ? undefined : Number(integer);
}
