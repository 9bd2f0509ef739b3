import type { Bytes } from "../../base/bytes.ts";
import { ProtocolError } from "../../resp/errors.ts";
import { RequestParser, UNLIMITED } from "../../resp/request-parser.ts";

/** Why a command of the stream stops it. */
export interface Refusal {
  readonly reason: string;
  /** We know the command and it failed: our data is not the master's any more. */
  readonly diverged: boolean;
}

/** Executes one command of the stream. @returns why the stream must not go on, if so */
export type Apply = (args: readonly Bytes[]) => Refusal | undefined;

export type ApplierOutcome =
  | { readonly kind: "applied" }
  /** A command was refused; the bytes before it are applied, it and what follows are not. */
  | { readonly kind: "halted"; readonly refusal: Refusal }
  | { readonly kind: "malformed"; readonly reason: string };

/**
 * Cuts the replication stream into commands and keeps the bytes of those that are done, so that
 * they can be handed on unchanged. Inside MULTI nothing counts as done before EXEC: a link that is
 * lost there asks for the whole transaction again (server spec §2.5).
 */
export class StreamApplier {
  readonly #parser = new RequestParser(UNLIMITED);
  readonly #apply: Apply;
  readonly #isInTransaction: () => boolean;
  /** Received, and not handed on yet. */
  #chunks: Buffer[] = [];
  /** How many of these bytes are done, and how many more are parsed inside an open MULTI. */
  #done = 0;
  #open = 0;
  #received = 0;

  constructor(options: { readonly apply: Apply; readonly isInTransaction: () => boolean }) {
    this.#apply = options.apply;
    this.#isInTransaction = options.isInTransaction;
  }

  /** Bytes of completely executed commands that were not taken yet. */
  get doneBytes(): number {
    return this.#done;
  }

  /** Bytes received that are not done: read ahead, or inside an open MULTI. */
  get pendingBytes(): number {
    return this.#received - this.#done;
  }

  feed(bytes: Buffer): ApplierOutcome {
    if (bytes.length > 0) this.#chunks.push(bytes);
    this.#received += bytes.length;
    this.#parser.feed(bytes);
    try {
      for (let args = this.#parser.next(); args !== undefined; args = this.#parser.next()) {
        const refusal = args.length === 0 ? undefined : this.#apply(args);
        if (refusal !== undefined) return { kind: "halted", refusal };
        this.#open += this.#parser.requestBytes;
        if (this.#isInTransaction()) continue;
        this.#done += this.#open;
        this.#open = 0;
      }
    } catch (error) {
      if (error instanceof ProtocolError) return { kind: "malformed", reason: error.message };
      throw error;
    }
    return { kind: "applied" };
  }

  /** The bytes of commands done since the last call, as they came. */
  takeDone(): Buffer[] {
    const taken: Buffer[] = [];
    let left = this.#done;
    while (left > 0) {
      const chunk = this.#chunks[0];
      if (chunk === undefined) break;
      if (chunk.length > left) {
        taken.push(chunk.subarray(0, left));
        this.#chunks[0] = chunk.subarray(left);
        left = 0;
      } else {
        taken.push(chunk);
        this.#chunks.shift();
        left -= chunk.length;
      }
    }
    this.#received -= this.#done;
    this.#done = 0;
    return taken;
  }
}
