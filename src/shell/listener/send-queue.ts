import type { Socket } from "node:net";
import type { Bytes } from "../../base/bytes.ts";
import type { Output } from "../../resp/buffered-writer.ts";
import { outputLength } from "./reply-slots.ts";

/** The socket gets no more than this at a time: what it has counts as unsent until all of it left. */
const WINDOW_BYTES = 1024 * 1024;

/** Output on its way into the kernel, in order. */
export class SendQueue {
  readonly #socket: Socket;
  #waiting: Bytes[] = [];
  #waitingBytes = 0;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** Bytes the kernel has not taken, exact up to one window. */
  get unsentBytes(): number {
    return this.#waitingBytes + this.#socket.writableLength;
  }

  /** Whether the socket has got everything. */
  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  send(output: Output): void {
    if (typeof output === "string" && this.#waiting.length === 0) {
      if (output !== "") this.#socket.write(output, "latin1");
      return;
    }
    const parts = typeof output === "string" ? [output] : output;
    for (const part of parts) this.#waiting.push(part);
    this.#waitingBytes += outputLength(output);
    this.pump();
  }

  /** Hands on as much as the window allows; to be called when the socket has drained. */
  pump(): void {
    let room = WINDOW_BYTES - this.#socket.writableLength;
    if (room <= 0 || this.#waiting.length === 0) return;
    let taken = 0;
    this.#socket.cork();
    for (; taken < this.#waiting.length && room > 0; taken++) {
      const part = this.#waiting[taken] ?? "";
      const piece = typeof part === "string" ? part : part.subarray(0, room);
      this.#write(piece);
      room -= piece.length;
      this.#waitingBytes -= piece.length;
      if (piece.length < part.length && typeof part !== "string") {
        this.#waiting[taken] = part.subarray(piece.length);
        break;
      }
    }
    this.#waiting.splice(0, taken);
    this.#socket.uncork();
  }

  #write(piece: Bytes): void {
    if (typeof piece === "string") this.#socket.write(piece, "latin1");
    else this.#socket.write(piece);
  }
}
