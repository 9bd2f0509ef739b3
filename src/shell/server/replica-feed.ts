import type { ClientId } from "../../base/ids.ts";
import type { ReplicaStream } from "../listener/replica-stream.ts";

/** So much is handed to the socket ahead of what the kernel takes; the rest stays in the backlog. */
const HIGH_WATER_BYTES = 1024 * 1024;

/** Hands the replication stream to the sockets of online replicas, all from the same memory. */
export class ReplicaFeed {
  readonly #take: (client: ClientId, maxBytes: number) => readonly Buffer[];
  readonly #streams = new Map<ClientId, ReplicaStream>();

  constructor(take: (client: ClientId, maxBytes: number) => readonly Buffer[]) {
    this.#take = take;
  }

  add(client: ClientId, stream: ReplicaStream): void {
    this.#streams.set(client, stream);
    stream.onDrain = () => this.#pump(client, stream);
    this.#pump(client, stream);
  }

  remove(client: ClientId): void {
    this.#streams.delete(client);
  }

  /** There may be something new in the stream. */
  pump(): void {
    for (const [client, stream] of this.#streams) this.#pump(client, stream);
  }

  #pump(client: ClientId, stream: ReplicaStream): void {
    for (;;) {
      const room = HIGH_WATER_BYTES - stream.unsentBytes;
      if (room <= 0) {
        stream.checkLimits();
        return;
      }
      const blocks = this.#take(client, room);
      if (blocks.length === 0) return;
      stream.write(blocks);
    }
  }
}
