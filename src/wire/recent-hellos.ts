import { type HelloMessage, parseHello } from "./hello.ts";

const REMEMBERED_MAX = 8192;

/**
 * Hellos as they were read before. Every sentinel repeats its hellos word for word, on each server
 * of a group and until something changes: what is known need not be read again.
 */
export class RecentHellos {
  readonly #read = new Map<string, HelloMessage>();

  read(payload: string): HelloMessage {
    const known = this.#read.get(payload);
    if (known !== undefined) return known;
    const message = parseHello(payload);
    // What is none may be of any length.
    if (message.kind !== "hello") return message;
    if (this.#read.size === REMEMBERED_MAX) this.#read.clear();
    this.#read.set(payload, message);
    return message;
  }
}
