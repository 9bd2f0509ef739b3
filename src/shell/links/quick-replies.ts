import type { Socket } from "node:net";
import type { Redis } from "ioredis";
import { Request } from "./request.ts";

const CR = 13;
const LF = 10;
const ZERO = 48;
const NINE = 57;
const STATUS = "+".charCodeAt(0);
const INTEGER = ":".charCodeAt(0);
const BULK = "$".charCodeAt(0);
const PUSH = ">".charCodeAt(0);

const PONG = Buffer.from("+PONG\r\n");
const MESSAGE = Buffer.from(">3\r\n$7\r\nmessage\r\n");
/** Digits of a length or an integer that is read here. */
const DIGITS_MAX = 7;

/**
 * Takes the replies that make up nearly all of a sentinel's traffic past ioredis' decoder: PONG, an
 * integer, a bulk, a message that was pushed, each whole in what has just arrived. They are matched
 * with ioredis' own queue, so that it stays the connection's owner: whatever is not plain (errors,
 * aggregates, what is cut in two, the handshake, subscriptions) is left to it.
 */
export class QuickReplies {
  readonly #onMessage: (channel: string, payload: string) => void;
  #client: Redis | undefined;
  #bytes: Buffer = PONG;
  #length = 0;
  #at = 0;

  constructor(onMessage: (channel: string, payload: string) => void) {
    this.#onMessage = onMessage;
  }

  /** From now on for this client. */
  attach(client: Redis): void {
    this.#client = client;
  }

  /**
   * Call only where a reply begins.
   * @returns where what is left to ioredis begins
   */
  take(socket: Socket, bytes: Buffer, length: number): number {
    const client = this.#client;
    if (client?.status !== "ready") return 0;
    this.#bytes = bytes;
    this.#length = length;
    this.#at = 0;
    while (this.#at < length && !socket.destroyed && this.#takeOne(client)) {
      // One reply after another.
    }
    return socket.destroyed ? length : this.#at;
  }

  /** @returns whether a reply was taken */
  #takeOne(client: Redis): boolean {
    const start = this.#at;
    const type = this.#bytes[start] ?? 0;
    if (type === PUSH) {
      if (client.condition?.protocol === 3 && this.#takeMessage()) return true;
      this.#at = start;
      return false;
    }
    const request = client.commandQueue.peekFront()?.command;
    if (!(request instanceof Request) || !request.isPlain) return false;
    const reply = this.#readReply(type);
    if (reply === undefined) {
      this.#at = start;
      return false;
    }
    client.commandQueue.shift();
    request.resolve(reply);
    return true;
  }

  #readReply(type: number): string | number | undefined {
    switch (type) {
      case STATUS:
        return this.#skip(PONG) ? "PONG" : undefined;
      case INTEGER:
        return this.#readNumber();
      case BULK:
        return this.#readBulk();
      default:
        return undefined;
    }
  }

  #takeMessage(): boolean {
    if (!this.#skip(MESSAGE)) return false;
    const channel = this.#readBulk();
    if (channel === undefined) return false;
    const payload = this.#readBulk();
    if (payload === undefined) return false;
    this.#onMessage(channel, payload);
    return true;
  }

  #skip(expected: Buffer): boolean {
    const { length } = expected;
    if (this.#at + length > this.#length) return false;
    for (let n = 0; n < length; n++) {
      if (this.#bytes[this.#at + n] !== expected[n]) return false;
    }
    this.#at += length;
    return true;
  }

  #readBulk(): string | undefined {
    if (this.#bytes[this.#at] !== BULK) return undefined;
    const length = this.#readNumber();
    if (length === undefined) return undefined;
    const from = this.#at;
    const end = from + length;
    if (!this.#isLineEnd(end)) return undefined;
    this.#at = end + 2;
    return this.#bytes.toString("latin1", from, end);
  }

  /** The digits behind the type, and the line end. */
  #readNumber(): number | undefined {
    const from = this.#at + 1;
    let number = 0;
    let at = from;
    for (; at < this.#length; at++) {
      const byte = this.#bytes[at] ?? 0;
      if (byte < ZERO || byte > NINE) break;
      number = number * 10 + byte - ZERO;
    }
    if (at === from || at - from > DIGITS_MAX || !this.#isLineEnd(at)) return undefined;
    this.#at = at + 2;
    return number;
  }

  #isLineEnd(at: number): boolean {
    return at + 1 < this.#length && this.#bytes[at] === CR && this.#bytes[at + 1] === LF;
  }
}
