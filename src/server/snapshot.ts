import { type UnixMillis, unixMillis } from "../base/units.ts";
import type { RdbOrigin } from "../wire/rdb/aux-fields.ts";
import { RdbWriter } from "../wire/rdb/rdb-writer.ts";
import { type Entries, type Entry, type Keyspace, NO_EXPIRY, type PreImages } from "./keyspace.ts";

/** One database as it is at the start, by its number then. */
interface Source {
  readonly index: number;
  readonly entries: Entries;
  readonly keys: number;
  readonly expires: number;
}

/** An entry that changed before the walk came to it. */
interface PreImage {
  readonly db: number;
  readonly key: string;
  readonly value: Entry["value"];
  readonly expireAt: number;
}

/** Keys visited between two looks at the output's length. */
const KEYS_PER_LOOK = 64;
const NO_DB = -1;

/**
 * The data set as it was at one moment, written as an RDB in slices while it changes: a walk over
 * all entries, and before an entry changes that the walk has not reached, its old state is put
 * aside and written in between (server spec §7.2, design A). An entry's `epoch` tells which of
 * both took care of it.
 */
export class Snapshot implements PreImages {
  readonly #keyspace: Keyspace;
  readonly #epoch: number;
  readonly #sources: readonly Source[];
  readonly #databaseOf: ReadonlyMap<Entries, number>;
  readonly #writer: RdbWriter;
  readonly #walk: Generator<void>;
  #aside: PreImage[] = [];
  #selectedDb = NO_DB;
  #state: "writing" | "complete" | "released" = "writing";
  readonly totalKeys: number;
  #keys = 0;
  #preservedBytes = 0;

  /** Begins at this very moment; `release` must be called at the end, whatever the outcome. */
  constructor(
    keyspace: Keyspace,
    origin: RdbOrigin,
    options: { readonly compression: "lzf" | "none" },
  ) {
    this.#keyspace = keyspace;
    this.#sources = keyspace.databases
      .filter((database) => database.entries.size > 0)
      .map(({ index, entries, expiring }) => {
        return { index, entries, keys: entries.size, expires: expiring.size };
      });
    this.#databaseOf = new Map(this.#sources.map((source) => [source.entries, source.index]));
    this.totalKeys = this.#sources.reduce((sum, source) => sum + source.keys, 0);
    for (const source of this.#sources) source.entries.holdSplits();
    keyspace.beginSnapshot(this);
    this.#epoch = keyspace.epoch;
    this.#writer = new RdbWriter(options);
    this.#writer.header(origin);
    this.#walk = this.#visitAll();
  }

  get complete(): boolean {
    return this.#state === "complete" && this.#writer.bytesPending === 0;
  }

  /** Keys written so far. */
  get keys(): number {
    return this.#keys;
  }

  /** Bytes of keys and values that were put aside: the price of writes during the snapshot. */
  get preservedBytes(): number {
    return this.#preservedBytes;
  }

  get bytesWritten(): number {
    return this.#writer.bytesWritten;
  }

  /**
   * The next part of the RDB, a little more than `bytes` unless it is the last.
   * @returns nothing once the snapshot is complete
   */
  produce(bytes: number): readonly Buffer[] {
    while (this.#state === "writing" && this.#writer.bytesPending < bytes) {
      if (this.#walk.next().done === true) this.#finish();
    }
    return this.#writer.takeBlocks();
  }

  preserve(entries: Entries, key: string, entry: Readonly<Entry>): void {
    const db = this.#databaseOf.get(entries);
    if (db === undefined || this.#state !== "writing") return;
    this.#aside.push({ db, key, value: entry.value, expireAt: entry.expireAt });
    this.#preservedBytes += key.length + entry.value.length;
  }

  release(): void {
    if (this.#state === "released") return;
    this.#state = "released";
    this.#keyspace.endSnapshot();
    for (const source of this.#sources) source.entries.releaseSplits();
  }

  *#visitAll(): Generator<void> {
    for (const source of this.#sources) {
      this.#select(source.index);
      this.#writer.resizeDb(source);
      let untilLook = KEYS_PER_LOOK;
      for (let index = 0; index < source.entries.shardCount; index++) {
        for (const [key, entry] of source.entries.shard(index)) {
          if (entry.epoch < this.#epoch) {
            entry.epoch = this.#epoch;
            this.#write(source.index, key, entry);
          }
          if (--untilLook > 0) continue;
          untilLook = KEYS_PER_LOOK;
          yield;
          this.#writeAside();
        }
      }
    }
  }

  #finish(): void {
    this.#writeAside();
    this.#writer.end();
    this.#state = "complete";
    this.#aside = [];
  }

  #writeAside(): void {
    if (this.#aside.length === 0) return;
    for (const image of this.#aside) this.#write(image.db, image.key, image);
    this.#aside = [];
  }

  #write(db: number, key: string, entry: Pick<Entry, "value" | "expireAt">): void {
    this.#select(db);
    this.#keys++;
    const value = { kind: "string", bytes: entry.value } as const;
    this.#writer.key({ key, value, expireAt: expiryOf(entry) });
  }

  #select(db: number): void {
    if (db === this.#selectedDb) return;
    this.#selectedDb = db;
    this.#writer.selectDb(db);
  }
}

function expiryOf(entry: Pick<Entry, "expireAt">): UnixMillis | undefined {
  return entry.expireAt === NO_EXPIRY ? undefined : unixMillis(entry.expireAt);
}
