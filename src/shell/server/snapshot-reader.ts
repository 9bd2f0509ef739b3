import type { FileHandle } from "node:fs/promises";
import { codeOf, reasonOf } from "../system-reason.ts";
import { nextTurn, sleep } from "./turns.ts";

/** What is loaded between two turns of the loop: a few milliseconds of work. */
const CHUNK_BYTES = 256 * 1024;
/** While `key-load-delay` slows loading down, and how many keys such a chunk is taken for. */
const SLOW_CHUNK_BYTES = 1024;
const SLOW_CHUNK_KEYS = 32;

export interface SnapshotReaderEvents {
  onSize(bytes: number): void;
  onBytes(bytes: Buffer): void;
  onEnd(): void;
  onFailed(failure: { readonly reason: string; readonly missing: boolean }): void;
}

/** Reads a snapshot file chunk by chunk, so that clients are answered meanwhile (spec §7.3). */
export class SnapshotReader {
  readonly #events: SnapshotReaderEvents;
  #stopped = false;

  /**
   * @param file is closed at the end
   * @param keyDelayMicros `key-load-delay`, with which tests slow loading down
   */
  constructor(
    file: Promise<FileHandle>,
    keyDelayMicros: () => number,
    events: SnapshotReaderEvents,
  ) {
    this.#events = events;
    this.#read(file, keyDelayMicros).catch((error: unknown) => {
      if (this.#stopped) return;
      this.stop();
      events.onFailed({ reason: reasonOf(error), missing: codeOf(error) === "ENOENT" });
    });
  }

  /** Nothing is reported any more. */
  stop(): void {
    this.#stopped = true;
  }

  async #read(opening: Promise<FileHandle>, keyDelayMicros: () => number): Promise<void> {
    const file = await opening;
    try {
      const { size } = await file.stat();
      if (!this.#stopped) this.#events.onSize(size);
      await this.#readChunks(file, keyDelayMicros);
    } finally {
      await file.close();
    }
    if (!this.#stopped) this.#events.onEnd();
  }

  async #readChunks(file: FileHandle, keyDelayMicros: () => number): Promise<void> {
    while (!this.#stopped) {
      const delayMicros = Math.max(0, keyDelayMicros());
      const chunk = Buffer.allocUnsafe(delayMicros > 0 ? SLOW_CHUNK_BYTES : CHUNK_BYTES);
      const { bytesRead } = await file.read(chunk, 0, chunk.length);
      if (bytesRead === 0) return;
      this.#events.onBytes(chunk.subarray(0, bytesRead));
      const delayMs = (delayMicros * SLOW_CHUNK_KEYS) / 1000;
      await (delayMs > 0 ? sleep(delayMs) : nextTurn());
    }
  }
}
