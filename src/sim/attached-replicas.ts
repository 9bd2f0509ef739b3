import type { Address } from "../base/address.ts";
import type { End } from "./connection.ts";
import type { ServerCommand } from "./message.ts";
import type { Node } from "./node.ts";
import type { ReplicationLog, StreamEntry } from "./replication-log.ts";

/** A replica as its master knows it. */
interface AttachedReplica {
  readonly address: Address;
  ackedOffset: number;
  heardAt: number;
  /** Gets the stream; false until the snapshot was sent. */
  isOnline: boolean;
}

export interface Attachment {
  readonly node: Node;
  readonly log: ReplicationLog;
  /** From PSYNC to the snapshot's departure, in ms. */
  readonly fullSyncMs: number;
  /** A replica silent for longer is given up, in ms. */
  readonly timeoutMs: number;
}

/** Who copies from a server: brought up to its data, then sent every entry. */
export class AttachedReplicas {
  readonly #server: Attachment;
  readonly #replicas = new Map<End, AttachedReplica>();

  constructor(server: Attachment) {
    this.#server = server;
  }

  get size(): number {
    return this.#replicas.size;
  }

  has(end: End): boolean {
    return this.#replicas.has(end);
  }

  /** As INFO lists them. */
  list(): (Address & { readonly ackedOffset: number; readonly isOnline: boolean })[] {
    return [...this.#replicas.values()].map(({ address, ackedOffset, isOnline }) => ({
      ...address,
      ackedOffset,
      isOnline,
    }));
  }

  /** Goes on from where the replica is, or sends everything when it has another history. */
  attach(end: End, request: Extract<ServerCommand, { readonly name: "psync" }>): void {
    const { node, log, fullSyncMs } = this.#server;
    const entries = log.entriesBehind(request.replid, request.offset);
    const replica: AttachedReplica = {
      address: request.address,
      ackedOffset: request.offset,
      heardAt: node.agenda.now,
      isOnline: entries !== undefined,
    };
    this.#replicas.set(end, replica);
    if (entries !== undefined) {
      end.send({ kind: "continue", replid: log.replid, entries });
      return;
    }
    end.send({ kind: "full-resync" });
    node.timer(fullSyncMs, () => this.#sendSnapshot(end, replica));
  }

  #sendSnapshot(end: End, replica: AttachedReplica): void {
    if (this.#replicas.get(end) !== replica) return;
    const { node, log } = this.#server;
    replica.isOnline = true;
    replica.heardAt = node.agenda.now;
    const { replid, offset, writes } = log;
    end.send({ kind: "snapshot", replid, offset, writes: [...writes] });
  }

  acknowledge(end: End, offset: number): void {
    const replica = this.#replicas.get(end);
    if (replica === undefined) return;
    replica.ackedOffset = offset;
    replica.heardAt = this.#server.node.agenda.now;
  }

  /** How many have acknowledged everything up to that offset. */
  countBehind(offset: number): number {
    let count = 0;
    for (const { ackedOffset, isOnline } of this.#replicas.values()) {
      if (isOnline && ackedOffset >= offset) count++;
    }
    return count;
  }

  stream(entry: StreamEntry): void {
    for (const [end, replica] of this.#replicas) {
      if (replica.isOnline) end.send({ kind: "stream", entry });
    }
  }

  /** Once a second: gives up who has not acknowledged for too long. */
  tend(): void {
    const { node, timeoutMs } = this.#server;
    for (const [end, replica] of this.#replicas) {
      if (!replica.isOnline || node.agenda.now - replica.heardAt <= timeoutMs) continue;
      this.#replicas.delete(end);
      end.close();
    }
  }

  forget(end: End): void {
    this.#replicas.delete(end);
  }

  /** They must connect again: the history has changed under them. */
  drop(): void {
    for (const end of this.#replicas.keys()) end.close();
    this.clear();
  }

  clear(): void {
    this.#replicas.clear();
  }
}
