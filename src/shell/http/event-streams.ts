import type { ServerResponse } from "node:http";
import type { FastifyReply } from "fastify";
import type { EventFeed, FedEvent } from "../sentinel/event-feed.ts";
import type { EventIds } from "./event-json.ts";
import { HttpError } from "./http-error.ts";
import { SECURITY_HEADERS } from "./guards.ts";

const BEAT_EVERY_MS = 10_000;
const STREAMS_MAX = 200;
/** Unread by a reader who is too slow; it is cut off, and comes back with the last id that it has. */
const UNREAD_BYTES_MAX = 256 * 1024;
/** How soon a browser is to reconnect. */
const RETRY_MS = 2000;

interface Stream {
  readonly response: ServerResponse;
  /** Only events about it; all where undefined. */
  readonly master: string | undefined;
}

/** Everybody who listens to events over HTTP. Costs nothing while nobody does. */
export class EventStreams {
  readonly #feed: EventFeed;
  readonly #ids: EventIds;
  readonly #runId: string;
  readonly #streams = new Set<Stream>();
  #beat: NodeJS.Timeout | undefined;
  #unsubscribe: (() => void) | undefined;

  constructor(options: {
    readonly feed: EventFeed;
    readonly ids: EventIds;
    readonly runId: string;
  }) {
    this.#feed = options.feed;
    this.#ids = options.ids;
    this.#runId = options.runId;
  }

  get size(): number {
    return this.#streams.size;
  }

  /** Takes the connection over. @throws {HttpError} 503 when there are too many */
  open(
    reply: FastifyReply,
    { since, master }: { readonly since: string | undefined; readonly master: string | undefined },
  ): void {
    if (this.#streams.size >= STREAMS_MAX) {
      throw new HttpError(503, "TOO_MANY", `${STREAMS_MAX} streams are open already`);
    }
    reply.hijack();
    const response = reply.raw;
    response.writeHead(200, {
      ...SECURITY_HEADERS,
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-store",
      // nginx would keep events back until it has a page full of them.
      "x-accel-buffering": "no",
    });
    const stream: Stream = { response, master };
    response.on("error", () => response.destroy());
    response.once("close", () => this.#forget(stream));
    this.#greet(stream, since);
    this.#streams.add(stream);
    this.#unsubscribe ??= this.#feed.subscribe((fed) => this.#tell(fed));
    this.#beat ??= setInterval(() => this.#write(": beat\n\n"), BEAT_EVERY_MS).unref();
  }

  closeAll(): void {
    for (const { response } of this.#streams) response.destroy();
  }

  #greet(stream: Stream, since: string | undefined): void {
    const { events, missed } =
      since === undefined ? { events: [], missed: false } : this.#ids.since(since);
    const past = this.#joined(events.filter((fed) => concerns(fed, stream)));
    const hello = {
      runId: this.#runId,
      last: this.#ids.last,
      missed: missed || past === undefined,
    };
    const greeting = `retry: ${RETRY_MS}\n\nevent: hello\ndata: ${JSON.stringify(hello)}\n\n`;
    stream.response.write(greeting + (past ?? ""));
  }

  /** Undefined: more than may wait for a reader, who loads the state anew instead. */
  #joined(events: readonly FedEvent[]): string | undefined {
    let text = "";
    for (const fed of events) {
      text += this.#message(fed);
      if (text.length > UNREAD_BYTES_MAX) return undefined;
    }
    return text;
  }

  #tell(fed: FedEvent): void {
    let message: string | undefined;
    for (const stream of this.#streams) {
      if (!concerns(fed, stream)) continue;
      message ??= this.#message(fed);
      send(stream, message);
    }
  }

  #message(fed: FedEvent): string {
    return `id: ${this.#ids.textOf(fed.id)}\nevent: sentinel\ndata: ${JSON.stringify(this.#ids.json(fed))}\n\n`;
  }

  #write(text: string): void {
    for (const stream of this.#streams) send(stream, text);
  }

  #forget(stream: Stream): void {
    this.#streams.delete(stream);
    if (this.#streams.size > 0) return;
    clearInterval(this.#beat);
    this.#beat = undefined;
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
  }
}

function concerns({ event }: FedEvent, { master }: Stream): boolean {
  return master === undefined || event.about.master === master;
}

function send({ response }: Stream, text: string): void {
  if (response.writableLength > UNREAD_BYTES_MAX) response.destroy();
  else response.write(text);
}
