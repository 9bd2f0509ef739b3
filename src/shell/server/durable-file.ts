import { closeSync, fsyncSync, openSync, renameSync, unlinkSync } from "node:fs";
import { type FileHandle, open, rename, unlink } from "node:fs/promises";
import { dirname } from "node:path";

/** Every so many bytes what was written is forced to disk, so that the end does not take long. */
const SYNC_EVERY_BYTES = 32 * 1024 * 1024;

/**
 * A file written under a temporary name, which takes its place only when it is complete and on
 * disk: whoever reads the name finds the old contents or the new, never half (server spec §7.4).
 */
export class DurableFile {
  readonly #temporary: string;
  readonly #path: string;
  readonly #handle: FileHandle;
  #unsyncedBytes = 0;
  #written = 0;

  private constructor(temporary: string, path: string, handle: FileHandle) {
    this.#temporary = temporary;
    this.#path = path;
    this.#handle = handle;
  }

  /** @throws what the system says */
  static async create(temporary: string, path: string): Promise<DurableFile> {
    return new DurableFile(temporary, path, await open(temporary, "w", 0o644));
  }

  /** Bytes written so far. */
  get written(): number {
    return this.#written;
  }

  async write(blocks: readonly Buffer[]): Promise<void> {
    for (const block of blocks) {
      await this.#writeWhole(block);
      this.#written += block.length;
      this.#unsyncedBytes += block.length;
    }
    if (this.#unsyncedBytes < SYNC_EVERY_BYTES) return;
    this.#unsyncedBytes = 0;
    await this.#handle.datasync();
  }

  /** Forces all of it to disk; nothing may be written afterwards. */
  async flush(): Promise<void> {
    await this.#handle.sync();
    await this.#handle.close();
  }

  /** What was written, behind `flush` and before `publish`, however its name is used later. */
  openForReading(): Promise<FileHandle> {
    return open(this.#temporary, "r");
  }

  /** Gives it its name, behind `flush`. */
  async publish(): Promise<void> {
    await rename(this.#temporary, this.#path);
    await syncFolder(dirname(this.#path));
  }

  /** Leaves what is under the name as it is; never fails. */
  async discard(): Promise<void> {
    await this.#handle.close().catch(() => undefined);
    await unlink(this.#temporary).catch(() => undefined);
  }

  /** A short write is no error of the system's; what is left is written again. */
  async #writeWhole(block: Buffer): Promise<void> {
    let at = 0;
    while (at < block.length) {
      const { bytesWritten } = await this.#handle.write(block, at);
      at += bytesWritten;
    }
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** As `DurableFile`, in one go and before it returns. @throws what the system says */
export function writeDurablySync(
  temporary: string,
  path: string,
  mode: number,
  write: (file: number) => void,
): void {
  const file = openSync(temporary, "w", mode);
  try {
    write(file);
    fsyncSync(file);
    renameSync(temporary, path);
  } catch (error) {
    unlinkQuietly(temporary);
    throw error;
  } finally {
    closeSync(file);
  }
  const folder = openSync(dirname(path), "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/** The first failure is the one to tell of; a file that stays behind is removed at the next start. */
function unlinkQuietly(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // Nothing more can be done about it.
  }
}
