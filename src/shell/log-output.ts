import { openSync, write, writeSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { codeOf } from "./system-reason.ts";

const STANDARD_OUTPUT = 1;
/** Lines that wait for a slow reader are dropped beyond this. */
const WAITING_BYTES_MAX = 4 * 1024 * 1024;
/** Before what the reader did not take is offered again. */
const RETRY_MS = 50;
/** How long the end of the process waits for a reader that does not read. */
const LAST_WRITE_MS = 250;
/** What a write that is under way usually needs, many times over. */
const GRACE_MS = 10;

/** What does the writing: a test puts a full disk here. */
export interface LogFile {
  readonly write: typeof write;
  readonly writeSync: typeof writeSync;
}

/**
 * Where log lines go: a file or standard output, written off the loop, in order. A supervisor must
 * not stop or die because nobody reads its log: a full disk or a closed pipe costs lines.
 */
export class LogOutput {
  readonly #descriptor: number;
  readonly #file: LogFile;
  #waiting: string[] = [];
  #waitingBytes = 0;
  #writing: Promise<void> | undefined;

  constructor(descriptor: number = STANDARD_OUTPUT, file: LogFile = { write, writeSync }) {
    this.#descriptor = descriptor;
    this.#file = file;
  }

  /** @throws what the system says when the file cannot be opened */
  static toFile(path: string): LogOutput {
    return new LogOutput(openSync(path, "a", 0o644));
  }

  /** @param line with its line end */
  write(line: string): void {
    if (this.#waitingBytes + line.length > WAITING_BYTES_MAX) return;
    this.#waiting.push(line);
    this.#waitingBytes += line.length;
    this.#writing ??= this.#writeWaiting();
  }

  /** Resolves when all is written, or the reader has had its time. */
  async finished(): Promise<void> {
    await Promise.race([this.#writing, pause(LAST_WRITE_MS, undefined, { ref: false })]);
  }

  /** Writes what waits before it returns: the process ends now. */
  flushNow(): void {
    // The write under way goes on in its own thread; it comes first.
    if (this.#writing !== undefined) sleep(GRACE_MS);
    for (let bytes = this.#take(); bytes.length > 0; bytes = this.#take()) {
      try {
        this.#file.writeSync(this.#descriptor, bytes);
      } catch {
        // Nobody is left to tell.
      }
    }
  }

  async #writeWaiting(): Promise<void> {
    // Lines of one turn of the loop leave together.
    await Promise.resolve();
    for (let bytes = this.#take(); bytes.length > 0; bytes = this.#take()) await this.#put(bytes);
    this.#writing = undefined;
  }

  #take(): Buffer {
    const bytes = Buffer.from(this.#waiting.join(""), "utf8");
    this.#waiting = [];
    this.#waitingBytes = 0;
    return bytes;
  }

  async #put(bytes: Buffer): Promise<void> {
    let left = bytes;
    while (left.length > 0) {
      const outcome = await this.#putSome(left);
      if (typeof outcome === "number") left = left.subarray(outcome);
      else if (codeOf(outcome) === "EAGAIN") await pause(RETRY_MS, undefined, { ref: false });
      else return;
    }
  }

  /** @returns how many bytes were taken, or why none */
  #putSome(bytes: Buffer): Promise<number | Error> {
    return new Promise((resolve) => {
      this.#file.write(this.#descriptor, bytes, 0, bytes.length, null, (cause, written) =>
        resolve(cause ?? written),
      );
    });
  }
}

function sleep(durationMs: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, durationMs);
}
