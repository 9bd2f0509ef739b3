import type { Bytes } from "../../../base/bytes.ts";
import { elementBytes, type ElementCursor, EncodingError } from "./element-cursor.ts";

const END = 0xff;
/** A count from here on says nothing; a length of this value is followed by the true one. */
const BIG = 0xfe;

/**
 * The oldest small hash: count, then fields and values in turn, each with its length; behind a
 * value's length stands how many unused bytes follow the value (spec server §3.6).
 */
export class ZipmapCursor implements ElementCursor {
  readonly #map: Buffer;
  #at = 1;
  #seen = 0;
  ended = false;

  /** @throws {EncodingError} */
  constructor(map: Buffer) {
    this.#map = map;
    if (map.length < 2 || map[map.length - 1] !== END) {
      throw new EncodingError("a zipmap of wrong size");
    }
    this.#endOrGoOn();
  }

  next(): Bytes {
    const isValue = this.#seen % 2 === 1;
    const length = this.#length();
    const slack = isValue ? this.#byte(this.#at) : 0;
    const start = isValue ? this.#at + 1 : this.#at;
    const end = start + length;
    this.#check(end + slack);
    this.#at = end + slack;
    this.#seen++;
    this.#endOrGoOn();
    return elementBytes(this.#map, start, end);
  }

  #length(): number {
    const first = this.#byte(this.#at);
    if (first < BIG) {
      this.#at++;
      return first;
    }
    const end = this.#at + 5;
    this.#check(end);
    this.#at = end;
    return this.#map.readUInt32LE(end - 4);
  }

  #endOrGoOn(): void {
    const last = this.#map.length - 1;
    if (this.#at < last) {
      if (this.#byte(this.#at) === END) throw new EncodingError("a zipmap that ends too early");
      return;
    }
    const stated = this.#byte(0);
    if (this.#seen % 2 === 1) throw new EncodingError("a zipmap with a field without a value");
    if (stated < BIG && stated * 2 !== this.#seen) {
      throw new EncodingError(`a zipmap of ${this.#seen / 2} fields that says it has ${stated}`);
    }
    this.ended = true;
  }

  #byte(at: number): number {
    return this.#map[at] ?? END;
  }

  /** @param end of something, which must lie before the byte that ends the zipmap */
  #check(end: number): void {
    if (end >= this.#map.length) {
      throw new EncodingError("a zipmap entry that goes beyond the end");
    }
  }
}
