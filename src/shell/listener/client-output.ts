import type { Socket } from "node:net";
import { BufferedWriter, encodeReply, type Output } from "../../resp/buffered-writer.ts";
import type { ReplyWriter } from "../../resp/reply-writer.ts";
import type { Reply } from "../../resp/reply.ts";
import { outputLength, ReplySlots } from "./reply-slots.ts";
import { SendQueue } from "./send-queue.ts";

/** CLIENT REPLY. `skip-next` is the command that asked for it, `skip` the one behind it. */
export type ReplyMode = "on" | "off" | "skip-next" | "skip";

/** A reply that is owed: what the client is told later stays behind it. */
export interface DeferredReply {
  /** Writes the reply and sends what may go now. Only the first call counts. */
  write(use: (writer: ReplyWriter) => void): void;
}

/** Everything that goes to one client, in order: replies, pushes, replies that are still owed. */
export class ClientOutput {
  /** Always the same object. What is in it stands behind every slot. */
  readonly writer: BufferedWriter;
  replyMode: ReplyMode = "on";
  readonly #queue: SendQueue;
  readonly #onError: (text: string) => void;
  readonly #slots = new ReplySlots();
  #executing = false;
  /** Written before a request whose reply is dropped. */
  #kept: Output | undefined;
  /** Pushes that the current request caused for this very client: they follow its reply. */
  #ownPushes: Output[] = [];

  constructor(socket: Socket, onError: (text: string) => void) {
    this.#queue = new SendQueue(socket);
    this.#onError = onError;
    this.writer = new BufferedWriter(2, { onError });
  }

  /** Bytes that the kernel has not taken, wherever they wait. */
  get unsentBytes(): number {
    return this.#slots.heldBytes + this.writer.byteLength + this.#queue.unsentBytes;
  }

  /** Whether something waits that the socket has not got: a reply that is owed, or room. */
  get isWaiting(): boolean {
    return !this.#slots.isEmpty || !this.#queue.isEmpty;
  }

  get isExecuting(): boolean {
    return this.#executing;
  }

  get isMuted(): boolean {
    return this.replyMode === "off" || this.replyMode === "skip";
  }

  beginRequest(): void {
    this.#executing = true;
    if (this.replyMode !== "on") this.#kept = this.writer.take();
  }

  endRequest(): void {
    this.#executing = false;
    if (this.#kept !== undefined) this.#dropReply(this.#kept);
    if (this.replyMode !== "on") this.#advanceReplyMode();
    if (this.#ownPushes.length > 0) this.#sendOwnPushes();
  }

  /** A push; behind the reply when the request being worked on caused it. */
  push(output: Output): void {
    if (this.#executing) this.#ownPushes.push(output);
    else this.writer.encoded(output);
  }

  /** A push that is itself the answer of a command: CLIENT REPLY does not hold it back. */
  confirm(push: Reply): void {
    if (this.isMuted) this.push(encodeReply(push, this.writer.protocol));
    else this.writer.reply(push);
  }

  /** @param onPaid called when the reply was written and may be sent */
  defer(onPaid: () => void): DeferredReply {
    if (this.isMuted) return { write: () => undefined };
    const { protocol } = this.writer;
    const slot = this.#slots.open(this.writer.take());
    return {
      write: (use) => {
        if (slot.reply !== undefined) return;
        const writer = new BufferedWriter(protocol, { onError: this.#onError });
        use(writer);
        this.#slots.fill(slot, writer.take());
        onPaid();
      },
    };
  }

  /** Hands the socket what no owed reply holds back. @returns how many bytes that were */
  flush(): number {
    let length = 0;
    if (!this.#slots.isEmpty) {
      for (const output of this.#slots.takeReady()) {
        length += outputLength(output);
        this.#queue.send(output);
      }
      if (!this.#slots.isEmpty) return length;
    }
    length += this.writer.byteLength;
    this.#queue.send(this.writer.take());
    return length;
  }

  /** To be called when the socket has drained. */
  pump(): void {
    this.#queue.pump();
  }

  #dropReply(kept: Output): void {
    this.#kept = undefined;
    // The command that switches replies on again is answered.
    if (this.replyMode !== "on") this.writer.take();
    const reply = this.writer.take();
    this.writer.encoded(kept);
    this.writer.encoded(reply);
  }

  #advanceReplyMode(): void {
    if (this.replyMode === "skip") this.replyMode = "on";
    else if (this.replyMode === "skip-next") this.replyMode = "skip";
  }

  #sendOwnPushes(): void {
    const pushes = this.#ownPushes;
    this.#ownPushes = [];
    for (const push of pushes) this.writer.encoded(push);
  }
}
