import type { Redis } from "ioredis";
import { eventClient } from "./clients.ts";
import type { Daemon } from "./daemon.ts";
import type { SentinelEvent } from "./timeline.ts";
import { clockMs } from "./waiting.ts";

/** Events older than this belong to no failover that is still to be reported. */
const KEPT_FOR_MS = 300_000;

/** Everything that the sentinels publish, time-stamped when it arrives. */
export class SentinelEvents {
  readonly #clients: Redis[] = [];
  #events: SentinelEvent[] = [];
  readonly #onEvent: (event: SentinelEvent) => void;

  constructor(onEvent: (event: SentinelEvent) => void) {
    this.#onEvent = onEvent;
  }

  /** @returns when the sentinel has confirmed the subscription */
  async subscribe(sentinel: Daemon): Promise<void> {
    const client = eventClient(sentinel.address);
    this.#clients.push(client);
    client.on("pmessage", (_pattern: string, name: string, payload: string) => {
      this.#arrived({ atMs: clockMs(), sentinel: sentinel.name, name, payload });
    });
    await client.psubscribe("*");
  }

  since(momentMs: number): readonly SentinelEvent[] {
    return this.#events.filter((event) => event.atMs >= momentMs);
  }

  close(): void {
    for (const client of this.#clients) client.disconnect();
  }

  #arrived(event: SentinelEvent): void {
    const oldest = this.#events[0];
    if (oldest !== undefined && oldest.atMs < event.atMs - 2 * KEPT_FOR_MS) {
      this.#events = this.#events.filter((kept) => kept.atMs >= event.atMs - KEPT_FOR_MS);
    }
    this.#events.push(event);
    this.#onEvent(event);
  }
}
