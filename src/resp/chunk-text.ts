/** V8 copies a slice shorter than this, and keeps the whole parent alive with a longer one. */
const SHORTEST_PINNING_SLICE = 13;
/** Bytes of a chunk turned into text at once. */
const WINDOW_BYTES = 16 * 1024;

/**
 * Short latin1 strings out of a chunk. A call into the engine for each argument costs more than the
 * rest of parsing it; so a window of the chunk becomes one string, and the shortest arguments (names
 * of commands, small keys and values) are cut from that. Longer ones are read on their own, because
 * a slice of the window would keep all of it in memory as long as the argument lives.
 */
export class ChunkText {
  #window = "";
  #start = 0;

  cut(chunk: Buffer, start: number, end: number): string {
    if (end - start >= SHORTEST_PINNING_SLICE) return chunk.toString("latin1", start, end);
    if (end > this.#start + this.#window.length) {
      this.#window = chunk.toString("latin1", start, start + WINDOW_BYTES);
      this.#start = start;
    }
    return this.#window.slice(start - this.#start, end - this.#start);
  }

  /** Forgets the chunk; the next cut is from another. */
  clear(): void {
    this.#window = "";
    this.#start = 0;
  }
}
