import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { crc64Bytes, newCrc64, updateCrc64 } from "../../../src/wire/rdb/crc64.ts";

function crcOf(...pieces: readonly Uint8Array[]): string {
  const crc = newCrc64();
  for (const piece of pieces) updateCrc64(crc, piece, 0, piece.length);
  return crc64Bytes(crc).reverse().toString("hex");
}

describe("the checksum of an RDB", () => {
  it.each([
    ["nothing", Buffer.alloc(0), "0000000000000000"],
    ["the check text", Buffer.from("123456789"), "e9c6d914c4b8d9ca"],
    ["one byte 1", Buffer.from([1]), "7ad870c830358979"],
    ["one byte 255", Buffer.from([255]), "29b7d047efec8728"],
    ["a DUMP payload", Buffer.from("00c0010a00", "hex"), "fc1101d1b6e77826"],
  ])("is right for %s", (_name, bytes, expected) => {
    expect(crcOf(bytes)).toBe(expected);
  });

  it("does not depend on the slicing", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(100), fc.nat(100), (bytes, a, b) => {
        const [first, second] = [Math.min(a, b), Math.max(a, b)];
        const pieces = [bytes.slice(0, first), bytes.slice(first, second), bytes.slice(second)];
        expect(crcOf(...pieces)).toBe(crcOf(bytes));
      }),
    );
  });
});
