import { type UnixMillis, unixMillis } from "../base/units.ts";
import type { RdbOrigin } from "../wire/rdb/aux-fields.ts";
import { RdbWriter, type RdbWriterOptions } from "../wire/rdb/rdb-writer.ts";
import { writeContainer } from "./container-record.ts";
import type { Entries, Entry, Expiry, Keyspace, PreImages } from "./keyspace.ts";
import { copyOf, estimatedBytes, isContainer, isString, type Value } from "./values/value.ts";

/** One database as it is at the start, by its number then. */
interface Source {
  readonly index: number;
  readonly entries: Entries;
  readonly keys: number;
  readonly expires: number;
}

/** An entry as it was at the start, whatever becomes of it; a container in it is a copy. */
interface PreImage {
  readonly db: number;
  readonly key: string;
  readonly value: Value;
  readonly expireAt: Expiry;
}

/** Buckets visited between two looks at the output's length: about as many keys. */
const BUCKETS_PER_LOOK = 64;
/** A container with more elements is written in pieces. */
const LARGE_ELEMENTS = 256;
const NO_DB = -1;

/**
 * The data set as it was at one moment, written as an RDB in slices while it changes: a walk over
 * all entries, and before an entry changes that the walk has not reached, its old state is put
 * aside and written in between (server spec §7.2, design A). An entry's `epoch` tells which of
 * both took care of it. Containers are put aside as copies, which cost next to nothing however
 * large they are: both sides share all elements until one of them changes.
 */
export class Snapshot implements PreImages {
  readonly #keyspace: Keyspace;
  readonly #epoch: number;
  readonly #sources: readonly Source[];
  readonly #databaseOf: ReadonlyMap<Entries, number>;
  readonly #writer: RdbWriter;
  readonly #walk: Generator<void>;
  #aside: PreImage[] = [];
  readonly #large: PreImage[] = [];
  #selectedDb = NO_DB;
  #bucketsPerLook = BUCKETS_PER_LOOK;
  #state: "writing" | "complete" | "released" = "writing";
  readonly totalKeys: number;
  #keys = 0;
  #preservedBytes = 0;

  /** Begins at this very moment; `release` must be called at the end, whatever the outcome. */
  constructor(
    keyspace: Keyspace,
    origin: RdbOrigin,
    options: Omit<RdbWriterOptions, "version"> & { readonly contents: "everything" | "functions" },
  ) {
    this.#keyspace = keyspace;
    const databases = options.contents === "everything" ? keyspace.databases : [];
    this.#sources = databases
      .filter((database) => database.entries.size > 0)
      .map(({ index, entries, expiring }) => {
        return { index, entries, keys: entries.size, expires: expiring.size };
      });
    this.#databaseOf = new Map(this.#sources.map((source) => [source.entries, source.index]));
    this.totalKeys = this.#sources.reduce((sum, source) => sum + source.keys, 0);
    for (const source of this.#sources) source.entries.holdBuckets();
    keyspace.beginSnapshot(this);
    this.#epoch = keyspace.epoch;
    const version =
      options.contents === "everything" ? keyspace.rdbVersion : keyspace.rdbVersionOfFunctions;
    this.#writer = new RdbWriter({ ...options, version });
    this.#writer.header(origin);
    for (const source of keyspace.functionLibraries) this.#writer.functionLibrary(source);
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
   * @param bytes 1 for as little as can be had at once: the next key
   * @returns nothing once the snapshot is complete
   */
  produce(bytes: number): readonly Buffer[] {
    this.#bucketsPerLook = bytes === 1 ? 1 : BUCKETS_PER_LOOK;
    while (this.#state === "writing" && this.#writer.bytesPending < bytes) {
      if (this.#walk.next().done === true) this.#finish();
    }
    return this.#writer.takeBlocks();
  }

  preserve(entries: Entries, { key, value, expireAt }: Readonly<Entry>): void {
    const db = this.#databaseOf.get(entries);
    if (db === undefined || this.#state !== "writing") return;
    this.#aside.push({ db, key, value: copyOf(value), expireAt });
    this.#preservedBytes += key.length + estimatedBytes(value);
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
        if (this.#large.length > 0) yield* this.#writeLarge();
        if ((index + 1) % this.#bucketsPerLook !== 0) continue;
        yield;
        yield* this.#writeAside();
      }
    }
    while (this.#aside.length > 0) yield* this.#writeAside();
  }

  #visit(db: number, entry: Entry): void {
    if (entry.epoch >= this.#epoch) return;
    entry.epoch = this.#epoch;
    const { key, value, expireAt } = entry;
    if (isLarge(value)) this.#large.push({ db, key, value: copyOf(value), expireAt });
    else this.#write(db, entry);
  }

  #finish(): void {
    this.#writer.end();
    this.#state = "complete";
  }

  /** The large containers of the bucket that was visited. */
  *#writeLarge(): Generator<void> {
    for (const image of this.#large.splice(0)) yield* this.#writeInPieces(image);
  }

  *#writeAside(): Generator<void> {
    const images = this.#aside;
    this.#aside = [];
    for (const image of images) {
      if (isLarge(image.value)) yield* this.#writeInPieces(image);
      else this.#write(image.db, image);
    }
  }

  *#writeInPieces({ db, key, value, expireAt }: PreImage): Generator<void> {
    if (!isContainer(value)) return;
    this.#select(db);
    this.#keys++;
    yield* writeContainer(this.#writer, key, { value, expireAt: momentOf(expireAt) });
  }

  #write(db: number, { key, value, expireAt }: Omit<PreImage, "db">): void {
    this.#select(db);
    this.#keys++;
    if (!isContainer(value)) {
      const record = isString(value) ? ({ kind: "string", bytes: value } as const) : value;
      this.#writer.key({ key, value: record, expireAt: momentOf(expireAt) });
      return;
    }
    const pieces = writeContainer(this.#writer, key, { value, expireAt: momentOf(expireAt) });
    while (pieces.next().done !== true);
  }

  #select(db: number): void {
    if (db === this.#selectedDb) return;
    this.#selectedDb = db;
    this.#writer.selectDb(db);
  }
}

function isLarge(value: Value): boolean {
  return isContainer(value) && value.size > LARGE_ELEMENTS;
}

function momentOf(expireAt: Expiry): UnixMillis | undefined {
  return expireAt === undefined ? undefined : unixMillis(expireAt);
}
