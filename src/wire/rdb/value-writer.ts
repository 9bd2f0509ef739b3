import { unreachable } from "../../base/assert.ts";
import { type Bytes, bufferOf } from "../../base/bytes.ts";
import type { UnixMillis } from "../../base/units.ts";
import { LzfCompressor } from "./lzf.ts";
import {
  TYPE_EXPIRING_HASH,
  TYPE_HASH,
  TYPE_LIST,
  TYPE_SET,
  TYPE_SORTED_SET,
  TYPE_STRING,
} from "./opcodes.ts";
import type { RdbOutput } from "./rdb-output.ts";
import type { RdbElements, RdbValue } from "./record.ts";
import { sizeOf } from "./values/pieces.ts";

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

export type Compression = "lzf" | "none";

/**
 * A container whose elements follow one by one. `hash` is one whose fields do not expire, in
 * `expiring-hash` some do: they are told from `earliest` on.
 */
export type ContainerHead =
  | { readonly kind: "list" | "set" | "hash" | "sorted-set"; readonly size: number }
  | { readonly kind: "expiring-hash"; readonly size: number; readonly earliest: UnixMillis };

/** Writes values in the plain encodings (D2): a count, then each element as it is. */
export class ValueWriter {
  readonly #output: RdbOutput;
  readonly #compression: LzfCompression | undefined;
  /** Unix ms that stand as 1 before the fields of the hash that is being written. */
  #earliest = 0;

  constructor(output: RdbOutput, compression: Compression) {
    this.#output = output;
    this.#compression = compression === "lzf" ? new LzfCompression() : undefined;
  }

  /** What stands behind the key; a Buffer in the value must stay as it is until it was taken. */
  value(value: RdbValue): void {
    if (value.kind === "string") this.string(value.bytes);
    else if (value.kind === "opaque") this.#output.bytes(value.bytes);
    else this.#container(value);
  }

  /** Exactly `size` elements must follow. */
  head(head: ContainerHead): void {
    if (head.kind === "expiring-hash") {
      this.#earliest = head.earliest;
      this.#output.int64LE(BigInt(head.earliest));
    }
    this.length(head.size);
  }

  /** An element of a list or set. */
  item(bytes: Bytes): void {
    this.string(bytes);
  }

  /** A field of a hash whose fields do not expire. */
  field(field: Bytes, value: Bytes): void {
    this.string(field);
    this.string(value);
  }

  /** @param expireAt not before the `earliest` of the head */
  expiringField(field: Bytes, value: Bytes, expireAt: UnixMillis | undefined): void {
    this.length(expireAt === undefined ? 0 : expireAt - this.#earliest + 1);
    this.field(field, value);
  }

  scored(member: Bytes, score: number): void {
    this.string(member);
    this.#output.doubleLE(score);
  }

  #container(elements: RdbElements): void {
    const head = headOf(elements);
    this.head(head);
    switch (elements.kind) {
      case "list":
        for (const item of elements.items) this.item(item);
        return;
      case "set":
        for (const member of elements.members) this.item(member);
        return;
      case "sorted-set":
        for (const { member, score } of elements.members) this.scored(member, score);
        return;
      case "hash": {
        const expires = head.kind === "expiring-hash";
        for (const { field, value, expireAt } of elements.fields) {
          if (expires) this.expiringField(field, value, expireAt);
          else this.field(field, value);
        }
        return;
      }
      default:
        unreachable(elements);
    }
  }

  length(value: number): void {
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

  string(bytes: Bytes): void {
    if (bytes.length <= 11 && this.#integer(bytes)) return;
    const fits = bytes.length >= MIN_COMPRESSED && bytes.length <= MAX_COMPRESSED;
    if (fits && this.#compressed(bytes)) return;
    this.length(bytes.length);
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
    this.length(compressed.length);
    this.length(bytes.length);
    this.#output.bytes(compressed);
    return true;
  }
}

/** The value type with which a value is written. */
export function typeOf(value: RdbValue): number {
  if (value.kind === "string") return TYPE_STRING;
  return value.kind === "opaque" ? value.type : containerType(headOf(value));
}

export function containerType(head: ContainerHead): number {
  switch (head.kind) {
    case "list":
      return TYPE_LIST;
    case "set":
      return TYPE_SET;
    case "hash":
      return TYPE_HASH;
    case "expiring-hash":
      return TYPE_EXPIRING_HASH;
    case "sorted-set":
      return TYPE_SORTED_SET;
    default:
      return unreachable(head);
  }
}

/** The head of a container that is here as a whole. */
function headOf(elements: RdbElements): ContainerHead {
  const size = sizeOf(elements);
  if (elements.kind !== "hash") return { kind: elements.kind, size };
  let earliest: UnixMillis | undefined;
  for (const { expireAt } of elements.fields) {
    if (expireAt !== undefined && expireAt < (earliest ?? Infinity)) earliest = expireAt;
  }
  if (earliest === undefined) return { kind: "hash", size };
  return { kind: "expiring-hash", size, earliest };
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
