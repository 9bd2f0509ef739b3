import type { SentinelEvent } from "../../sentinel/events.ts";

/** An event as it was told, for everybody who shows or forwards events. */
export interface FedEvent {
  /** Ascending by one from 1 with the start of the process. */
  readonly id: number;
  /** Wall clock, milliseconds since 1970. */
  readonly atMs: number;
  readonly event: SentinelEvent;
}

const KEPT = 4096;

/**
 * The latest events, and those who want to hear of new ones at once: HTTP, webhooks, the page. Bounded; who was away
 * for longer than it remembers learns so from `oldestId`.
 */
export class EventFeed {
  readonly #now: () => number;
  readonly #kept: number;
  readonly #ring: FedEvent[] = [];
  readonly #listeners = new Set<(fed: FedEvent) => void>();
  #lastId = 0;

  /** @param options.now wall clock, milliseconds since 1970 */
  constructor(options: { readonly now?: () => number; readonly kept?: number } = {}) {
    this.#now = options.now ?? Date.now;
    this.#kept = options.kept ?? KEPT;
  }

  /** Of the newest event; 0 before the first. */
  get lastId(): number {
    return this.#lastId;
  }

  /** Of the oldest event that is still here; one more than the newest when there is none. */
  get oldestId(): number {
    return this.#lastId - Math.min(this.#lastId, this.#kept) + 1;
  }

  publish(event: SentinelEvent): void {
    const fed: FedEvent = { id: ++this.#lastId, atMs: this.#now(), event };
    this.#ring[(fed.id - 1) % this.#kept] = fed;
    for (const listener of this.#listeners) listener(fed);
  }

  /** What came behind that id and is still here, oldest first. */
  since(id: number): readonly FedEvent[] {
    const events: FedEvent[] = [];
    for (let at = Math.max(id + 1, this.oldestId); at <= this.#lastId; at++) {
      const fed = this.#ring[(at - 1) % this.#kept];
      if (fed !== undefined) events.push(fed);
    }
    return events;
  }

  /**
   * @param listener called at once with each event, in the daemon's own step: it must be quick and must not throw
   * @returns ends it
   */
  subscribe(listener: (fed: FedEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
