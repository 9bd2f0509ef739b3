import { crc64Bytes, newCrc64, updateCrc64 } from "./crc64.ts";

/** Big enough to cost few writes, small enough to be encoded and sent in one slice of time. */
const BLOCK_BYTES = 64 * 1024;
/** Below this a loop is faster than the call into the engine. */
const SHORT_TEXT = 24;

/**
 * Bytes on their way out, gathered in blocks, with the checksum of all of them. Blocks that were
 * taken are never written to again.
 */
export class RdbOutput {
  #block = Buffer.allocUnsafeSlow(BLOCK_BYTES);
  /** What lies before it in `#block` was taken. */
  #start = 0;
  #end = 0;
  #full: Buffer[] = [];
  #fullBytes = 0;
  #taken = 0;
  readonly #crc = newCrc64();

  /** Bytes written so far. */
  get written(): number {
    return this.#taken + this.pending;
  }

  /** Bytes written and not taken. */
  get pending(): number {
    return this.#fullBytes + this.#end - this.#start;
  }

  take(): readonly Buffer[] {
    this.#seal();
    const blocks = this.#full;
    this.#taken += this.#fullBytes;
    this.#full = [];
    this.#fullBytes = 0;
    return blocks;
  }

  uint8(value: number): void {
    this.#reserve(1);
    this.#block[this.#end++] = value;
  }

  int8(value: number): void {
    this.uint8(value & 0xff);
  }

  int16LE(value: number): void {
    this.#block.writeInt16LE(value, this.#reserveAndMove(2));
  }

  int32LE(value: number): void {
    this.#block.writeInt32LE(value, this.#reserveAndMove(4));
  }

  int64LE(value: bigint): void {
    this.#block.writeBigInt64LE(value, this.#reserveAndMove(8));
  }

  uint32BE(value: number): void {
    this.#block.writeUInt32BE(value, this.#reserveAndMove(4));
  }

  uint64BE(value: bigint): void {
    this.#block.writeBigUInt64BE(value, this.#reserveAndMove(8));
  }

  latin1(text: string): void {
    if (text.length > BLOCK_BYTES) {
      this.bytes(Buffer.from(text, "latin1"));
      return;
    }
    this.#reserve(text.length);
    if (text.length > SHORT_TEXT) {
      this.#end += this.#block.write(text, this.#end, "latin1");
      return;
    }
    for (let at = 0; at < text.length; at++) this.#block[this.#end++] = text.charCodeAt(at);
  }

  /** Copies: the owner of a long value may change it in place before the block is sent. */
  bytes(bytes: Uint8Array): void {
    for (let from = 0; from < bytes.length;) {
      if (this.#end === this.#block.length) this.#open();
      const piece = bytes.subarray(from, from + this.#block.length - this.#end);
      this.#block.set(piece, this.#end);
      this.#end += piece.length;
      from += piece.length;
    }
  }

  /** Ends the output with the checksum of all before it. */
  checksum(): void {
    this.#seal();
    this.bytes(crc64Bytes(this.#crc));
  }

  #reserveAndMove(count: number): number {
    this.#reserve(count);
    this.#end += count;
    return this.#end - count;
  }

  /** @param count at most BLOCK_BYTES */
  #reserve(count: number): void {
    if (this.#end + count > this.#block.length) this.#open();
  }

  #open(): void {
    this.#seal();
    this.#block = Buffer.allocUnsafeSlow(BLOCK_BYTES);
    this.#start = 0;
    this.#end = 0;
  }

  /** Makes what was written a block of its own; writing goes on behind it. */
  #seal(): void {
    if (this.#end === this.#start) return;
    updateCrc64(this.#crc, this.#block, this.#start, this.#end);
    this.#full.push(this.#block.subarray(this.#start, this.#end));
    this.#fullBytes += this.#end - this.#start;
    this.#start = this.#end;
  }
}
