import type { Bytes } from "../../../base/bytes.ts";
import { elementBytes, type ElementCursor, EncodingError } from "./element-cursor.ts";

const HEADER_BYTES = 6;
const END = 0xff;
/** More elements than the header can count. */
const UNCOUNTED = 65535;

/**
 * A listpack: u32 bytes, u16 count, elements, 0xFF. Behind each element stands its size, for
 * readers that come from the end; here it must only be right (spec server §3.6).
 */
export class ListpackCursor implements ElementCursor {
  readonly #pack: Buffer;
  #at = HEADER_BYTES;
  #seen = 0;
  ended = false;

  /** @throws {EncodingError} */
  constructor(pack: Buffer) {
    this.#pack = pack;
    const fits = pack.length > HEADER_BYTES && pack.readUInt32LE(0) === pack.length;
    if (!fits || pack[pack.length - 1] !== END) throw new EncodingError("a listpack of wrong size");
    this.#endOrGoOn();
  }

  next(): Bytes {
    const start = this.#at;
    const element = this.#element(this.#byte(start));
    this.#skipSize(this.#at - start);
    this.#seen++;
    this.#endOrGoOn();
    return element;
  }

  #element(first: number): Bytes {
    if (first < 0x80) return this.#number(1, first);
    if (first < 0xc0) return this.#text(1, first & 0x3f);
    const second = this.#byte(this.#at + 1);
    if (first < 0xe0) {
      const unsigned = ((first & 0x1f) << 8) | second;
      return this.#number(2, unsigned < 4096 ? unsigned : unsigned - 8192);
    }
    if (first < 0xf0) return this.#text(2, ((first & 0x0f) << 8) | second);
    return this.#long(first);
  }

  #long(first: number): Bytes {
    const at = this.#at + 1;
    const size = LONG_SIZES[first - 0xf0];
    if (size === undefined) throw new EncodingError(`0x${first.toString(16)} begins no element`);
    this.#check(at + size);
    switch (first) {
      case 0xf0:
        return this.#text(1 + size, this.#pack.readUInt32LE(at));
      case 0xf4:
        return this.#number(1 + size, this.#pack.readBigInt64LE(at));
      default:
        return this.#number(1 + size, this.#pack.readIntLE(at, size));
    }
  }

  #number(size: number, value: number | bigint): string {
    this.#check(this.#at + size);
    this.#at += size;
    return String(value);
  }

  #text(headBytes: number, length: number): Bytes {
    const start = this.#at + headBytes;
    this.#check(start + length);
    this.#at = start + length;
    return elementBytes(this.#pack, start, this.#at);
  }

  /** The size is written from the highest seven bits on; all bytes but the first have bit 7 set. */
  #skipSize(size: number): void {
    const bytes = sizeBytes(size);
    this.#check(this.#at + bytes);
    for (let index = 0; index < bytes; index++) {
      const seven = Math.floor(size / 2 ** (7 * (bytes - 1 - index))) & 0x7f;
      const expected = index === 0 ? seven : seven | 0x80;
      if (this.#byte(this.#at + index) !== expected) {
        throw new EncodingError("a listpack element with a wrong size behind it");
      }
    }
    this.#at += bytes;
  }

  #endOrGoOn(): void {
    const last = this.#pack.length - 1;
    if (this.#at < last) {
      if (this.#byte(this.#at) === END) throw new EncodingError("a listpack that ends too early");
      return;
    }
    const stated = this.#pack.readUInt16LE(4);
    if (stated !== UNCOUNTED && stated !== this.#seen) {
      throw new EncodingError(`a listpack of ${this.#seen} elements that says it has ${stated}`);
    }
    this.ended = true;
  }

  #byte(at: number): number {
    return this.#pack[at] ?? END;
  }

  /** @param end of something, which must lie before the byte that ends the listpack */
  #check(end: number): void {
    if (end >= this.#pack.length) {
      throw new EncodingError("a listpack element that goes beyond the end");
    }
  }
}

/** Bytes behind 0xF0 (a length) and 0xF1 to 0xF4 (integers). */
const LONG_SIZES: readonly number[] = [4, 2, 3, 4, 8];

/** How many bytes an element's size takes. The two odd bounds are the format's. */
function sizeBytes(size: number): number {
  if (size <= 127) return 1;
  if (size < 16383) return 2;
  if (size < 2097151) return 3;
  return size < 268435455 ? 4 : 5;
}

/** Goes through all of it. @throws {EncodingError} */
export function checkListpack(pack: Buffer): void {
  const cursor = new ListpackCursor(pack);
  while (!cursor.ended) cursor.next();
}
