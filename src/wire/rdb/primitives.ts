import { type Bytes, LONG_BYTES } from "../../base/bytes.ts";
import { RdbError } from "./errors.ts";
import { decompressLzf } from "./lzf.ts";
import type { RdbInput } from "./rdb-input.ts";

/**
 * Lengths and strings (spec server §3.3). Each function reads its thing whole, or nothing and
 * returns undefined when not all of it has arrived.
 */

/** What a server stores at most in one string (`proto-max-bulk-len`, R-190). */
const MAX_STRING_BYTES = 512 * 1024 * 1024;

const FIRST_ROOM_BYTES = 16 * 1024 * 1024;

const SPECIAL = 0xc0;
const INT8 = 0xc0;
const INT16 = 0xc1;
const INT32 = 0xc2;
const LZF = 0xc3;

/**
 * A count or number; exact up to 2^53, rounded above.
 * @throws {RdbError} corrupt, when the bytes are no length
 */
export function readLength(input: RdbInput): number | undefined {
  const size = wholeLength(input);
  if (size === undefined) return undefined;
  if (size === 9) return Number(readLength64(input));
  const first = input.uint8();
  if (size === 1) return first;
  return size === 2 ? ((first & 0x3f) << 8) | input.uint8() : input.uint32BE();
}

/** As `readLength`, with all 64 bits: the ids of modules need them. */
export function readLength64(input: RdbInput): bigint | undefined {
  const size = wholeLength(input);
  if (size === undefined) return undefined;
  if (size !== 9) return BigInt(readLength(input) ?? 0);
  input.skip(1);
  return input.uint64BE();
}

/** The size of the length at the cursor, if all of it is there. */
function wholeLength(input: RdbInput): number | undefined {
  if (!input.has(1)) return undefined;
  const size = lengthSize(input, 0);
  return input.has(size) ? size : undefined;
}

/** How many bytes the length `ahead` of the cursor has, told by its first byte: 1, 2, 5 or 9. */
function lengthSize(input: RdbInput, ahead: number): 1 | 2 | 5 | 9 {
  const first = input.peek(ahead);
  if (first < 0x40) return 1;
  if (first < 0x80) return 2;
  if (first === 0x80) return 5;
  if (first === 0x81) return 9;
  throw new RdbError("corrupt", `0x${first.toString(16)} begins no length`, input.offset);
}

/** A string too long to be taken whole, or compressed, on its way in. */
interface Arriving {
  /** Bytes on the wire. */
  readonly length: number;
  /** Room for the beginning: a length may lie, so room is made as bytes come. */
  target: Buffer;
  filled: number;
  /** Bytes after decompression; undefined when the string is plain. */
  readonly expandedLength: number | undefined;
}

/** Reads strings; remembers the long one that is half here. */
export class StringReader {
  readonly #input: RdbInput;
  #arriving: Arriving | undefined;

  constructor(input: RdbInput) {
    this.#input = input;
  }

  /** @throws {RdbError} corrupt, when the bytes are no string */
  read(): Bytes | undefined {
    const input = this.#input;
    if (this.#arriving !== undefined) return this.#arrive(this.#arriving);
    if (!input.has(1)) return undefined;
    const first = input.peek(0);
    if (first < 0x40) {
      if (!input.has(1 + first)) return undefined;
      input.skip(1);
      return input.latin1(first);
    }
    return first < SPECIAL ? this.#readPlain() : this.#readSpecial(first);
  }

  #readPlain(): Bytes | undefined {
    const length = readLength(this.#input);
    return length === undefined ? undefined : this.#expect(length, undefined);
  }

  #readSpecial(encoding: number): Bytes | undefined {
    const input = this.#input;
    switch (encoding) {
      case INT8:
        return input.has(2) ? this.#integer(1) : undefined;
      case INT16:
        return input.has(3) ? this.#integer(2) : undefined;
      case INT32:
        return input.has(5) ? this.#integer(4) : undefined;
      case LZF:
        return this.#readCompressed();
      default: {
        const fault = `unknown string encoding 0x${encoding.toString(16)}`;
        throw new RdbError("corrupt", fault, input.offset);
      }
    }
  }

  #integer(size: 1 | 2 | 4): string {
    const input = this.#input;
    input.skip(1);
    if (size === 1) return String(input.int8());
    return String(size === 2 ? input.int16LE() : input.int32LE());
  }

  /** The head (encoding and two lengths) is at most 19 bytes; it is taken whole or not at all. */
  #readCompressed(): Bytes | undefined {
    const input = this.#input;
    if (!input.has(2)) return undefined;
    const compressedSize = lengthSize(input, 1);
    if (!input.has(2 + compressedSize)) return undefined;
    const expandedSize = lengthSize(input, 1 + compressedSize);
    if (!input.has(1 + compressedSize + expandedSize)) return undefined;
    input.skip(1);
    const compressed = readLength(input) ?? 0;
    const expanded = readLength(input) ?? 0;
    this.#checkLength(expanded);
    return this.#expect(compressed, expanded);
  }

  #expect(length: number, expandedLength: number | undefined): Bytes | undefined {
    const input = this.#input;
    this.#checkLength(length);
    if (expandedLength === undefined && length <= LONG_BYTES && input.has(length)) {
      return input.latin1(length);
    }
    const target = Buffer.allocUnsafeSlow(Math.min(length, FIRST_ROOM_BYTES));
    this.#arriving = { length, target, filled: 0, expandedLength };
    return this.#arrive(this.#arriving);
  }

  #checkLength(length: number): void {
    if (length <= MAX_STRING_BYTES) return;
    const fault = `a string of ${length} bytes, more than the ${MAX_STRING_BYTES} there can be`;
    throw new RdbError("corrupt", fault, this.#input.offset);
  }

  #arrive(arriving: Arriving): Bytes | undefined {
    for (;;) {
      arriving.filled = this.#input.fill(arriving.target, arriving.filled);
      if (arriving.filled === arriving.length) break;
      if (arriving.filled < arriving.target.length) return undefined;
      const room = Buffer.allocUnsafeSlow(Math.min(arriving.length, 2 * arriving.target.length));
      arriving.target.copy(room);
      arriving.target = room;
    }
    this.#arriving = undefined;
    const bytes = this.#expanded(arriving);
    return bytes.length > LONG_BYTES ? bytes : bytes.toString("latin1");
  }

  #expanded(arriving: Arriving): Buffer {
    if (arriving.expandedLength === undefined) return arriving.target;
    const bytes = decompressLzf(arriving.target, arriving.expandedLength);
    if (bytes !== undefined) return bytes;
    throw new RdbError("corrupt", "a compressed string cannot be expanded", this.#input.offset);
  }
}
