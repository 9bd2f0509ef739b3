import { unreachable } from "../../base/assert.ts";
import { type Bytes, bufferOf } from "../../base/bytes.ts";
import type { UnixMillis } from "../../base/units.ts";
import { auxFields, type RdbOrigin } from "./aux-fields.ts";
import { LzfCompressor } from "./lzf.ts";
import { OPCODE, TYPE_STRING } from "./opcodes.ts";
import { RdbOutput } from "./rdb-output.ts";
import type { RdbKey, RdbValue } from "./record.ts";

/** Version 9 with plain value types is what every server from Redis 5 on loads (D2). */
const HEADER = "REDIS0009";

const INT8 = 0xc0;
const INT16 = 0xc1;
const INT32 = 0xc2;
const LZF = 0xc3;

/** Shorter strings are not worth compressing; nor is a gain below `MIN_GAIN` (spec server §3.3). */
const MIN_COMPRESSED = 21;
/** Longer ones would hold up the loop for more than some 4 ms; readers take them either way. */
const MAX_COMPRESSED = 1024 * 1024;
const MIN_GAIN = 4;
const CANONICAL_INT = /^(0|-?[1-9]\d{0,9})$/;
const MAX_INT64 = 2n ** 63n - 1n;

export interface RdbWriterOptions {
  /** `rdbcompression`: strings above 20 bytes take less room and several times as long. */
  readonly compression: "lzf" | "none";
}

/**
 * Writes an RDB record by record, so that a snapshot can be written in slices: between two records
 * take the blocks that are there. Order: `header`, then for each database `selectDb`, `resizeDb`
 * and its keys, then `end`; databases may be selected again (spec server §3, §7.2).
 */
export class RdbWriter {
  readonly #output = new RdbOutput();
  readonly #compression: LzfCompression | undefined;

  constructor(options: RdbWriterOptions) {
    this.#compression = options.compression === "lzf" ? new LzfCompression() : undefined;
  }

  /** Bytes written so far, taken or not. */
  get bytesWritten(): number {
    return this.#output.written;
  }

  /** Bytes written and not taken: the measure for ending a slice. */
  get bytesPending(): number {
    return this.#output.pending;
  }

  /**
   * What was written and not yet taken, in order. Long values are in it by reference.
   * @param atMost bytes, give or take the checksum at the end: what the caller's time allows
   */
  takeBlocks(atMost = Number.POSITIVE_INFINITY): readonly Buffer[] {
    return this.#output.take(atMost);
  }

  header(origin: RdbOrigin): void {
    this.#output.latin1(HEADER);
    for (const [name, value] of auxFields(origin)) {
      this.#output.uint8(OPCODE.aux);
      this.#string(name);
      this.#string(value);
    }
  }

  selectDb(db: number): void {
    this.#output.uint8(OPCODE.selectDb);
    this.#length(db);
  }

  /** How many keys of the database follow, and how many of them expire; readers take it as a hint. */
  resizeDb(sizes: { readonly keys: number; readonly expires: number }): void {
    this.#output.uint8(OPCODE.resizeDb);
    this.#length(sizes.keys);
    this.#length(sizes.expires);
  }

  /** A Buffer in the record must stay as it is until it was taken. */
  key(record: RdbKey): void {
    if (record.expireAt !== undefined) this.#expiry(record.expireAt);
    this.#output.uint8(typeOf(record.value));
    this.#string(record.key);
    this.#value(record.value);
  }

  end(): void {
    this.#output.uint8(OPCODE.end);
    this.#output.end();
  }

  #value(value: RdbValue): void {
    this.#string(value.bytes);
  }

  #expiry(at: UnixMillis): void {
    const moment = BigInt(Math.trunc(at));
    this.#output.uint8(OPCODE.expiryMs);
    this.#output.int64LE(moment > MAX_INT64 ? MAX_INT64 : moment);
  }

  #length(value: number): void {
    const output = this.#output;
    if (value < 0x40) {
      output.uint8(value);
    } else if (value < 0x4000) {
      output.uint8(0x40 | (value >> 8));
      output.uint8(value & 0xff);
    } else if (value < 2 ** 32) {
      output.uint8(0x80);
      output.uint32BE(value);
    } else {
      output.uint8(0x81);
      output.uint64BE(BigInt(value));
    }
  }

  #string(bytes: Bytes): void {
    if (bytes.length <= 11 && this.#integer(bytes)) return;
    const fits = bytes.length >= MIN_COMPRESSED && bytes.length <= MAX_COMPRESSED;
    if (fits && this.#compressed(bytes)) return;
    this.#length(bytes.length);
    if (typeof bytes === "string") this.#output.latin1(bytes);
    else this.#output.bytes(bytes);
  }

  /** Canonical decimals in 32 bits take 2 to 5 bytes. */
  #integer(bytes: Bytes): boolean {
    const value = integerOf(bytes);
    if (value === undefined) return false;
    const output = this.#output;
    if (value >= -0x80 && value < 0x80) {
      output.uint8(INT8);
      output.int8(value);
    } else if (value >= -0x8000 && value < 0x8000) {
      output.uint8(INT16);
      output.int16LE(value);
    } else {
      output.uint8(INT32);
      output.int32LE(value);
    }
    return true;
  }

  #compressed(bytes: Bytes): boolean {
    const compressed = this.#compression?.compress(bufferOf(bytes));
    if (compressed === undefined) return false;
    this.#output.uint8(LZF);
    this.#length(compressed.length);
    this.#length(bytes.length);
    this.#output.bytes(compressed);
    return true;
  }
}

function typeOf(value: RdbValue): number {
  switch (value.kind) {
    case "string":
      return TYPE_STRING;
    default:
      return unreachable(value.kind);
  }
}

function integerOf(bytes: Bytes): number | undefined {
  const text = typeof bytes === "string" ? bytes : bytes.toString("latin1");
  const last = text.charCodeAt(text.length - 1);
  if (last < 0x30 || last > 0x39 || !CANONICAL_INT.test(text)) return undefined;
  const value = Number(text);
  return value === (value | 0) ? value : undefined;
}

const SCRATCH_BYTES = 64 * 1024;

/** A compressor with the room to compress into. */
class LzfCompression {
  readonly #compressor = new LzfCompressor();
  /** Only for results that the output copies: it keeps those of 64 KiB and more. */
  readonly #scratch = Buffer.allocUnsafeSlow(SCRATCH_BYTES);

  /** @returns undefined when too little is gained; a short result is valid until the next call */
  compress(bytes: Buffer): Buffer | undefined {
    const room = bytes.length - MIN_GAIN;
    const target =
      room < SCRATCH_BYTES ? this.#scratch.subarray(0, room) : Buffer.allocUnsafeSlow(room);
    const length = this.#compressor.compress(bytes, target);
    return length === undefined ? undefined : target.subarray(0, length);
  }
}
