import { type Bytes, LONG_BYTES } from "../base/bytes.ts";
import { splitQuotedWords } from "../base/quoted-words.ts";
import { BulkBody } from "./bulk-body.ts";
import { ChunkText } from "./chunk-text.ts";
import { ProtocolError } from "./errors.ts";

/** Limits that may change while connections live; one object serves all of them. */
export interface RequestLimits {
  /** `proto-max-bulk-len` in bytes; Infinity on a link from a master. */
  readonly maxBulkLength: number;
}

/** A link from a master: it may send any length. */
export const UNLIMITED: RequestLimits = { maxBulkLength: Number.POSITIVE_INFINITY };

/** A line (inline request or header) may have this many bytes before its end (server spec §1.1). */
const MAX_LINE_BYTES = 64 * 1024;
const MAX_ARGUMENTS = 2 ** 31 - 1;
const MAX_ARGUMENTS_UNAUTHENTICATED = 10;
const MAX_BULK_UNAUTHENTICATED = 16_384;
/** A longer number is not read by the fast loop; 9 digits are below every count limit. */
const MAX_FAST_DIGITS = 9;

const CR = 13;
const LF = 10;
const ZERO = 48;
const STAR = 42;
const DOLLAR = 36;
const INCOMPLETE = -1;
const EMPTY_CHUNK = Buffer.alloc(0);
const NO_ARGUMENTS: readonly Bytes[] = Object.freeze([]);
const STRICT_DECIMAL = /^(?:0|-?[1-9][0-9]{0,18})$/;

/**
 * Requests out of a byte stream in any slicing: `feed` a chunk, then take `next` until it answers
 * undefined. Each byte is looked at once; nothing of a chunk is kept but what an open request needs,
 * and a bulk that spans chunks goes straight into a buffer of its own.
 *
 * Every request tells how many stream bytes it took (`requestBytes`), so that a replica can advance
 * its offset by them and hand exactly these bytes on. What has no effect (an empty line, a bare LF,
 * `*0`) is a request too, with no arguments: the sum of `requestBytes` is every byte consumed.
 * Source: server spec §1.1, checked against redis-server 7.0.
 */
export class RequestParser {
  readonly #limits: RequestLimits;
  /** While true the limits before authentication hold. */
  unauthenticated = false;
  /** Stream bytes of the request that `next` returned last. */
  requestBytes = 0;

  #chunk: Buffer = EMPTY_CHUNK;
  #at = 0;
  readonly #text = new ChunkText();
  /** Where the open request begins in the chunk, and how many of its bytes came in chunks before. */
  #requestStart = 0;
  #carriedBytes = 0;

  /** The beginning of a line whose end is still to come. */
  #line = "";
  #args: Bytes[] = [];
  #argsLeft = 0;
  /** Bytes that still end the argument just read: CR LF, whatever they really are. */
  #skip = 0;
  #body: BulkBody | undefined;

  constructor(limits: RequestLimits) {
    this.#limits = limits;
  }

  /** Bytes fed that belong to no request returned so far: what counts for the query buffer limit. */
  get unconsumedBytes(): number {
    return this.#carriedBytes + this.#chunk.length - this.#requestStart;
  }

  /**
   * Hands over a chunk from `start` on. The parser reads it during the calls of `next` until one
   * answers undefined, and keeps no reference after that. Feeding earlier is allowed, but copies.
   */
  feed(chunk: Buffer, start = 0): void {
    if (this.#at < this.#chunk.length) {
      chunk = Buffer.concat([this.#chunk.subarray(this.#at), chunk.subarray(start)]);
      start = 0;
    }
    this.#releaseChunk();
    this.#chunk = chunk;
    this.#at = start;
    this.#requestStart = start;
  }

  /** What was not read of the chunk is copied: from here on its memory may be used again. */
  keepRest(): void {
    if (this.#at === this.#chunk.length) return;
    const rest = Buffer.from(this.#chunk.subarray(this.#at));
    this.#releaseChunk();
    this.#chunk = rest;
  }

  /**
   * Takes the bytes behind the last returned request out of the parser, for a connection that
   * speaks another language from here on (a payload behind a line, a stream behind PSYNC).
   */
  takeRest(): Buffer {
    const rest = this.#chunk.subarray(this.#requestStart);
    this.#at = this.#requestStart = this.#chunk.length;
    this.#releaseChunk();
    return rest;
  }

  /**
   * @returns the next whole request, one without arguments where the stream holds nothing to do, or
   * undefined when the chunk is used up
   * @throws {ProtocolError} where server spec §1.1 names one; the parser is of no use afterwards
   */
  next(): readonly Bytes[] | undefined {
    if (this.#argsLeft === 0) {
      if (this.#at === this.#chunk.length) return this.#suspend();
      const first = this.#line === "" ? this.#chunk[this.#at] : this.#line.charCodeAt(0);
      if (first !== STAR) return this.#readInline();
      const count = this.#readCount();
      if (count === INCOMPLETE) return this.#suspend();
      if (count === 0) return this.#finish(NO_ARGUMENTS);
      this.#args = [];
      this.#argsLeft = count;
    }
    if (!this.#readArguments()) return this.#suspend();
    return this.#finish(this.#args);
  }

  #finish(request: readonly Bytes[]): readonly Bytes[] {
    this.requestBytes = this.#carriedBytes + this.#at - this.#requestStart;
    this.#carriedBytes = 0;
    this.#requestStart = this.#at;
    return request;
  }

  #suspend(): undefined {
    this.#releaseChunk();
  }

  #releaseChunk(): void {
    this.#carriedBytes += this.#at - this.#requestStart;
    this.#chunk = EMPTY_CHUNK;
    this.#at = 0;
    this.#requestStart = 0;
    this.#text.clear();
  }

  #readInline(): readonly Bytes[] | undefined {
    const lf = this.#chunk.indexOf(LF, this.#at);
    const end = lf === -1 ? this.#chunk.length : lf;
    if (this.#line.length + end - this.#at > MAX_LINE_BYTES) {
      throw new ProtocolError("too big inline request");
    }
    this.#line += this.#chunk.toString("latin1", this.#at, end);
    if (lf === -1) {
      this.#at = end;
      return this.#suspend();
    }
    this.#at = lf + 1;
    const line = this.#takeLine();
    const words = splitQuotedWords(line.endsWith("\r") ? line.slice(0, -1) : line);
    if (words === undefined) throw new ProtocolError("unbalanced quotes in request");
    return this.#finish(words.length === 0 ? NO_ARGUMENTS : words.map(longAsBuffer));
  }

  /** @returns the number of arguments, 0 for a request without effect, or INCOMPLETE */
  #readCount(): number {
    let count = this.#readFastNumber();
    if (count === INCOMPLETE) {
      const line = this.#readHeaderLine("too big mbulk count string");
      if (line === undefined) return INCOMPLETE;
      count = strictDecimal(line);
      if (Number.isNaN(count) || count > MAX_ARGUMENTS) {
        throw new ProtocolError("invalid multibulk length");
      }
    }
    if (this.unauthenticated && count > MAX_ARGUMENTS_UNAUTHENTICATED) {
      throw new ProtocolError("unauthenticated multibulk length");
    }
    return Math.max(count, 0);
  }

  /** @returns the length of the next argument in bytes, or INCOMPLETE */
  #readBulkLength(): number {
    let length = INCOMPLETE;
    if (this.#line === "" && this.#chunk[this.#at] === DOLLAR) length = this.#readFastNumber();
    if (length === INCOMPLETE) {
      const line = this.#readHeaderLine("too big bulk count string");
      if (line === undefined) return INCOMPLETE;
      if (line.charCodeAt(0) !== DOLLAR) {
        throw new ProtocolError(`expected '$', got '${line === "" ? "\r" : line.charAt(0)}'`);
      }
      length = strictDecimal(line);
      if (Number.isNaN(length) || length < 0) throw new ProtocolError("invalid bulk length");
    }
    if (length > this.#limits.maxBulkLength) throw new ProtocolError("invalid bulk length");
    if (this.unauthenticated && length > MAX_BULK_UNAUTHENTICATED) {
      throw new ProtocolError("unauthenticated bulk length");
    }
    return length;
  }

  /**
   * The number behind the mark at the read position, where the whole header lies in the chunk and is
   * a short plain number; INCOMPLETE, with nothing consumed, leaves it to the careful way.
   */
  #readFastNumber(): number {
    if (this.#line !== "") return INCOMPLETE;
    const chunk = this.#chunk;
    const start = this.#at + 1;
    let at = start;
    let value = 0;
    for (;;) {
      const byte = chunk[at];
      if (byte === undefined) return INCOMPLETE;
      if (byte === CR) break;
      const digit = byte - ZERO;
      if (digit < 0 || digit > 9) return INCOMPLETE;
      value = value * 10 + digit;
      at++;
    }
    const digits = at - start;
    if (digits === 0 || digits > MAX_FAST_DIGITS || at + 2 > chunk.length) return INCOMPLETE;
    if (digits > 1 && chunk[start] === ZERO) return INCOMPLETE;
    this.#at = at + 2;
    return value;
  }

  /**
   * A header up to its CR; the byte behind the CR is consumed unseen, as Redis does.
   * @returns the header with its mark, or undefined while its end is still to come
   */
  #readHeaderLine(tooLong: string): string | undefined {
    if (this.#at === this.#chunk.length) return undefined;
    if (this.#line.endsWith("\r")) {
      this.#at++;
      return this.#takeLine().slice(0, -1);
    }
    const cr = this.#chunk.indexOf(CR, this.#at);
    const end = cr === -1 ? this.#chunk.length : cr;
    if (this.#line.length + end - this.#at > MAX_LINE_BYTES) throw new ProtocolError(tooLong);
    if (cr === -1 || cr + 1 === this.#chunk.length) {
      this.#line += this.#chunk.toString("latin1", this.#at);
      this.#at = this.#chunk.length;
      return undefined;
    }
    this.#line += this.#chunk.toString("latin1", this.#at, cr);
    this.#at = cr + 2;
    return this.#takeLine();
  }

  #takeLine(): string {
    const line = this.#line;
    this.#line = "";
    return line;
  }

  /** @returns whether the last argument of the request is complete */
  #readArguments(): boolean {
    while (this.#argsLeft > 0) {
      if (this.#skip === 0) {
        if (!this.#readArgument()) return false;
      }
      const available = this.#chunk.length - this.#at;
      if (available < this.#skip) {
        this.#at += available;
        this.#skip -= available;
        return false;
      }
      this.#at += this.#skip;
      this.#skip = 0;
      this.#argsLeft--;
    }
    return true;
  }

  /** Reads one argument up to the line end behind it. @returns whether it is whole */
  #readArgument(): boolean {
    if (this.#body === undefined) {
      const length = this.#readBulkLength();
      if (length === INCOMPLETE) return false;
      const end = this.#at + length;
      if (end <= this.#chunk.length) {
        this.#args.push(this.#cut(this.#at, end));
        this.#at = end;
        this.#skip = 2;
        return true;
      }
      this.#body = new BulkBody(length);
    }
    this.#at += this.#body.fill(this.#chunk, this.#at);
    if (!this.#body.complete) return false;
    this.#args.push(this.#body.take());
    this.#body = undefined;
    this.#skip = 2;
    return true;
  }

  #cut(start: number, end: number): Bytes {
    if (end - start > LONG_BYTES) return Buffer.from(this.#chunk.subarray(start, end));
    return this.#text.cut(this.#chunk, start, end);
  }
}

/** @returns the number behind the mark, NaN unless it is a strict decimal that fits 64 bits */
function strictDecimal(line: string): number {
  const digits = line.slice(1);
  return STRICT_DECIMAL.test(digits) ? Number(digits) : Number.NaN;
}

function longAsBuffer(word: string): Bytes {
  return word.length > LONG_BYTES ? Buffer.from(word, "latin1") : word;
}
