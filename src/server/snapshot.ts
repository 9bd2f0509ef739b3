import { type UnixMillis, unixMillis } from "../base/units.ts";
import type { RdbOrigin } from "../wire/rdb/aux-fields.ts";
import { RdbWriter } from "../wire/rdb/rdb-writer.ts";
import type { Entries, Entry, Expiry, Keyspace, PreImages } from "./keyspace.ts";

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
  readonly expireAt: Expiry;
}

/** Buckets visited between two looks at the output's length: about as many keys. */
const BUCKETS_PER_LOOK = 64;
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
    for (const source of this.#sources) source.entries.holdBuckets();
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

  preserve(entries: Entries, { key, value, expireAt }: Readonly<Entry>): void {
    const db = this.#databaseOf.get(entries);
    if (db === undefined || this.#state !== "writing") return;
    this.#aside.push({ db, key, value, expireAt });
    this.#preservedBytes += key.length + value.length;
  }

  release(): void {
    if (this.#state === "released") return;
    this.#state = "released";
    this.#keyspace.endSnapshot();
    for (const source of this.#sources) source.entries.releaseBuckets();
  }

  *#visitAll(): Generator<void> {
    for (const source of this.#sources) {
      this.#select(source.index);
      this.#writer.resizeDb(source);
      const visit = (entry: Entry): void => this.#visit(source.index, entry);
      for (let index = 0; index < source.entries.bucketCount; index++) {
        source.entries.visitBucket(index, visit);
        if (index % BUCKETS_PER_LOOK !== BUCKETS_PER_LOOK - 1) continue;
        yield;
        this.#writeAside();
      }
    }
  }

  #visit(db: number, entry: Entry): void {
    if (entry.epoch >= this.#epoch) return;
    entry.epoch = this.#epoch;
    this.#write(db, entry);
  }

  #finish(): void {
    this.#writeAside();
    this.#writer.end();
    this.#state = "complete";
    this.#aside = [];
  }

  #writeAside(): void {
    if (this.#aside.length === 0) return;
    for (const image of this.#aside) this.#write(image.db, image);
    this.#aside = [];
  }

  #write(db: number, entry: Pick<Entry, "key" | "value" | "expireAt">): void {
    this.#select(db);
    this.#keys++;
    const value = { kind: "string", bytes: entry.value } as const;
    this.#writer.key({ key: entry.key, value, expireAt: expiryOf(entry) });
  }

  #select(db: number): void {
    if (db === this.#selectedDb) return;
    this.#selectedDb = db;
    this.#writer.selectDb(db);
  }
}

function expiryOf(entry: Pick<Entry, "expireAt">): UnixMillis | undefined {
  return entry.expireAt === undefined ? undefined : unixMillis(entry.expireAt);
}
