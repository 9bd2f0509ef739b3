import { crc64Bytes, newCrc64, updateCrc64 } from "./crc64.ts";

/** Big enough to cost few writes, small enough to be encoded and sent in one slice of time. */
const BLOCK_BYTES = 64 * 1024;
/** Below this a loop is faster than the call into the engine. */
const SHORT_TEXT = 24;
const CHECKSUM_BYTES = 8;

/**
 * Bytes on their way out, gathered in blocks, with the checksum of all of them. The checksum is
 * computed as blocks are taken, so that a long value costs its time in the slice that sends it.
 */
export class RdbOutput {
  #block = Buffer.allocUnsafeSlow(BLOCK_BYTES);
  /** What lies before it in `#block` is queued. */
  #start = 0;
  #end = 0;
  /** Never written to again. */
  #queue: Buffer[] = [];
  #queuedBytes = 0;
  #takenBytes = 0;
  #ending: "open" | "checksum-due" | "zeros-due" | "complete" = "open";
  readonly #crc = newCrc64();

  /** Bytes written so far, taken or not. */
  get written(): number {
    return this.#takenBytes + this.pending;
  }

  /** Bytes written and not taken. */
  get pending(): number {
    const atTheEnd = this.#isEndDue() ? CHECKSUM_BYTES : 0;
    return this.#queuedBytes + this.#end - this.#start + atTheEnd;
  }

  /** @param atMost bytes; the checksum at the end may come on top */
  take(atMost: number): readonly Buffer[] {
    this.#seal();
    const blocks: Buffer[] = [];
    for (let left = atMost; left > 0 && this.#queue.length > 0;) {
      const block = this.#takeFirst(left);
      blocks.push(block);
      left -= block.length;
    }
    if (this.#queue.length === 0 && this.#isEndDue()) {
      const isChecksum = this.#ending === "checksum-due";
      blocks.push(isChecksum ? crc64Bytes(this.#crc) : Buffer.alloc(CHECKSUM_BYTES));
      this.#takenBytes += CHECKSUM_BYTES;
      this.#ending = "complete";
    }
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
    const at = this.#reserveAndMove(2);
    this.#block.writeInt16LE(value, at);
  }

  int32LE(value: number): void {
    const at = this.#reserveAndMove(4);
    this.#block.writeInt32LE(value, at);
  }

  int64LE(value: bigint): void {
    const at = this.#reserveAndMove(8);
    this.#block.writeBigInt64LE(value, at);
  }

  doubleLE(value: number): void {
    const at = this.#reserveAndMove(8);
    this.#block.writeDoubleLE(value, at);
  }

  uint32BE(value: number): void {
    const at = this.#reserveAndMove(4);
    this.#block.writeUInt32BE(value, at);
  }

  uint64BE(value: bigint): void {
    const at = this.#reserveAndMove(8);
    this.#block.writeBigUInt64BE(value, at);
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

  /** Bytes of the caller that are kept, not copied, when there are many of them. */
  bytes(bytes: Buffer): void {
    if (bytes.length >= BLOCK_BYTES) {
      this.#seal();
      this.#queue.push(bytes);
      this.#queuedBytes += bytes.length;
      return;
    }
    this.#reserve(bytes.length);
    this.#block.set(bytes, this.#end);
    this.#end += bytes.length;
  }

  /** Ends the output with the checksum of all before it, or with zeros in its place. */
  end(withWhat: "checksum" | "zeros"): void {
    this.#ending = withWhat === "checksum" ? "checksum-due" : "zeros-due";
  }

  #isEndDue(): boolean {
    return this.#ending === "checksum-due" || this.#ending === "zeros-due";
  }

  /** May open another block: `#block` is only looked at behind the call, never in the same expression. */
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

  /** At most so many bytes of the first block. */
  #takeFirst(atMost: number): Buffer {
    const first = this.#queue.shift() ?? Buffer.alloc(0);
    const block = first.subarray(0, atMost);
    if (block.length < first.length) this.#queue.unshift(first.subarray(atMost));
    updateCrc64(this.#crc, block, 0, block.length);
    this.#queuedBytes -= block.length;
    this.#takenBytes += block.length;
    return block;
  }

  /** Makes what was written a block of its own; writing goes on behind it. */
  #seal(): void {
    if (this.#end === this.#start) return;
    this.#queue.push(this.#block.subarray(this.#start, this.#end));
    this.#queuedBytes += this.#end - this.#start;
    this.#start = this.#end;
  }
}
