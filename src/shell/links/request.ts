import type { Command } from "ioredis";
import type { Bytes } from "../../base/bytes.ts";
import { encodeCommandText } from "../../resp/encode-command.ts";

/**
 * What came back, as ioredis decodes it: a Buffer (status, bulk, verbatim, double: which of them
 * cannot be told), a binary string (the same, from quick-replies.ts), a number, null, an error reply, an array of these. Anything, to be safe.
 */
export type LinkReply = unknown;

/** Where a reply goes. Called at most once, and not at all when the connection ends first. */
export type OnReply = (reply: LinkReply) => void;

const PLAIN = "link";
const NEVER_ANSWERED = new Promise<never>(() => undefined);

/**
 * A command as ioredis takes it, without what its own class costs: no promise for each command (the
 * reply is handed on while the chunk is being read, in order with messages), and the bytes are ready.
 */
export class Request {
  readonly name: string;
  readonly args: readonly string[];
  readonly promise: Promise<unknown> = NEVER_ANSWERED;
  /** Keeps ioredis from building a tracing context. */
  isTraced = true;
  /** Its reply is all that it needs of ioredis. */
  readonly isPlain: boolean;
  readonly #bytes: Bytes;
  readonly #onReply: OnReply;

  /**
   * @param options.name how ioredis treats the command: `subscribe`, or nothing in particular
   * @param options.bytes the encoded request
   */
  constructor(options: {
    readonly name?: string;
    readonly args?: readonly string[];
    readonly bytes: Bytes;
    readonly onReply: OnReply;
  }) {
    this.name = options.name ?? PLAIN;
    this.isPlain = options.name === undefined;
    this.args = options.args ?? [];
    this.#bytes = options.bytes;
    this.#onReply = options.onReply;
  }

  toWritable(): Bytes {
    return this.#bytes;
  }

  resolve(reply: unknown): void {
    this.#onReply(reply);
  }

  /** Called with an error reply, or because the connection ended: that is told elsewhere. */
  reject(cause: Error): void {
    if (cause.name === "ReplyError") this.#onReply(cause);
  }

  setReplyContext(): void {
    // Replies keep the shapes of RESP2.
  }

  setTimeout(): void {
    // The core keeps all deadlines.
  }

  /** For `Redis#sendCommand`: the rest of the class serves what a link never does. */
  asCommand(): Command {
    return this as unknown as Command;
  }
}

const encodedWords = new Map<string, Bytes>();

/** A request of one word that never changes: PING goes out a thousand times a second. */
export function encodeWord(word: string, renamed: ReadonlyMap<string, string>): Bytes {
  if (renamed.size > 0) return encodeRenamed([word], renamed);
  const known = encodedWords.get(word);
  if (known !== undefined) return known;
  const bytes = encodeRenamed([word], renamed);
  encodedWords.set(word, bytes);
  return bytes;
}

/** The request with its first word as the data server knows it (spec sentinel §2.8). */
export function encodeRenamed(
  words: readonly string[],
  renamed: ReadonlyMap<string, string>,
): Bytes {
  const [first = "", ...rest] = words;
  return encodeCommandText([renamed.get(first.toLowerCase()) ?? first, ...rest]);
}
