import { join } from "node:path";
import type { ClientId } from "../../base/ids.ts";
import type { Millis } from "../../base/units.ts";
import type { SnapshotTarget } from "../../server/effect.ts";
import type { Input } from "../../server/input.ts";
import type { SnapshotId } from "../../server/persistence.ts";
import type { SnapshotSlice } from "../../server/saving.ts";
import { formatMarkedHeader } from "../../wire/psync.ts";
import type { ReplicaStream } from "../listener/replica-stream.ts";
import { reasonOf } from "../system-reason.ts";
import { DurableFile } from "./durable-file.ts";
import { Receiver, waitForRoom } from "./replica-output.ts";
import { nextTurn, sleep } from "./turns.ts";

/** What is produced between two turns of the loop: about a millisecond of work. */
const SLICE_BYTES = 64 * 1024;

export interface SnapshotRunnerOptions {
  /** The snapshot's next bytes; undefined once it was cancelled. */
  readonly produce: (id: SnapshotId, bytes: number) => SnapshotSlice | undefined;
  readonly report: (input: Input) => void;
  readonly streamOf: (client: ClientId) => ReplicaStream | undefined;
  readonly drop: (client: ClientId) => void;
  readonly now: () => Millis;
  /** Where the file goes: the folder and the name of `dbfilename`. */
  readonly place: () => { readonly folder: string; readonly name: string };
  readonly stallTimeoutMs: () => number;
  /** `rdb-key-save-delay` in µs a key; tests slow snapshots down with it. */
  readonly keyDelayMicros: () => number;
}

/** Writes snapshots slice by slice, to the file or to replicas, while the server goes on. */
export class SnapshotRunner {
  readonly #options: SnapshotRunnerOptions;
  #running: SnapshotId | undefined;

  constructor(options: SnapshotRunnerOptions) {
    this.#options = options;
  }

  run(id: SnapshotId, target: SnapshotTarget): void {
    this.#running = id;
    const work = target.kind === "file" ? this.#toFile(id) : this.#toReplicas(id, target);
    work.catch((error: unknown) => {
      this.#options.report({ kind: "snapshot-failed", snapshot: id, reason: reasonOf(error) });
    });
  }

  cancel(id: SnapshotId): void {
    if (this.#running === id) this.#running = undefined;
  }

  async #toFile(id: SnapshotId): Promise<void> {
    const { folder, name } = this.#options.place();
    const temporary = join(folder, `temp-${process.pid}.${id}.rdb`);
    const file = await DurableFile.create(temporary, join(folder, name));
    try {
      for await (const blocks of this.#slices(id)) await file.write(blocks);
      await file.flush();
    } catch (error) {
      await file.discard();
      throw error;
    }
    // Cancelled while it was written: what the name stands for is newer than this.
    if (this.#running !== id) {
      await file.discard();
      return;
    }
    await file.publish();
    this.#options.report({ kind: "snapshot-written", snapshot: id, bytes: file.written });
  }

  async #toReplicas(
    id: SnapshotId,
    target: SnapshotTarget & { readonly kind: "replicas" },
  ): Promise<void> {
    const { now, drop, stallTimeoutMs, streamOf } = this.#options;
    const known = new Map<ClientId, Receiver>();
    for (const client of target.clients) {
      const stream = streamOf(client);
      if (stream !== undefined) known.set(client, new Receiver(client, stream, now()));
    }
    const receivers = (): Receiver[] =>
      [...known.values()].filter(({ client }) => streamOf(client) !== undefined);
    const send = (blocks: readonly Buffer[]): void => {
      for (const receiver of receivers()) receiver.write(blocks);
    };
    send([Buffer.from(formatMarkedHeader(target.marker), "latin1")]);
    for await (const blocks of this.#slices(id)) {
      send(blocks);
      await waitForRoom(receivers, { now, drop, timeoutMs: stallTimeoutMs() });
    }
    if (this.#running !== id) return;
    send([Buffer.from(target.marker, "latin1")]);
    this.#options.report({ kind: "snapshot-written", snapshot: id, bytes: 0 });
  }

  /** The snapshot's bytes, with a turn of the loop between two slices; ends early when cancelled. */
  async *#slices(id: SnapshotId): AsyncGenerator<readonly Buffer[]> {
    let keys = 0;
    let owedMs = 0;
    while (this.#running === id) {
      const delayMicros = Math.max(0, this.#options.keyDelayMicros());
      const slice = this.#options.produce(id, delayMicros > 0 ? 1 : SLICE_BYTES);
      if (slice === undefined) return;
      yield slice.blocks;
      owedMs += ((slice.keys - keys) * delayMicros) / 1000;
      keys = slice.keys;
      if (owedMs >= 1) {
        await sleep(owedMs);
        owedMs = 0;
      } else if (!slice.complete) {
        await nextTurn();
      }
      if (slice.complete) return;
    }
  }
}
