import type { Bytes } from "../../../base/bytes.ts";
import { elementBytes, type ElementCursor, EncodingError } from "./element-cursor.ts";

const HEADER_BYTES = 10;
const END = 0xff;
/** More entries than the header can count. */
const UNCOUNTED = 65535;
/** Begins a size of the entry before in five bytes. */
const LONG_PREVIOUS = 0xfe;

/**
 * A ziplist: u32 bytes, u32 offset of the last entry, u16 count, entries, 0xFF. Before each entry
 * stands the size of the one before, for readers that come from the end (spec server §3.6).
 */
export class ZiplistCursor implements ElementCursor {
  readonly #list: Buffer;
  #at = HEADER_BYTES;
  /** Where the entry before begins. */
  #previous = HEADER_BYTES;
  #seen = 0;
  ended = false;

  /** @throws {EncodingError} */
  constructor(list: Buffer) {
    this.#list = list;
    const fits = list.length > HEADER_BYTES && list.readUInt32LE(0) === list.length;
    if (!fits || list[list.length - 1] !== END) throw new EncodingError("a ziplist of wrong size");
    this.#endOrGoOn();
  }

  next(): Bytes {
    const start = this.#at;
    this.#skipPreviousSize(start - this.#previous);
    this.#previous = start;
    const element = this.#element(this.#byte(this.#at));
    this.#seen++;
    this.#endOrGoOn();
    return element;
  }

  #skipPreviousSize(size: number): void {
    const first = this.#byte(this.#at);
    const isLong = first === LONG_PREVIOUS;
    this.#check(this.#at + (isLong ? 5 : 1));
    const stated = isLong ? this.#list.readUInt32LE(this.#at + 1) : first;
    if (stated !== size) throw new EncodingError("a ziplist entry with a wrong size before it");
    this.#at += isLong ? 5 : 1;
  }

  #element(first: number): Bytes {
    if (first < 0x40) return this.#text(1, first);
    if (first < 0x80) return this.#text(2, ((first & 0x3f) << 8) | this.#byte(this.#at + 1));
    if (first === 0x80) {
      this.#check(this.#at + 5);
      return this.#text(5, this.#list.readUInt32BE(this.#at + 1));
    }
    if (first > 0xf0 && first < 0xfe) return this.#number(0, () => (first & 0x0f) - 1);
    const at = this.#at + 1;
    switch (first) {
      case 0xc0:
        return this.#number(2, () => this.#list.readInt16LE(at));
      case 0xd0:
        return this.#number(4, () => this.#list.readInt32LE(at));
      case 0xe0:
        return this.#number(8, () => this.#list.readBigInt64LE(at));
      case 0xf0:
        return this.#number(3, () => this.#list.readIntLE(at, 3));
      case 0xfe:
        return this.#number(1, () => this.#list.readInt8(at));
      default:
        throw new EncodingError(`0x${first.toString(16)} begins no entry of a ziplist`);
    }
  }

  #number(size: number, read: () => number | bigint): string {
    const end = this.#at + 1 + size;
    this.#check(end);
    const text = String(read());
    this.#at = end;
    return text;
  }

  #text(headBytes: number, length: number): Bytes {
    const start = this.#at + headBytes;
    this.#check(start + length);
    this.#at = start + length;
    return elementBytes(this.#list, start, this.#at);
  }

  #endOrGoOn(): void {
    const last = this.#list.length - 1;
    if (this.#at < last) {
      if (this.#byte(this.#at) === END) throw new EncodingError("a ziplist that ends too early");
      return;
    }
    const stated = this.#list.readUInt16LE(8);
    if (stated !== UNCOUNTED && stated !== this.#seen) {
      throw new EncodingError(`a ziplist of ${this.#seen} entries that says it has ${stated}`);
    }
    if (this.#list.readUInt32LE(4) !== this.#previous) {
      throw new EncodingError("a ziplist whose last entry is not where it says");
    }
    this.ended = true;
  }

  #byte(at: number): number {
    return this.#list[at] ?? END;
  }

  /** @param end of something, which must lie before the byte that ends the ziplist */
  #check(end: number): void {
    if (end >= this.#list.length) {
      throw new EncodingError("a ziplist entry that goes beyond the end");
    }
  }
}
