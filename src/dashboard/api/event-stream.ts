import { ApiError } from "./client.ts";
import { StreamParser } from "./stream-messages.ts";
import type { EventItem, Hello } from "./types.ts";

/** A beat comes every 10 s; without one for this long the connection is lost. */
const SILENCE_MS = 25_000;
const CONNECT_WITHIN_MS = 8_000;

export interface StreamListener {
  readonly hello: (hello: Hello) => void;
  readonly event: (event: EventItem) => void;
}

/**
 * Follows the events behind an id until the connection is lost.
 * @throws when it is lost, or the signal comes
 */
export async function followEvents(
  since: string,
  listener: StreamListener,
  signal: AbortSignal,
): Promise<never> {
  const silence = new AbortController();
  const ended = AbortSignal.any([signal, silence.signal]);
  let timer = setTimeout(() => silence.abort(), CONNECT_WITHIN_MS);
  try {
    const answer = await fetch(`/api/v1/events/stream?since=${encodeURIComponent(since)}`, {
      signal: ended,
      cache: "no-store",
      credentials: "omit",
      headers: { accept: "text/event-stream" },
    });
    if (!answer.ok || answer.body === null) {
      throw new ApiError(answer.status, `no stream of events: ${answer.status}`, undefined);
    }
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    const parser = new StreamParser();
    for (;;) {
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), SILENCE_MS);
      const { done, value } = await reader.read();
      if (done) throw new Error("the sentinel closed the connection");
      for (const { event, data } of parser.take(value)) {
        if (event === "hello") listener.hello(JSON.parse(data) as Hello);
        else if (event === "sentinel") listener.event(JSON.parse(data) as EventItem);
      }
    }
  } catch (cause) {
    if (silence.signal.aborted) throw new Error("nothing was heard any more", { cause });
    throw cause;
  } finally {
    clearTimeout(timer);
  }
}
