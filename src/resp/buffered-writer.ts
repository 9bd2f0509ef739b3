import { unreachable } from "../base/assert.ts";
import type { Bytes } from "../base/bytes.ts";
import { formatDouble } from "./double.ts";
import type { Protocol, ReplyWriter } from "./reply-writer.ts";
import type { Reply } from "./reply.ts";

/** Text longer than this is made a Buffer: ropes of many small parts cost more than a copy. */
const SEAL_BYTES = 16 * 1024;
/** A Buffer up to this length is copied into the text; one write beats a list of parts. */
const INLINE_BUFFER_BYTES = 2048;
const PREBUILT = 512;

const INTEGERS = Array.from({ length: PREBUILT }, (_, value) => `:${value}\r\n`);
const BULK_HEADERS = Array.from({ length: PREBUILT }, (_, length) => `$${length}\r\n`);
const ARRAY_HEADERS = Array.from({ length: PREBUILT }, (_, count) => `*${count}\r\n`);

/** Encoded output: one latin1 string, or parts in order when Buffers are among it. */
export type Output = string | readonly Bytes[];

/**
 * Replies encoded into memory, for one socket write. Short things are appended to a latin1 string,
 * long Buffers are kept by reference until they are sent: whoever handed one in must not change it.
 */
export class BufferedWriter implements ReplyWriter {
  #protocol: Protocol;
  readonly #onError: ((text: string) => void) | undefined;
  #parts: Bytes[] = [];
  /** Bytes in `#parts`. */
  #sealedBytes = 0;
  #text = "";

  /** @param options.onError told of every error reply, with its text: for counters */
  constructor(
    protocol: Protocol = 2,
    options: { readonly onError?: ((text: string) => void) | undefined } = {},
  ) {
    this.#protocol = protocol;
    this.#onError = options.onError;
  }

  get protocol(): Protocol {
    return this.#protocol;
  }

  /** What follows is encoded in the other protocol; what was written stays as it is. */
  switchProtocol(protocol: Protocol): void {
    this.#protocol = protocol;
  }

  /** Bytes written and not taken yet. */
  get byteLength(): number {
    return this.#sealedBytes + this.#text.length;
  }

  /** Everything written since the last call, encoded; leaves the writer empty. */
  take(): Output {
    const text = this.#text;
    this.#text = "";
    if (this.#sealedBytes === 0) return text;
    const parts = this.#parts;
    if (text !== "") parts.push(text);
    this.#parts = [];
    this.#sealedBytes = 0;
    return parts;
  }

  /** Appends what is encoded already, such as what another writer's `take` gave. */
  encoded(output: Output): void {
    if (typeof output === "string") {
      this.#append(output);
      return;
    }
    for (const part of output) {
      if (typeof part === "string") this.#append(part);
      else this.#appendBuffer(part);
    }
  }

  simple(text: string): void {
    this.#append(text === "OK" ? "+OK\r\n" : `+${withoutLineEnds(text)}\r\n`);
  }

  error(text: string): void {
    this.#onError?.(text);
    this.#append(`-${withoutLineEnds(text)}\r\n`);
  }

  integer(value: number | bigint): void {
    this.#append((typeof value === "number" ? INTEGERS[value] : undefined) ?? `:${value}\r\n`);
  }

  bulk(bytes: Bytes): void {
    const header = BULK_HEADERS[bytes.length] ?? `$${bytes.length}\r\n`;
    if (typeof bytes === "string") {
      this.#append(header + bytes + "\r\n");
    } else {
      this.#append(header);
      this.#appendBuffer(bytes);
      this.#append("\r\n");
    }
  }

  null(): void {
    this.#append(this.#protocol === 2 ? "$-1\r\n" : "_\r\n");
  }

  nullArray(): void {
    this.#append(this.#protocol === 2 ? "*-1\r\n" : "_\r\n");
  }

  array(count: number): void {
    this.#append(ARRAY_HEADERS[count] ?? `*${count}\r\n`);
  }

  map(pairs: number): void {
    this.#append(this.#protocol === 2 ? `*${2 * pairs}\r\n` : `%${pairs}\r\n`);
  }

  set(count: number): void {
    this.#append(this.#protocol === 2 ? `*${count}\r\n` : `~${count}\r\n`);
  }

  push(count: number): void {
    this.#append(this.#protocol === 2 ? `*${count}\r\n` : `>${count}\r\n`);
  }

  attribute(pairs: number): void {
    this.#append(`|${pairs}\r\n`);
  }

  double(value: number): void {
    const text = formatDouble(value);
    if (this.#protocol === 2) this.bulk(text);
    else this.#append(`,${text}\r\n`);
  }

  boolean(value: boolean): void {
    if (this.#protocol === 2) this.#append(value ? ":1\r\n" : ":0\r\n");
    else this.#append(value ? "#t\r\n" : "#f\r\n");
  }

  bigNumber(digits: string): void {
    if (this.#protocol === 2) this.bulk(digits);
    else this.#append(`(${digits}\r\n`);
  }

  verbatim(format: string, bytes: Bytes): void {
    if (this.#protocol === 2) {
      this.bulk(bytes);
      return;
    }
    this.#append(`=${bytes.length + 4}\r\n${format}:`);
    this.encoded([bytes, "\r\n"]);
  }

  reply(reply: Reply): void {
    switch (reply.kind) {
      case "simple":
        return this.simple(reply.text);
      case "error":
        return this.error(reply.text);
      case "integer":
        return this.integer(reply.value);
      case "bulk":
        return this.bulk(reply.bytes);
      case "null":
        return this.null();
      case "null-array":
        return this.nullArray();
      case "array":
        this.array(reply.items.length);
        return this.#items(reply.items);
      case "map":
        this.map(reply.entries.length);
        return this.#items(reply.entries.flat());
      case "set":
        this.set(reply.items.length);
        return this.#items(reply.items);
      case "push":
        this.push(reply.items.length);
        return this.#items(reply.items);
      case "double":
        return this.double(reply.value);
      case "boolean":
        return this.boolean(reply.value);
      case "big-number":
        return this.bigNumber(reply.digits);
      case "verbatim":
        return this.verbatim(reply.format, reply.bytes);
      default:
        return unreachable(reply);
    }
  }

  #items(items: readonly Reply[]): void {
    for (const item of items) this.reply(item);
  }

  #append(text: string): void {
    this.#text += text;
    if (this.#text.length > SEAL_BYTES) this.#seal(Buffer.from(this.#text, "latin1"));
  }

  #appendBuffer(buffer: Buffer): void {
    if (buffer.length <= INLINE_BUFFER_BYTES) {
      this.#append(buffer.toString("latin1"));
      return;
    }
    if (this.#text !== "") this.#seal(this.#text);
    this.#parts.push(buffer);
    this.#sealedBytes += buffer.length;
  }

  #seal(text: Bytes): void {
    this.#parts.push(text);
    this.#sealedBytes += text.length;
    this.#text = "";
  }
}

/** One reply, encoded: for what is sent to many, or often. */
export function encodeReply(reply: Reply, protocol: Protocol): Output {
  const writer = new BufferedWriter(protocol);
  writer.reply(reply);
  return writer.take();
}

/** Statuses and errors are lines: a line end inside would forge another reply (server spec §1.2). */
function withoutLineEnds(text: string): string {
  return text.includes("\r") || text.includes("\n") ? text.replace(/[\r\n]/g, " ") : text;
}
