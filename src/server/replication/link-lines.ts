const LF = 10;
/** Longer than any line of the handshake; a master that sends more speaks something else. */
const LONGEST_LINE = 1024;

/** Lines out of the bytes of a link, up to the moment when a payload or the stream begins. */
export class LinkLines {
  #rest: Buffer = Buffer.alloc(0);

  feed(bytes: Buffer): void {
    this.#rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
  }

  /** @returns the next line without its end, or undefined while it is not complete */
  next(): string | undefined {
    const end = this.#rest.indexOf(LF);
    if (end === -1) return undefined;
    const line = this.#rest.toString("latin1", 0, end);
    this.#rest = this.#rest.subarray(end + 1);
    return line.endsWith("\r") ? line.slice(0, -1) : line;
  }

  get isTooLong(): boolean {
    return this.#rest.length > LONGEST_LINE && !this.#rest.includes(LF);
  }

  /** What came behind the last line. */
  takeRest(): Buffer {
    const rest = this.#rest;
    this.#rest = Buffer.alloc(0);
    return rest;
  }
}
