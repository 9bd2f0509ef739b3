import { type ElementCursor, EncodingError } from "./element-cursor.ts";

const HEADER_BYTES = 8;

/** A set of integers: u32 width (2, 4 or 8), u32 count, the numbers ascending (spec server §3.6). */
export class IntsetCursor implements ElementCursor {
  readonly #set: Buffer;
  readonly #width: number;
  #at = HEADER_BYTES;
  #last: number | bigint = Number.NEGATIVE_INFINITY;

  /** @throws {EncodingError} */
  constructor(set: Buffer) {
    this.#set = set;
    if (set.length < HEADER_BYTES) throw new EncodingError("an intset of wrong size");
    this.#width = set.readUInt32LE(0);
    if (this.#width !== 2 && this.#width !== 4 && this.#width !== 8) {
      throw new EncodingError(`an intset of numbers of ${this.#width} bytes`);
    }
    if (set.length !== HEADER_BYTES + this.#width * set.readUInt32LE(4)) {
      throw new EncodingError("an intset of wrong size");
    }
  }

  get ended(): boolean {
    return this.#at === this.#set.length;
  }

  next(): string {
    const value = this.#number();
    if (value <= this.#last) throw new EncodingError("an intset out of order");
    this.#last = value;
    this.#at += this.#width;
    return String(value);
  }

  #number(): number | bigint {
    if (this.#width === 2) return this.#set.readInt16LE(this.#at);
    return this.#width === 4 ? this.#set.readInt32LE(this.#at) : this.#set.readBigInt64LE(this.#at);
  }
}
