import { nextUint32, type Random } from "../base/random.ts";
import type { PublishedHello } from "./hello-texts.ts";

/** One entry of a replication stream. */
export type StreamEntry =
  | { readonly kind: "write"; readonly write: number }
  | { readonly kind: "publish"; readonly hello: PublishedHello }
  /** REPLCONF GETACK: somebody waits. */
  | { readonly kind: "getack" }
  | { readonly kind: "ping" };

/** Bytes that an entry counts for in offsets. */
export const ENTRY_BYTES = 40;

/** 40 hex digits. */
export function drawId(random: Random): string {
  let id = "";
  for (let part = 0; part < 5; part++) id += nextUint32(random).toString(16).padStart(8, "0");
  return id;
}

/**
 * A server's data and the history it has of it: enough of Redis' PSYNC to decide whether a replica
 * may go on or must copy everything. Source: server spec §2.4.
 */
export class ReplicationLog {
  /** The writes that the data consists of, in the order in which they were applied. */
  writes: number[] = [];
  replid: string;
  /** Behind the last entry, in bytes. */
  offset = 0;
  /** The history before the last promotion, valid up to `previousUntil`. */
  #previousReplid: string | undefined;
  #previousUntil = 0;
  /** The entries from `#backlogStart` on. */
  #backlog: StreamEntry[] = [];
  #backlogStart = 0;

  constructor(random: Random) {
    this.replid = drawId(random);
  }

  append(entry: StreamEntry): void {
    if (entry.kind === "write") this.writes.push(entry.write);
    this.offset += ENTRY_BYTES;
    this.#backlog.push(entry);
  }

  /**
   * What a start finds in a snapshot: the data, and where in which history it was taken. A replica goes
   * on there, a master begins its own. Source: server spec §2.13.
   */
  restore(
    snapshot: {
      readonly replid: string;
      readonly offset: number;
      readonly writes: readonly number[];
    },
    { isMaster, random }: { readonly isMaster: boolean; readonly random: Random },
  ): void {
    this.copyFrom(snapshot);
    if (isMaster) this.beginHistory(random);
  }

  /** A promotion begins a new history, which replicas of the old one may join where it parted. */
  beginHistory(random: Random): void {
    this.#previousReplid = this.replid;
    this.#previousUntil = this.offset;
    this.replid = drawId(random);
  }

  /** The history that this one goes on from, and up to where. */
  get before(): { readonly replid: string; readonly offset: number } | undefined {
    if (this.#previousReplid === undefined) return undefined;
    return { replid: this.#previousReplid, offset: this.#previousUntil };
  }

  /** The entries behind that point, or undefined when only a full copy will do. */
  entriesBehind(replid: string, offset: number): readonly StreamEntry[] | undefined {
    const isOurs =
      replid === this.replid || (replid === this.#previousReplid && offset <= this.#previousUntil);
    if (!isOurs || offset < this.#backlogStart || offset > this.offset) return undefined;
    return this.#backlog.slice((offset - this.#backlogStart) / ENTRY_BYTES);
  }

  /** All data is replaced by another server's. */
  copyFrom(snapshot: {
    readonly replid: string;
    readonly offset: number;
    readonly writes: readonly number[];
  }): void {
    this.writes = [...snapshot.writes];
    this.replid = snapshot.replid;
    this.#previousReplid = undefined;
    this.offset = snapshot.offset;
    this.#backlog = [];
    this.#backlogStart = snapshot.offset;
  }

  /** The history goes on under the name that the master, promoted meanwhile, has given it. */
  continueAs(replid: string): void {
    if (replid === this.replid) return;
    this.#previousReplid = this.replid;
    this.#previousUntil = this.offset;
    this.replid = replid;
  }
}
