import type { FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { reasonOf } from "../system-reason.ts";
import { DurableFile } from "./durable-file.ts";

/** So much may wait to be written before the master has to wait too. */
const HIGH_WATER_BYTES = 8 * 1024 * 1024;
const LOW_WATER_BYTES = 1024 * 1024;

export interface PayloadFileEvents {
  /** @param file open for reading; the receiver closes it */
  onStored(file: FileHandle): void;
  onFailed(reason: string): void;
  /** The disk is slower than the master. */
  onFull(): void;
  onRoom(): void;
}

/** Tells transfers of the same second apart: the end of one must not remove the next one's file. */
let transfers = 0;

/** A master's snapshot on its way into our file. */
export class PayloadFile {
  readonly #events: PayloadFileEvents;
  #work: Promise<DurableFile>;
  #waitingBytes = 0;
  #isFull = false;
  #discarded = false;

  constructor(
    place: { readonly folder: string; readonly name: string },
    events: PayloadFileEvents,
  ) {
    this.#events = events;
    const seconds = Math.floor(Date.now() / 1000);
    const name = `temp-${seconds}.${process.pid}.${++transfers}.rdb`;
    const temporary = join(place.folder, name);
    this.#work = DurableFile.create(temporary, join(place.folder, place.name));
    this.#work.catch((error: unknown) => this.#fail(error));
  }

  write(bytes: Buffer): void {
    this.#waitingBytes += bytes.length;
    if (this.#waitingBytes > HIGH_WATER_BYTES && !this.#isFull) {
      this.#isFull = true;
      this.#events.onFull();
    }
    this.#then(async (file) => {
      await file.write([bytes]);
      this.#waitingBytes -= bytes.length;
      if (this.#isFull && this.#waitingBytes < LOW_WATER_BYTES) {
        this.#isFull = false;
        this.#events.onRoom();
      }
    });
  }

  /** Makes it the snapshot file, durably. */
  store(): void {
    this.#then(async (file) => {
      await file.flush();
      // Before it has its name: a snapshot of our own may take that at any time.
      const reading = await file.openForReading();
      await file.publish();
      if (this.#discarded) await reading.close();
      else this.#events.onStored(reading);
    });
  }

  /** Nothing is reported any more. */
  discard(): void {
    if (this.#discarded) return;
    this.#discarded = true;
    this.#work.then((file) => file.discard()).catch(() => undefined);
  }

  /** One thing after another; behind a failure, nothing. */
  #then(action: (file: DurableFile) => Promise<void>): void {
    this.#work = this.#work.then(async (file) => {
      if (!this.#discarded) await action(file);
      return file;
    });
    this.#work.catch((error: unknown) => this.#fail(error));
  }

  #fail(error: unknown): void {
    if (this.#discarded) return;
    this.discard();
    this.#events.onFailed(
      `Write error or short write writing to the DB dump file: ${reasonOf(error)}`,
    );
  }
}
