import { type ClientOptions, createClient, type LinkClient } from "./client.ts";
import { QuickReplies } from "./quick-replies.ts";
import { encodeRenamed, encodeWord, type OnReply, Request } from "./request.ts";
import { ReplyFraming } from "./reply-framing.ts";
import { faultOf } from "../tls/tls-faults.ts";

/** What a connection tells. Nothing after `lost` or `close()`; `lost` once. They must not throw. */
export interface ConnectionEvents {
  opened(): void;
  lost(reason: string): void;
  message(channel: string, payload: string): void;
}

export type ConnectionOptions = Omit<ClientOptions, "framing" | "quickReplies"> & {
  readonly events: ConnectionEvents;
};

const IPV4_MAPPED = "::ffff:";

/** One TCP connection to a Redis server, from the attempt to its end. */
export class Connection {
  readonly #client: LinkClient;
  readonly #framing = new ReplyFraming();
  readonly #renamedCommands: ReadonlyMap<string, string>;
  #events: ConnectionEvents | undefined;
  #lastError: string | undefined;

  /** Starts to connect. */
  constructor({ events, ...options }: ConnectionOptions) {
    this.#events = events;
    this.#renamedCommands = options.renamedCommands;
    const quickReplies = new QuickReplies((channel, payload) => this.#tell(channel, payload));
    this.#client = createClient({ ...options, framing: this.#framing, quickReplies });
    quickReplies.attach(this.#client);
    this.#client.on("ready", () => this.#events?.opened());
    this.#client.on("end", () => this.#lose(this.#lastError ?? "connection closed"));
    this.#client.on("error", (cause: Error) => this.#fail(cause));
    this.#client.on("messageBuffer", (channel: Buffer, payload: Buffer) => {
      this.#tell(channel.toString("latin1"), payload.toString("latin1"));
    });
    // How the attempt ends is told by `ready` and `end`.
    this.#client.connect().catch(() => undefined);
  }

  /** Our address as the server sees it; empty when the connection is gone. */
  get localHost(): string {
    const host = this.#client.stream.localAddress ?? "";
    return host.startsWith(IPV4_MAPPED) ? host.slice(IPV4_MAPPED.length) : host;
  }

  /** The protocol spoken, once opened: commands and messages share the connection under RESP3. */
  get protocol(): 2 | 3 {
    return this.#client.condition?.protocol ?? 2;
  }

  /** Why the server took us in without our password, once opened. */
  get passwordRefusal(): string | undefined {
    return this.#client.passwordRefusal;
  }

  /** Sends a command; the reply goes to `onReply` unless the connection ends first. */
  request(words: readonly string[], onReply: OnReply): void {
    const bytes = encodeRenamed(words, this.#renamedCommands);
    this.#client.send(new Request({ bytes, onReply: this.#answering(onReply) }));
  }

  /** The same for a command without arguments. */
  requestWord(word: string, onReply: OnReply): void {
    const bytes = encodeWord(word, this.#renamedCommands);
    this.#client.send(new Request({ bytes, onReply: this.#answering(onReply) }));
  }

  subscribe(channel: string, onReply: OnReply): void {
    const bytes = encodeRenamed(["SUBSCRIBE", channel], this.#renamedCommands);
    // ioredis tells a subscription by its name and counts its answers by its arguments.
    const how = { name: "subscribe", args: [channel], bytes };
    this.#client.send(new Request({ ...how, onReply: this.#answering(onReply) }));
  }

  /** Ends the connection; nothing more is told of it. */
  close(): void {
    this.#events = undefined;
    this.#client.disconnect();
  }

  #answering(onReply: OnReply): OnReply {
    return (reply) => {
      this.#framing.completed();
      if (this.#events !== undefined) onReply(reply);
    };
  }

  #tell(channel: string, payload: string): void {
    this.#framing.completed();
    this.#events?.message(channel, payload);
  }

  /** ioredis also reports replies that nobody asked for: what follows cannot be told apart. */
  #fail(cause: Error): void {
    this.#lastError ??= faultOf(cause);
    this.#client.disconnect();
  }

  #lose(reason: string): void {
    const events = this.#events;
    this.#events = undefined;
    events?.lost(reason);
  }
}
