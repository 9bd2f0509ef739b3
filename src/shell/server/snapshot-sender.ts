import { closeSync, fstatSync, openSync, read } from "node:fs";
import { promisify } from "node:util";
import type { ClientId } from "../../base/ids.ts";
import type { Millis } from "../../base/units.ts";
import type { Input } from "../../server/input.ts";
import { formatCountedHeader } from "../../wire/psync.ts";
import type { ReplicaStream } from "../listener/replica-stream.ts";
import { Receiver, waitForRoom } from "./replica-output.ts";

const CHUNK_BYTES = 256 * 1024;

export interface SnapshotSenderOptions {
  readonly report: (input: Input) => void;
  readonly streamOf: (client: ClientId) => ReplicaStream | undefined;
  readonly drop: (client: ClientId) => void;
  readonly now: () => Millis;
  /** Of the newest snapshot. */
  readonly path: () => string;
  readonly stallTimeoutMs: () => number;
}

/** Sends the snapshot file to replicas, to each at its own pace. */
export class SnapshotSender {
  readonly #options: SnapshotSenderOptions;

  constructor(options: SnapshotSenderOptions) {
    this.#options = options;
  }

  /**
   * The file is opened before this returns: it is the one that the replica was promised, and a
   * later snapshot may take its name while this one is sent.
   */
  send(client: ClientId): void {
    let file: number;
    try {
      file = openSync(this.#options.path(), "r");
    } catch {
      this.#options.drop(client);
      return;
    }
    this.#send(client, file)
      .catch(() => this.#options.drop(client))
      .finally(() => closeSync(file));
  }

  async #send(client: ClientId, file: number): Promise<void> {
    const { now, drop, report, stallTimeoutMs, streamOf } = this.#options;
    const stream = streamOf(client);
    if (stream === undefined) return;
    const receiver = new Receiver(client, stream, now());
    const { size } = fstatSync(file);
    receiver.write([Buffer.from(formatCountedHeader(size), "latin1")]);
    const receivers = (): Receiver[] => (streamOf(client) === undefined ? [] : [receiver]);
    for await (const chunk of chunksOf(file, size)) {
      if (streamOf(client) === undefined) return;
      receiver.write([chunk]);
      await waitForRoom(receivers, { now, drop, timeoutMs: stallTimeoutMs() });
    }
    if (streamOf(client) !== undefined) report({ kind: "snapshot-sent", client });
  }
}

const readChunk = promisify(read);

/** @throws {Error} when the file is shorter than it was */
async function* chunksOf(file: number, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < size;) {
    const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, size - at));
    const { bytesRead } = await readChunk(file, chunk, 0, chunk.length, at);
    if (bytesRead === 0) throw new Error("the snapshot file was cut off");
    at += bytesRead;
    yield chunk.subarray(0, bytesRead);
  }
}
