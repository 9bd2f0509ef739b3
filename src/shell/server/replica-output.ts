import type { ClientId } from "../../base/ids.ts";
import type { Millis } from "../../base/units.ts";
import type { ReplicaStream } from "../listener/replica-stream.ts";
import { sleep } from "./turns.ts";

/** So many unsent bytes, and a transfer waits for its slowest receiver. */
const HIGH_WATER_BYTES = 4 * 1024 * 1024;
/** Sockets take hundreds of megabytes a second: a longer pause would be felt. */
const POLL_MS = 2;

/** A replica on its way through a transfer, and whether it still takes bytes. */
export class Receiver {
  readonly client: ClientId;
  readonly stream: ReplicaStream;
  #unsentBytes = 0;
  #progressAt: Millis;

  constructor(client: ClientId, stream: ReplicaStream, now: Millis) {
    this.client = client;
    this.stream = stream;
    this.#progressAt = now;
  }

  write(blocks: readonly Buffer[]): void {
    this.stream.write(blocks);
    this.#unsentBytes = this.stream.unsentBytes;
  }

  get isFull(): boolean {
    return this.stream.unsentBytes > HIGH_WATER_BYTES;
  }

  /** How long the replica has not accepted a byte, in ms. */
  stalledMs(now: Millis): number {
    const unsent = this.stream.unsentBytes;
    if (unsent < this.#unsentBytes || unsent === 0) this.#progressAt = now;
    this.#unsentBytes = unsent;
    return now - this.#progressAt;
  }
}

/**
 * Waits until every receiver has room again. One that accepts nothing for `timeoutMs` is dropped:
 * the others do not wait for it any longer (server spec §2.7).
 */
export async function waitForRoom(
  receivers: () => readonly Receiver[],
  options: {
    readonly now: () => Millis;
    readonly timeoutMs: number;
    readonly drop: (client: ClientId) => void;
  },
): Promise<void> {
  while (receivers().some((receiver) => receiver.isFull)) {
    await sleep(POLL_MS);
    for (const receiver of receivers()) {
      if (receiver.stalledMs(options.now()) > options.timeoutMs) options.drop(receiver.client);
    }
  }
}
