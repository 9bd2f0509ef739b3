import { type Bytes, LONG_BYTES } from "../../base/bytes.ts";

/** A run of stream bytes that is full, or is being filled. */
interface Block {
  /** Offset of the block's first byte. */
  readonly offset: number;
  readonly bytes: Buffer;
  length: number;
}

/** Room of a block for small appends; trimming drops whole blocks (server spec §2.10). */
const BLOCK_BYTES = 16 * 1024;

/**
 * The replication stream's most recent bytes, kept once for the backlog and for everything that
 * replicas have not been sent yet. The first byte ever produced has offset 1.
 *
 * Invariant: the blocks and the pending text are gapless: `firstOffset <= endOffset + 1`.
 */
export class Backlog {
  #blocks: Block[] = [];
  /** Blocks before this index are trimmed; compacted now and then. */
  #head = 0;
  /** Appended text that has no place in a block yet: many small commands are copied at once. */
  #pending = "";
  #endOffset: number;
  #size: number;

  /**
   * @param endOffset offset of the last byte produced so far; it is not in the backlog
   * @param size bytes to keep at least
   */
  constructor(endOffset: number, size: number) {
    this.#endOffset = endOffset;
    this.#size = size;
  }

  /** Offset of the last byte produced. */
  get endOffset(): number {
    return this.#endOffset;
  }

  /** Offset of the oldest byte still held; `endOffset + 1` when nothing is. */
  get firstOffset(): number {
    const first = this.#blocks[this.#head];
    return first === undefined ? this.#endOffset - this.#pending.length + 1 : first.offset;
  }

  get length(): number {
    return this.#endOffset - this.firstOffset + 1;
  }

  get size(): number {
    return this.#size;
  }

  resize(size: number): void {
    this.#size = size;
  }

  appendText(text: string): void {
    this.#pending += text;
    this.#endOffset += text.length;
    if (this.#pending.length >= BLOCK_BYTES) this.#settle();
  }

  /** @param bytes kept by reference when long: nobody may change them later */
  appendBuffer(bytes: Buffer): void {
    if (bytes.length <= LONG_BYTES) {
      this.appendText(bytes.toString("latin1"));
      return;
    }
    this.#settle();
    this.#blocks.push({ offset: this.#endOffset + 1, bytes, length: bytes.length });
    this.#endOffset += bytes.length;
  }

  append(bytes: Bytes): void {
    if (typeof bytes === "string") this.appendText(bytes);
    else this.appendBuffer(bytes);
  }

  holds(offset: number): boolean {
    return offset >= this.firstOffset && offset <= this.#endOffset + 1;
  }

  /**
   * The stream from `offset` on, in pieces that share memory with the backlog.
   * @param maxBytes stops behind the piece that reaches this many bytes
   */
  slicesFrom(offset: number, maxBytes: number): Buffer[] {
    this.#settle();
    const slices: Buffer[] = [];
    let bytes = 0;
    for (let at = this.#blockIndexOf(offset); at < this.#blocks.length; at++) {
      const block = this.#blocks[at];
      if (block === undefined || bytes >= maxBytes) break;
      const slice = block.bytes.subarray(Math.max(0, offset - block.offset), block.length);
      if (slice.length === 0) continue;
      slices.push(slice);
      bytes += slice.length;
    }
    return slices;
  }

  /** Drops whole blocks from the front while `size` bytes stay and nobody needs them any more. */
  trim(neededFrom: number): void {
    for (;;) {
      const block = this.#blocks[this.#head];
      if (block === undefined || this.#head === this.#blocks.length - 1) break;
      const end = block.offset + block.length - 1;
      if (this.#endOffset - end < this.#size || end >= neededFrom) break;
      this.#head++;
    }
    if (this.#head > 64 && this.#head * 2 > this.#blocks.length) {
      this.#blocks = this.#blocks.slice(this.#head);
      this.#head = 0;
    }
  }

  #settle(): void {
    const text = this.#pending;
    if (text === "") return;
    this.#pending = "";
    const offset = this.#endOffset - text.length + 1;
    const last = this.#blocks[this.#blocks.length - 1];
    const room = last === undefined ? 0 : last.bytes.length - last.length;
    let copied = 0;
    if (last !== undefined && room > 0 && this.#head < this.#blocks.length) {
      copied = last.bytes.write(text.slice(0, room), last.length, "latin1");
      last.length += copied;
    }
    if (copied === text.length) return;
    const rest = text.slice(copied);
    const bytes = Buffer.allocUnsafe(Math.max(BLOCK_BYTES, rest.length));
    this.#blocks.push({ offset: offset + copied, bytes, length: bytes.write(rest, 0, "latin1") });
  }

  #blockIndexOf(offset: number): number {
    let low = this.#head;
    let high = this.#blocks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      const block = this.#blocks[middle];
      if (block !== undefined && block.offset <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
