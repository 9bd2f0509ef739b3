import type { Redis } from "ioredis";
import type { Address } from "../../base/address.ts";
import { applicationClient } from "./clients.ts";
import type { Daemon } from "./daemon.ts";
import type { Acknowledgement } from "./losses.ts";
import { clockMs, isAbort, pause } from "./waiting.ts";

/** Between an acknowledgement and the next write. */
const PAUSE_MS = 2;
const AFTER_ERROR_MS = 10;
/** Acknowledged writes are remembered, and can be checked, for this long. */
const REMEMBERED_MS = 300_000;
/** The keys themselves live longer, so that none expires before it is checked. */
const EXPIRY_MS = 2 * REMEMBERED_MS;

/** The key of a numbered write; its value is the number. */
export function keyOf(write: number): string {
  return `vedette-demo:${write}`;
}

/**
 * An application: one write after the other, numbered, and never the next before the last one was
 * acknowledged. Remembers what was acknowledged, when and by whom.
 */
export class Writer {
  readonly #sentinels: readonly Address[];
  readonly #stopped = new AbortController();
  #acknowledged: Acknowledgement[] = [];
  #count = 0;

  constructor(sentinels: readonly Daemon[]) {
    this.#sentinels = sentinels.map((sentinel) => sentinel.address);
  }

  /** Writes acknowledged since the start. */
  get count(): number {
    return this.#count;
  }

  get last(): Acknowledgement | undefined {
    return this.#acknowledged.at(-1);
  }

  /** Those of the last minutes, in the order of their numbers. */
  get acknowledged(): readonly Acknowledgement[] {
    return this.#acknowledged;
  }

  /** Those since that moment, and the last one before it. */
  acknowledgedSince(momentMs: number): readonly Acknowledgement[] {
    const before = this.#acknowledged.findLastIndex(({ atMs }) => atMs < momentMs);
    return this.#acknowledged.slice(Math.max(before, 0));
  }

  start(): void {
    const client = applicationClient(this.#sentinels, { until: this.#stopped.signal });
    this.#write(client).catch((error: unknown) => {
      if (!isAbort(error)) throw error;
    });
  }

  /** Lost writes are counted once: they are no longer expected of the masters after this one. */
  forget(lost: readonly number[]): void {
    const gone = new Set(lost);
    this.#acknowledged = this.#acknowledged.filter(({ number }) => !gone.has(number));
  }

  /** The write in flight is given up: while the client waits to reconnect, it answers nobody. */
  stop(): void {
    this.#stopped.abort();
  }

  /** Ends by an AbortError. */
  async #write(client: Redis): Promise<never> {
    const { signal } = this.#stopped;
    for (let write = 1; ;) {
      if (await isAcknowledged(client, write)) {
        this.#remember({ number: write, atMs: clockMs(), port: client.stream.remotePort ?? 0 });
        write += 1;
        await pause(PAUSE_MS, signal);
      } else {
        await pause(AFTER_ERROR_MS, signal);
      }
    }
  }

  #remember(acknowledgement: Acknowledgement): void {
    const { atMs } = acknowledgement;
    const oldest = this.#acknowledged[0];
    if (oldest !== undefined && oldest.atMs < atMs - REMEMBERED_MS - 10_000) {
      this.#acknowledged = this.#acknowledged.filter((ack) => ack.atMs >= atMs - REMEMBERED_MS);
    }
    this.#acknowledged.push(acknowledgement);
    this.#count++;
  }
}

/** Without an acknowledgement the same number is written again, to whoever is the master then. */
async function isAcknowledged(client: Redis, write: number): Promise<boolean> {
  try {
    return (await client.set(keyOf(write), write, "PX", EXPIRY_MS)) === "OK";
  } catch {
    return false;
  }
}
