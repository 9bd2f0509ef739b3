import { type Bytes, LONG_BYTES, textOf } from "../base/bytes.ts";
import { BulkBody } from "./bulk-body.ts";
import { ProtocolError } from "./errors.ts";
import {
  type AggregateMark,
  closeAggregate,
  isAggregateMark,
  type OpenAggregate,
  openAggregate,
} from "./reply-aggregate.ts";
import { lineReply, parseLength } from "./reply-line.ts";
import { NULL, NULL_ARRAY, type Reply } from "./reply.ts";

export interface ReplyLimits {
  /** Aggregates inside each other. */
  readonly maxDepth: number;
  /** Bytes of one bulk. */
  readonly maxBulkLength: number;
  /** Bytes of a line: a status, an error, a number, a header. */
  readonly maxLineLength: number;
  /** Values in one reply, on all levels together. */
  readonly maxValues: number;
}

export const DEFAULT_REPLY_LIMITS: ReplyLimits = {
  maxDepth: 64,
  maxBulkLength: 512 * 1024 * 1024,
  maxLineLength: 64 * 1024,
  maxValues: 4 * 1024 * 1024,
};

const LF = 10;
const EMPTY_CHUNK = Buffer.alloc(0);

/** A bulk whose header was read; what it becomes when its bytes are there. */
interface OpenBulk {
  readonly mark: string;
  readonly body: BulkBody;
}

/**
 * Replies (RESP2 and RESP3) out of a byte stream in any slicing. Attributes are read and dropped;
 * streamed aggregates, which no server sends, are refused.
 */
export class ReplyParser {
  readonly #limits: ReplyLimits;
  #chunk: Buffer = EMPTY_CHUNK;
  #at = 0;
  #line = "";
  #bulk: OpenBulk | undefined;
  /** The aggregates that the next value is inside of, outermost first. */
  readonly #open: OpenAggregate[] = [];
  #values = 0;

  constructor(limits: ReplyLimits = DEFAULT_REPLY_LIMITS) {
    this.#limits = limits;
  }

  /** Hands over a chunk from `start` on; call `next` until it answers undefined. */
  feed(chunk: Buffer, start = 0): void {
    const rest = this.takeRest();
    this.#chunk = rest.length === 0 ? chunk : Buffer.concat([rest, chunk.subarray(start)]);
    this.#at = rest.length === 0 ? start : 0;
  }

  /** The bytes behind the last returned reply, taken out of the parser. */
  takeRest(): Buffer {
    const rest = this.#chunk.subarray(this.#at);
    this.#chunk = EMPTY_CHUNK;
    this.#at = 0;
    return rest;
  }

  /**
   * @returns the next whole reply, or undefined when the chunk is used up
   * @throws {ProtocolError} when this is no RESP, or beyond a limit; the parser is of no use then
   */
  next(): Reply | undefined {
    while (this.#at < this.#chunk.length) {
      const value = this.#bulk === undefined ? this.#readHeader() : this.#readBulk(this.#bulk);
      if (value === undefined) continue;
      const whole = this.#place(value);
      if (whole === undefined) continue;
      this.#values = 0;
      return whole;
    }
    return undefined;
  }

  /** Puts a value where it belongs. @returns the outermost value, once it is whole */
  #place(value: Reply): Reply | undefined {
    for (;;) {
      const parent = this.#open.at(-1);
      if (parent === undefined) return value;
      parent.items.push(value);
      const whole = this.#closeWhole();
      if (whole === undefined) return undefined;
      value = whole;
    }
  }

  /** Closes the innermost aggregate if it is whole. An attribute leaves nothing behind. */
  #closeWhole(): Reply | undefined {
    const last = this.#open.at(-1);
    if (last === undefined || last.items.length < last.count) return undefined;
    this.#open.pop();
    return closeAggregate(last);
  }

  /** @returns a value that is a line by itself; undefined while more must come */
  #readHeader(): Reply | undefined {
    const line = this.#readLine();
    if (line === undefined) return undefined;
    this.#values++;
    if (this.#values > this.#limits.maxValues) throw new ProtocolError("too many values in reply");
    const mark = line.charAt(0);
    const text = line.slice(1);
    if (mark === "$" || mark === "=" || mark === "!") return this.#openBulk(mark, text);
    if (isAggregateMark(mark)) return this.#openAggregate(mark, text);
    const reply = lineReply(mark, text);
    if (reply === undefined) throw new ProtocolError(`unexpected reply type '${mark}'`);
    return reply;
  }

  #openBulk(mark: string, text: string): Reply | undefined {
    if (mark === "$" && text === "-1") return NULL;
    const length = parseLength(text, this.#limits.maxBulkLength, "invalid bulk length");
    // The line end is part of what must arrive, and of what is checked.
    this.#bulk = { mark, body: new BulkBody(length + 2) };
    return undefined;
  }

  #openAggregate(mark: AggregateMark, text: string): Reply | undefined {
    if (mark === "*" && text === "-1") return NULL_ARRAY;
    const count = parseLength(text, this.#limits.maxValues, "invalid multibulk length");
    if (this.#open.length >= this.#limits.maxDepth) throw new ProtocolError("reply too deep");
    this.#open.push(openAggregate(mark, count));
    return this.#closeWhole();
  }

  #readBulk({ mark, body }: OpenBulk): Reply | undefined {
    this.#at += body.fill(this.#chunk, this.#at);
    if (!body.complete) return undefined;
    this.#bulk = undefined;
    const all = body.take();
    const end = all.length - 2;
    if (textOf(part(all, end)) !== "\r\n") throw new ProtocolError("bulk ends without CR LF");
    const bytes = part(all, 0, end);
    if (mark === "$") return { kind: "bulk", bytes };
    if (mark === "!") return { kind: "error", text: textOf(bytes) };
    const prefix = textOf(part(bytes, 0, 4));
    if (!prefix.endsWith(":") || end < 4) throw new ProtocolError("invalid verbatim string");
    return { kind: "verbatim", format: prefix.slice(0, 3), bytes: part(bytes, 4) };
  }

  /** @returns a line without its CR LF, or undefined while its end is still to come */
  #readLine(): string | undefined {
    const lf = this.#chunk.indexOf(LF, this.#at);
    const end = lf === -1 ? this.#chunk.length : lf;
    if (this.#line.length + end - this.#at > this.#limits.maxLineLength) {
      throw new ProtocolError("too big line in reply");
    }
    this.#line += this.#chunk.toString("latin1", this.#at, end);
    this.#at = lf === -1 ? end : lf + 1;
    if (lf === -1) return undefined;
    const line = this.#line;
    this.#line = "";
    if (!line.endsWith("\r")) throw new ProtocolError("line of a reply ends without CR");
    return line.slice(0, -1);
  }
}

/** A part of the bytes, in the form that its own length asks for. */
function part(bytes: Bytes, start: number, end = bytes.length): Bytes {
  if (typeof bytes === "string") return bytes.slice(start, end);
  const view = bytes.subarray(start, end);
  return view.length > LONG_BYTES ? view : view.toString("latin1");
}
