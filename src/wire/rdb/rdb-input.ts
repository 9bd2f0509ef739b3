import { type Crc64, newCrc64, updateCrc64 } from "./crc64.ts";

const NOTHING: Buffer = Buffer.alloc(0);

/**
 * Bytes that arrive in any slicing, read by a cursor, with the checksum of all that was read.
 * Short things are taken whole (`has`, then the read methods); long ones are filled piece by piece.
 * Buffers that were fed belong to the input until they are read: the caller does not reuse them.
 */
export class RdbInput {
  #chunk = NOTHING;
  /** The cursor, in `#chunk`. */
  #at = 0;
  /** Up to where `#chunk` is part of the checksum; `#hashed <= #at`. */
  #hashed = 0;
  /** Bytes read from earlier chunks. */
  #before = 0;
  #queue: Buffer[] = [];
  #queuedBytes = 0;
  readonly #crc = newCrc64();
  /** What was read since `beginCapture`, without the part that lies in `#chunk`. */
  #captured: Buffer[] | undefined;
  /** Where that part begins. */
  #captureFrom = 0;

  feed(chunk: Buffer): void {
    if (chunk.length === 0) return;
    this.#queue.push(chunk);
    this.#queuedBytes += chunk.length;
  }

  /** Bytes read so far. */
  get offset(): number {
    return this.#before + this.#at;
  }

  /** Whether `count` bytes from the cursor on are there; they can then be read. */
  has(count: number): boolean {
    return this.#chunk.length - this.#at >= count || this.#gather(count);
  }

  /** The byte `ahead` of the cursor, without moving it. */
  peek(ahead: number): number {
    return this.#chunk[this.#at + ahead] ?? 0;
  }

  skip(count: number): void {
    this.#at += count;
  }

  uint8(): number {
    return this.#chunk[this.#at++] ?? 0;
  }

  int8(): number {
    return this.#chunk.readInt8(this.#move(1));
  }

  int16LE(): number {
    return this.#chunk.readInt16LE(this.#move(2));
  }

  int32LE(): number {
    return this.#chunk.readInt32LE(this.#move(4));
  }

  uint32BE(): number {
    return this.#chunk.readUInt32BE(this.#move(4));
  }

  uint64BE(): bigint {
    return this.#chunk.readBigUInt64BE(this.#move(8));
  }

  /** As a number: rounded when beyond 2^53. */
  int64LE(): number {
    const at = this.#move(8);
    return this.#chunk.readUInt32LE(at) + this.#chunk.readInt32LE(at + 4) * 2 ** 32;
  }

  doubleLE(): number {
    return this.#chunk.readDoubleLE(this.#move(8));
  }

  latin1(count: number): string {
    const at = this.#move(count);
    return this.#chunk.toString("latin1", at, at + count);
  }

  /** Reads into `target` from index `filled` on as much as there is; returns the new `filled`. */
  fill(target: Buffer, filled: number): number {
    let end = filled;
    while (end < target.length && this.has(1)) {
      const copied = this.#chunk.copy(target, end, this.#at);
      this.#at += copied;
      end += copied;
    }
    return end;
  }

  /** From here on, what is read is also kept, for `endCapture`. */
  beginCapture(): void {
    this.#captured = [];
    this.#captureFrom = this.#at;
  }

  /** The bytes read since `beginCapture`. */
  endCapture(): Buffer {
    const captured = this.#captured ?? [];
    captured.push(this.#chunk.subarray(this.#captureFrom, this.#at));
    this.#captured = undefined;
    return Buffer.concat(captured);
  }

  /** The checksum of everything read so far. */
  checksum(): Readonly<Crc64> {
    this.#hash();
    return this.#crc;
  }

  /** Takes out what was fed and not read. */
  takeRest(): Buffer {
    const rest = [this.#chunk.subarray(this.#at), ...this.#queue];
    this.#replaceChunk(NOTHING);
    this.#queue = [];
    this.#queuedBytes = 0;
    return rest.length === 1 ? (rest[0] ?? NOTHING) : Buffer.concat(rest);
  }

  #move(count: number): number {
    const at = this.#at;
    this.#at += count;
    return at;
  }

  #hash(): void {
    updateCrc64(this.#crc, this.#chunk, this.#hashed, this.#at);
    this.#hashed = this.#at;
  }

  #replaceChunk(chunk: Buffer): void {
    this.#hash();
    this.#captured?.push(this.#chunk.subarray(this.#captureFrom, this.#at));
    this.#captureFrom = 0;
    this.#before += this.#at;
    this.#chunk = chunk;
    this.#at = 0;
    this.#hashed = 0;
  }

  /**
   * Makes `count` bytes lie in one piece. Only those are copied: the rest of the chunk they end in
   * is read in place afterwards.
   */
  #gather(count: number): boolean {
    let missing = count - (this.#chunk.length - this.#at);
    if (missing > this.#queuedBytes) return false;
    if (this.#at === this.#chunk.length) {
      const next = this.#queue.shift() ?? NOTHING;
      this.#queuedBytes -= next.length;
      this.#replaceChunk(next);
      if (next.length >= count) return true;
      missing = count - next.length;
    }
    const pieces = [this.#chunk.subarray(this.#at)];
    this.#queuedBytes -= missing;
    while (missing > 0) {
      const next = this.#queue[0] ?? NOTHING;
      pieces.push(next.subarray(0, missing));
      if (next.length > missing) this.#queue[0] = next.subarray(missing);
      else this.#queue.shift();
      missing -= Math.min(missing, next.length);
    }
    this.#replaceChunk(Buffer.concat(pieces));
    return true;
  }
}
