import { type Bytes, LONG_BYTES } from "../base/bytes.ts";
import { ProtocolError } from "./errors.ts";

/** Up to this length the buffer is made at once; beyond it a mere announcement reserves no more. */
const TRUSTED_BYTES = 32 * 1024 * 1024;
/** Nothing longer fits into one buffer of Node 20. */
const LONGEST_BUFFER = 2 ** 32 - 1;

/** A bulk that arrives in more than one chunk, filled into its target without further copies. */
export class BulkBody {
  readonly #length: number;
  #target: Buffer;
  #filled = 0;

  /** @throws {ProtocolError} for a length that no buffer can have */
  constructor(length: number) {
    if (length > LONGEST_BUFFER) throw new ProtocolError("invalid bulk length");
    this.#length = length;
    this.#target = allocate(Math.min(length, TRUSTED_BYTES));
  }

  get complete(): boolean {
    return this.#filled === this.#length;
  }

  /** @returns how many bytes of the chunk, from `start` on, belonged to the bulk */
  fill(chunk: Buffer, start: number): number {
    const taken = Math.min(this.#length - this.#filled, chunk.length - start);
    if (this.#filled + taken > this.#target.length) this.#grow(this.#filled + taken);
    chunk.copy(this.#target, this.#filled, start, start + taken);
    this.#filled += taken;
    return taken;
  }

  take(): Bytes {
    return this.#length > LONG_BYTES ? this.#target : this.#target.toString("latin1");
  }

  #grow(needed: number): void {
    const larger = allocate(Math.min(this.#length, Math.max(needed, 2 * this.#target.length)));
    this.#target.copy(larger, 0, 0, this.#filled);
    this.#target = larger;
  }
}

/** A length that the machine has no memory for is refused like one above the limit. */
function allocate(length: number): Buffer {
  try {
    return Buffer.allocUnsafe(length);
  } catch (cause) {
    throw new ProtocolError("invalid bulk length", { cause });
  }
}
