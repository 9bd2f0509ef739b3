import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decompressLzf, LzfCompressor } from "../../../src/wire/rdb/lzf.ts";

/** Text with repeats at all distances, which is what compression has to get right. */
const repetitive = fc
  .array(fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.integer({ min: 1, max: 60 })))
  .map((parts) =>
    Buffer.concat(parts.flatMap(([piece, times]) => Array.from({ length: times }, () => piece))),
  );

describe("decompression", () => {
  it.each([
    ["a run", "016161e025000161 61", "a".repeat(50)],
    ["a repeat of eight", "086162636465666768 61e02c07016768", "abcdefgh".repeat(8)],
  ])("reads the vector of %s", (_name, hex, expected) => {
    const input = Buffer.from(hex.replaceAll(" ", ""), "hex");
    expect(decompressLzf(input, expected.length)?.toString()).toBe(expected);
  });

  it.each([
    ["a reference before the start", "2005", 3],
    ["literals cut off", "0461", 5],
    ["a match cut off", "006120", 4],
    ["a long match cut off", "0061e0", 10],
    ["more than stated", "026162", 2],
    ["less than stated", "0161 62", 3],
    ["a length that no input of this size makes", "0061e0ff00", 2 ** 29],
  ])("refuses %s", (_name, hex, length) => {
    expect(decompressLzf(Buffer.from(hex.replaceAll(" ", ""), "hex"), length)).toBeUndefined();
  });

  it("takes any input without throwing", () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.nat(2000), (input, length) => {
        const output = decompressLzf(input, length);
        expect(output === undefined || output.length === length).toBe(true);
      }),
    );
  });
});

describe("compression", () => {
  it("is undone by decompression, also when strings follow one another", () => {
    const compressor = new LzfCompressor();
    fc.assert(
      fc.property(fc.oneof(repetitive, fc.uint8Array({ maxLength: 400 })), (input) => {
        const output = Buffer.alloc(input.length + 100);
        const length = compressor.compress(input, output);
        const back = decompressLzf(output.subarray(0, length), input.length);
        expect(back?.equals(input)).toBe(true);
      }),
    );
  });

  it("finds repeats up to the longest distance", () => {
    const noise = Buffer.from(Array.from({ length: 8180 }, (_, at) => (at * at * 31 + at) % 253));
    const input = Buffer.concat([Buffer.from("needle-0123"), noise, Buffer.from("needle-0123")]);
    const output = Buffer.alloc(input.length * 2);
    const length = new LzfCompressor().compress(input, output) ?? 0;
    expect(decompressLzf(output.subarray(0, length), input.length)?.equals(input)).toBe(true);
  });

  it("gives up when the output has no room", () => {
    const input = Buffer.from("no three bytes of this repeat");
    expect(new LzfCompressor().compress(input, Buffer.alloc(input.length - 4))).toBeUndefined();
  });
});
