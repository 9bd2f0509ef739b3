/**
 * The checksum of RDB files and DUMP payloads: CRC-64 "Jones", reflected, initial value 0, no final
 * xor (spec server §3.3). Kept in two 32-bit halves, because BigInt is far too slow, and taken four
 * bytes at a time: shifting the low half out whole leaves just table look-ups to combine.
 */

/** A running checksum. Both halves are signed 32-bit integers. */
export interface Crc64 {
  low: number;
  high: number;
}

/** The polynomial 0xAD93D23594C935A9, bits reversed. */
const REVERSED_LOW = 0xac4bc9b5 | 0;
const REVERSED_HIGH = 0x95ac9329 | 0;

interface Table {
  readonly low: Int32Array;
  readonly high: Int32Array;
}

/** The checksum of each single byte. */
function byteTable(): Table {
  const table = { low: new Int32Array(256), high: new Int32Array(256) };
  for (let byte = 0; byte < 256; byte++) {
    let low = byte;
    let high = 0;
    for (let bit = 0; bit < 8; bit++) {
      const carry = low & 1;
      low = (low >>> 1) | (high << 31);
      high >>>= 1;
      if (carry === 1) {
        low ^= REVERSED_LOW;
        high ^= REVERSED_HIGH;
      }
    }
    table.low[byte] = low;
    table.high[byte] = high;
  }
  return table;
}

/** The checksum of each byte followed by one zero byte more than in `previous`. */
function followedByZero(previous: Table): Table {
  const table = { low: new Int32Array(256), high: new Int32Array(256) };
  for (let byte = 0; byte < 256; byte++) {
    const low = at(previous.low, byte);
    const high = at(previous.high, byte);
    table.low[byte] = (low >>> 8) ^ (high << 24) ^ at(T0.low, low & 255);
    table.high[byte] = (high >>> 8) ^ at(T0.high, low & 255);
  }
  return table;
}

/** Indexes are masked to 0..255, so the alternative is never taken. */
function at(table: Int32Array, index: number): number {
  return table[index] ?? 0;
}

const T0 = byteTable();
const T1 = followedByZero(T0);
const T2 = followedByZero(T1);
const T3 = followedByZero(T2);

export function newCrc64(): Crc64 {
  return { low: 0, high: 0 };
}

/** Takes the bytes from `start` (inclusive) to `end` (exclusive) into the checksum. */
export function updateCrc64(crc: Crc64, bytes: Uint8Array, start: number, end: number): void {
  let { low, high } = crc;
  let index = start;
  for (; index + 4 <= end; index += 4) {
    const word =
      low ^
      ((bytes[index] ?? 0) |
        ((bytes[index + 1] ?? 0) << 8) |
        ((bytes[index + 2] ?? 0) << 16) |
        ((bytes[index + 3] ?? 0) << 24));
    const a = word & 255;
    const b = (word >>> 8) & 255;
    const c = (word >>> 16) & 255;
    const d = word >>> 24;
    low = high ^ at(T3.low, a) ^ at(T2.low, b) ^ at(T1.low, c) ^ at(T0.low, d);
    high = at(T3.high, a) ^ at(T2.high, b) ^ at(T1.high, c) ^ at(T0.high, d);
  }
  for (; index < end; index++) {
    const byte = (low ^ (bytes[index] ?? 0)) & 255;
    low = (low >>> 8) ^ (high << 24) ^ at(T0.low, byte);
    high = (high >>> 8) ^ at(T0.high, byte);
  }
  crc.low = low;
  crc.high = high;
}

/** The checksum as the 8 little-endian bytes that end a file. */
export function crc64Bytes(crc: Crc64): Buffer {
  const bytes = Buffer.allocUnsafe(8);
  bytes.writeInt32LE(crc.low, 0);
  bytes.writeInt32LE(crc.high, 4);
  return bytes;
}
