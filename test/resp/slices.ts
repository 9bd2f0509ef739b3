import * as fc from "fast-check";
import { type Bytes, bufferOf, LONG_BYTES } from "../../src/base/bytes.ts";

/** Cut points that slice a stream of any length: fractions, so that they shrink with it. */
export const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 });

/** The stream in the slices that the cuts make; none is empty. */
export function slice(stream: Buffer, fractions: readonly number[]): Buffer[] {
  const points = fractions.map((fraction) => Math.floor(fraction * stream.length));
  const bounds = [...new Set([0, ...points, stream.length])].sort((a, b) => a - b);
  return bounds.slice(1).map((end, index) => stream.subarray(bounds[index], end));
}

export function bytewise(stream: Buffer): Buffer[] {
  return Array.from({ length: stream.length }, (_, index) => stream.subarray(index, index + 1));
}

/** Bytes as the parsers make them: a string when short, a Buffer when long. */
export const bytes: fc.Arbitrary<Bytes> = fc.oneof(
  { weight: 8, arbitrary: fc.uint8Array({ maxLength: 40 }).map(asBytes) },
  { weight: 1, arbitrary: fc.uint8Array({ minLength: 100, maxLength: 300 }).map(asBytes) },
  { weight: 1, arbitrary: fc.integer({ min: LONG_BYTES - 2, max: 70_000 }).map(patterned) },
);

function asBytes(raw: Uint8Array): string {
  return Buffer.from(raw).toString("latin1");
}

/** `length` bytes in which each position can be told from its neighbours. */
export function patterned(length: number): Bytes {
  const buffer = Buffer.alloc(length);
  for (let at = 0; at < length; at++) buffer[at] = (at * 31 + (at >> 8)) & 0xff;
  return length > LONG_BYTES ? buffer : buffer.toString("latin1");
}

/** For comparing: which of the two forms the bytes have, and their text. */
export function form(value: Bytes): string {
  return `${typeof value}:${bufferOf(value).toString("latin1")}`;
}
