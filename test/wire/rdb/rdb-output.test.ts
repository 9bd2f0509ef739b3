import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RdbOutput } from "../../../src/wire/rdb/rdb-output.ts";

const BLOCK_BYTES = 64 * 1024;

interface Write {
  readonly name: string;
  readonly to: (output: RdbOutput) => void;
  readonly bytes: Buffer;
}

function written(size: number, fill: (buffer: Buffer) => void): Buffer {
  const buffer = Buffer.alloc(size);
  fill(buffer);
  return buffer;
}

const WRITES: readonly Write[] = [
  { name: "uint8", to: (output) => output.uint8(0xab), bytes: Buffer.from([0xab]) },
  { name: "int8", to: (output) => output.int8(-2), bytes: Buffer.from([0xfe]) },
  {
    name: "int16LE",
    to: (output) => output.int16LE(-12345),
    bytes: written(2, (buffer) => buffer.writeInt16LE(-12345)),
  },
  {
    name: "int32LE",
    to: (output) => output.int32LE(-123456789),
    bytes: written(4, (buffer) => buffer.writeInt32LE(-123456789)),
  },
  {
    name: "int64LE",
    to: (output) => output.int64LE(1_732_000_000_123n),
    bytes: written(8, (buffer) => buffer.writeBigInt64LE(1_732_000_000_123n)),
  },
  {
    name: "uint32BE",
    to: (output) => output.uint32BE(0xdeadbeef),
    bytes: written(4, (buffer) => buffer.writeUInt32BE(0xdeadbeef)),
  },
  {
    name: "uint64BE",
    to: (output) => output.uint64BE(0xfeedfacecafebeefn),
    bytes: written(8, (buffer) => buffer.writeBigUInt64BE(0xfeedfacecafebeefn)),
  },
  {
    name: "latin1",
    to: (output) => output.latin1("some text of a key"),
    bytes: Buffer.from("some text of a key"),
  },
  { name: "bytes", to: (output) => output.bytes(Buffer.alloc(40, 7)), bytes: Buffer.alloc(40, 7) },
];

function taken(output: RdbOutput): Buffer {
  const blocks: Buffer[] = [];
  while (output.pending > 0) blocks.push(...output.take(10_000));
  return Buffer.concat(blocks);
}

describe("the output of an RDB", () => {
  it.each(WRITES)("loses no byte of $name where a block ends", ({ to, bytes }) => {
    for (let left = 0; left <= bytes.length; left++) {
      const output = new RdbOutput();
      const before = "x".repeat(BLOCK_BYTES - left);
      output.latin1(before);
      to(output);
      expect(taken(output).equals(Buffer.concat([Buffer.from(before), bytes]))).toBe(true);
    }
  });

  it("is what was written, whatever was written and taken meanwhile", () => {
    const step = fc.oneof(
      fc.constantFrom(...WRITES),
      fc.integer({ min: 1, max: 30_000 }).map((length) => {
        const text = "y".repeat(length);
        return {
          name: "long",
          to: (output: RdbOutput) => output.latin1(text),
          bytes: Buffer.from(text),
        };
      }),
      fc.constant("take" as const),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const output = new RdbOutput();
        const expected: Buffer[] = [];
        const seen: Buffer[] = [];
        for (const each of steps) {
          if (each === "take") {
            seen.push(...output.take(7_000).map((block) => Buffer.from(block)));
          } else {
            each.to(output);
            expected.push(each.bytes);
          }
        }
        seen.push(taken(output));
        return Buffer.concat(seen).equals(Buffer.concat(expected));
      }),
    );
  });
});
