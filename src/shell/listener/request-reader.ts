import type { Bytes } from "../../base/bytes.ts";
import type { Millis } from "../../base/units.ts";
import { type RequestLimits, RequestParser } from "../../resp/request-parser.ts";

/** Input that is kept for a client whose requests wait, before its socket is left unread. */
const WAITING_INPUT_BYTES = 64 * 1024;
/** A long pipeline lets others have a turn after this time. */
const SLICE_MS = 10;
/** The clock is read once in so many requests. */
const REQUESTS_A_READING = 16;

/** Takes requests out of the input, one by one, while nothing stands in the way. */
export class RequestReader {
  /** The daemon wants no request for now. */
  suspended = false;
  /** The client does not read its replies. */
  throttled = false;
  /** Nothing is executed any more. */
  closed = false;
  /** The rest of a long pipeline waits for its next turn. */
  #yielded = false;
  readonly #parser: RequestParser;

  constructor(limits: RequestLimits) {
    this.#parser = new RequestParser(limits);
  }

  /** Bytes that arrived and are not executed. */
  get waitingBytes(): number {
    return this.#parser.unconsumedBytes;
  }

  /** Bytes of the request taken last. */
  get requestBytes(): number {
    return this.#parser.requestBytes;
  }

  get unauthenticated(): boolean {
    return this.#parser.unauthenticated;
  }

  set unauthenticated(value: boolean) {
    this.#parser.unauthenticated = value;
  }

  feed(chunk: Buffer): void {
    this.#parser.feed(chunk);
  }

  /** The memory of the chunk fed last is about to be used for another. */
  keepRest(): void {
    this.#parser.keepRest();
  }

  /** Whether the socket should be read. */
  get wantsInput(): boolean {
    if (this.closed) return true;
    if (this.throttled || this.#yielded) return false;
    return !this.suspended || this.waitingBytes <= WAITING_INPUT_BYTES;
  }

  /**
   * Executes requests until the input is used up or something stands in the way.
   * @param execute not called again once it has suspended, throttled or closed the reader
   * @returns what ended it: no more input (or an obstacle), or the end of this client's turn
   * @throws {ProtocolError}
   */
  run(execute: (args: readonly Bytes[]) => void, now: () => Millis): "done" | "turn-over" {
    this.#yielded = false;
    let startedAt: Millis | undefined;
    for (let count = 1; !this.closed && !this.suspended && !this.throttled; count++) {
      const args = this.#parser.next();
      if (args === undefined) return "done";
      execute(args);
      if (count % REQUESTS_A_READING !== 0) continue;
      if (startedAt === undefined) {
        startedAt = now();
      } else if (now() - startedAt > SLICE_MS) {
        this.#yielded = true;
        return "turn-over";
      }
    }
    return "done";
  }
}
