import { Redis } from "ioredis";
import { type Address, formatAddress } from "../../base/address.ts";
import { reasonOf } from "../../shell/system-reason.ts";
import type { Access } from "./access.ts";

/** Passwords that a sentinel does not want harm nobody: the same one may be for the others. */
const NEEDLESS_AUTH = /without any password configured|no password is set/;

/** A sentinel could not be reached, or did not take us in; `message` says why, without its address. */
export class NoAnswerError extends Error {
  override readonly name = "NoAnswerError";
}

/** The sentinel answered with an error; `message` is its text. */
export class RefusedError extends Error {
  override readonly name = "RefusedError";
}

/**
 * A connection to one sentinel, as any client has it. It never reconnects by itself: who follows
 * something for long opens another. (The daemon's own links take replies of at most 128 elements,
 * which a list of a thousand masters is not.)
 */
export class Conversation {
  readonly address: Address;
  readonly #redis: Redis;
  readonly #timeoutMs: number;
  #lastError: unknown;

  /** @throws NoAnswerError */
  static async open(address: Address, access: Access): Promise<Conversation> {
    const conversation = new Conversation(address, access);
    await conversation.#enter(access);
    return conversation;
  }

  private constructor(address: Address, { tls, timeoutMs }: Access) {
    this.address = address;
    this.#timeoutMs = timeoutMs;
    this.#redis = new Redis({
      host: address.host,
      port: address.port,
      protocol: 2,
      lazyConnect: true,
      connectTimeout: timeoutMs,
      enableReadyCheck: false,
      disableClientInfo: true,
      maxRetriesPerRequest: 0,
      retryStrategy: () => null,
      ...(tls === undefined ? {} : { tls }),
    });
    // Whatever goes wrong rejects the request that waits; the event only says it better.
    this.#redis.on("error", (cause) => (this.#lastError ??= cause));
  }

  get name(): string {
    return formatAddress(this.address);
  }

  /** @throws RefusedError for an error reply, NoAnswerError for none */
  async ask(...words: readonly string[]): Promise<unknown> {
    return this.#answered(words, this.#timeoutMs);
  }

  /** As `ask`, for orders that the sentinel answers when they are carried out. */
  async askPatiently(words: readonly string[], withinMs: number): Promise<unknown> {
    return this.#answered(words, withinMs + this.#timeoutMs);
  }

  /** All of them in one go; an error reply is a value, since one of many may be about what is gone. */
  async askAll(requests: readonly (readonly string[])[]): Promise<unknown[]> {
    if (requests.length === 0) return [];
    const pipeline = this.#redis.pipeline();
    for (const [word = "", ...rest] of requests) pipeline.call(word, ...rest);
    const answers = await this.#within(this.#timeoutMs + requests.length, pipeline.exec());
    return (answers ?? []).map(([failure, answer]) => failure ?? answer);
  }

  /** Tells every event that the sentinel publishes, until the connection ends. */
  async listen(
    patterns: readonly string[],
    onEvent: (name: string, payload: string) => void,
  ): Promise<void> {
    this.#redis.on("pmessage", (_pattern: string, name: string, payload: string) => {
      onEvent(name, payload);
    });
    await this.#within(this.#timeoutMs, this.#redis.psubscribe(...patterns));
  }

  /** Resolves with why, when the connection has ended. */
  async ended(): Promise<string> {
    if (this.#redis.status === "end") return this.#reason();
    return new Promise((resolve) => {
      this.#redis.once("end", () => resolve(this.#reason()));
    });
  }

  close(): void {
    this.#redis.disconnect();
  }

  async #enter({ user, password, timeoutMs }: Access): Promise<void> {
    try {
      await this.#within(timeoutMs, this.#redis.connect());
      if (password === undefined) return;
      const words = user === undefined ? [password] : [user, password];
      await this.ask("AUTH", ...words);
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause);
      if (cause instanceof RefusedError && NEEDLESS_AUTH.test(message)) return;
      this.close();
      if (cause instanceof RefusedError) throw new NoAnswerError(message, { cause });
      throw cause;
    }
  }

  async #answered(words: readonly string[], withinMs: number): Promise<unknown> {
    const [word = "", ...rest] = words;
    return this.#within(withinMs, this.#redis.call(word, ...rest));
  }

  async #within<Answer>(limitMs: number, answer: Promise<Answer>): Promise<Answer> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        reject(new NoAnswerError(`no answer within ${limitMs} ms`));
      }, limitMs);
    });
    try {
      return await Promise.race([answer, late]);
    } catch (cause) {
      if (cause instanceof NoAnswerError) throw cause;
      if (cause instanceof Error && cause.name === "ReplyError") {
        throw new RefusedError(cause.message, { cause });
      }
      this.#lastError ??= cause;
      throw new NoAnswerError(this.#reason(), { cause });
    } finally {
      clearTimeout(timer);
    }
  }

  #reason(): string {
    return this.#lastError === undefined ? "the connection was closed" : reasonOf(this.#lastError);
  }
}

/** An answer that `askAll` gave as a value. */
export function isRefusal(answer: unknown): answer is Error {
  return answer instanceof Error;
}
