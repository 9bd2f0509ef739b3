import type { Bytes } from "../base/bytes.ts";
import { FUNCTION_RDB_VERSION, PLAIN_RDB_VERSION } from "../wire/rdb/versions.ts";
import type { Access } from "./memory/access.ts";
import { accountContainer, accountedBytes, entryBytes } from "./memory/value-size.ts";
import { type Chained, hashOf, HashTable } from "./hash-table.ts";
import { SortedSet } from "./values/sorted-set.ts";
import { type Container, isContainer, isString, type Value } from "./values/value.ts";

/**
 * Unix time in ms after which a key is gone, or NO_EXPIRY for keys that stay: undefined and no
 * number, because the engine keeps such a number in a place of its own, for each key.
 */
export type Expiry = number | undefined;

export const NO_EXPIRY = undefined;

/** A key with what it holds. One object each, so that a key costs little memory. */
export interface Entry extends Chained<Entry> {
  value: Value;
  expireAt: Expiry;
  /** When or how often it was used: see memory/access.ts. */
  access: Access;
  /** The snapshot this entry was written to or is newer than (server spec §7.2). */
  epoch: number;
}

/** An entry of which it is known what kind of container it holds. */
export type ContainerEntry<Held extends Container = Container> = Entry & { readonly value: Held };

/** An entry that has an expiry, in the table of those that have. */
export interface ExpiringEntry extends Chained<ExpiringEntry> {
  readonly entry: Entry;
}

export type Entries = HashTable<Entry>;

/** Somebody who wants to know that a key changed: a client that watches it. */
export interface Watcher {
  invalidated: boolean;
}

export interface WatchedKey {
  readonly database: Database;
  readonly key: string;
  readonly watcher: Watcher;
  /** It was past its time already when it was watched: that it is removed then is no change. */
  expired: boolean;
}

/**
 * One numbered database. SWAPDB exchanges the tables, so that clients and watchers stay with the
 * number; FLUSHDB replaces them, so that a running snapshot goes on over the old ones.
 */
export interface Database {
  readonly index: number;
  entries: Entries;
  /** The entries that have an expiry: what the expiry cycle walks over. */
  expiring: HashTable<ExpiringEntry>;
  /** The keys of hashes with fields that expire, by the moment at which the first of them does. */
  expiringHashes: SortedSet;
  readonly watchers: Map<string, Set<WatchedKey>>;
  /** What the entries need, estimated. */
  bytes: number;
}

/**
 * Who must see an entry as it was when the snapshot began, before it changes. What it keeps of a
 * container must be a copy: the container itself is changed in place.
 */
export interface PreImages {
  preserve(entries: Entries, entry: Readonly<Entry>): void;
}

/**
 * All databases, and the only door through which they change. Each change first gives a running
 * snapshot the old state and then invalidates watchers.
 *
 * Invariants: `expiring` holds exactly the entries of `entries` whose `expireAt` is not NO_EXPIRY,
 * `expiringHashes` the keys of exactly those with fields that expire.
 */
export class Keyspace {
  readonly databases: readonly Database[];
  /** Grows by one with each snapshot: what is older has not been written to it yet. */
  #epoch = 1;
  #snapshot: PreImages | undefined;
  /** Of values that came from elsewhere; grows until everything is deleted. */
  #rdbVersion = PLAIN_RDB_VERSION;
  /** Libraries of functions, by their source: they are carried, and not run. */
  functionLibraries: readonly Bytes[] = [];

  /** What a new entry remembers of its use. */
  newAccess: Access = 0;

  /** Told of each key that was not there before. */
  onAdded: ((database: Database, key: string) => void) | undefined;

  /** Told of each key that is given a value; set only while somebody waits for one. */
  onPut: ((database: Database, key: string) => void) | undefined;

  constructor(databaseCount: number) {
    this.databases = Array.from({ length: databaseCount }, (_, index) => ({
      index,
      entries: new HashTable<Entry>(),
      expiring: new HashTable<ExpiringEntry>(),
      expiringHashes: new SortedSet(),
      watchers: new Map(),
      bytes: 0,
    }));
  }

  get size(): number {
    return this.databases.reduce((sum, database) => sum + database.entries.size, 0);
  }

  /** What all the data needs, estimated. */
  get bytes(): number {
    return this.databases.reduce((sum, database) => sum + database.bytes, 0);
  }

  /** The lowest version of an RDB in which all of this can stand (server spec §3.2). */
  get rdbVersion(): number {
    return Math.max(this.rdbVersionOfFunctions, this.#rdbVersion);
  }

  get rdbVersionOfFunctions(): number {
    return this.functionLibraries.length > 0 ? FUNCTION_RDB_VERSION : PLAIN_RDB_VERSION;
  }

  /** A value was put that needs this version. */
  raiseRdbVersion(version: number): void {
    this.#rdbVersion = Math.max(this.#rdbVersion, version);
  }

  get epoch(): number {
    return this.#epoch;
  }

  /** From here on every entry is preserved for `snapshot` before its first change. */
  beginSnapshot(snapshot: PreImages): void {
    this.#epoch++;
    this.#snapshot = snapshot;
  }

  endSnapshot(): void {
    this.#snapshot = undefined;
  }

  /** Sets value and expiry, whatever the key held before. */
  put(database: Database, key: string, value: Value, expireAt: Expiry): Entry {
    const hash = hashOf(key);
    let entry = database.entries.find(key, hash);
    if (entry === undefined) {
      const access = this.newAccess;
      entry = { key, hash, next: undefined, value, expireAt, access, epoch: this.#epoch };
      this.#add(database, entry);
    } else {
      this.#beforeChange(database, entry);
      this.#replaceValue(database, entry, value);
      if (entry.expireAt !== expireAt) placeExpiry(database, entry, expireAt);
    }
    if (typeof value === "object") placeFieldExpiry(database, key, value);
    else if (database.expiringHashes.size > 0) database.expiringHashes.delete(key);
    touch(database, key);
    this.onPut?.(database, key);
    return entry;
  }

  /** Changes the value and keeps the expiry. */
  setValue(database: Database, entry: Entry, value: Value): void {
    this.#beforeChange(database, entry);
    this.#replaceValue(database, entry, value);
    touch(database, entry.key);
  }

  /** The same content in another form: nobody needs to know. */
  restateValue(database: Database, entry: Entry, value: Value): void {
    this.#replaceValue(database, entry, value);
  }

  /** The container may be changed in place from here on, until `closeContainer`. */
  openContainer(database: Database, entry: ContainerEntry): void {
    this.#beforeChange(database, entry);
  }

  /** The container was changed. @returns whether the key is still there: an empty one is removed */
  closeContainer(database: Database, entry: ContainerEntry): boolean {
    if (entry.value.size === 0) return !this.remove(database, entry.key);
    database.bytes += accountContainer(entry.value);
    placeFieldExpiry(database, entry.key, entry.value);
    touch(database, entry.key);
    return true;
  }

  setExpiry(database: Database, entry: Entry, expireAt: Expiry): void {
    this.#beforeChange(database, entry);
    placeExpiry(database, entry, expireAt);
    touch(database, entry.key);
  }

  remove(database: Database, key: string): boolean {
    const entry = database.entries.get(key);
    if (entry === undefined) return false;
    this.#beforeChange(database, entry);
    database.entries.delete(key);
    database.bytes -= entryBytes(key, entry.expireAt) + leave(entry.value);
    if (entry.expireAt !== NO_EXPIRY) database.expiring.delete(key);
    if (database.expiringHashes.size > 0) database.expiringHashes.delete(key);
    touch(database, key);
    return true;
  }

  /** @returns how many keys there were */
  flush(database: Database): number {
    const removed = database.entries.size;
    const before = database.entries;
    database.entries = new HashTable();
    if (database.watchers.size > 0) {
      touchReplaced(database, { before, after: database.entries }, Number.POSITIVE_INFINITY);
    }
    database.expiring = new HashTable();
    database.bytes = 0;
    database.expiringHashes = new SortedSet();
    if (this.#rdbVersion > PLAIN_RDB_VERSION && this.size === 0)
      this.#rdbVersion = PLAIN_RDB_VERSION;
    return removed;
  }

  /** @param unixNow of which it is told what is past its time already */
  swap(one: Database, other: Database, unixNow: number): void {
    [one.entries, other.entries] = [other.entries, one.entries];
    [one.expiring, other.expiring] = [other.expiring, one.expiring];
    [one.bytes, other.bytes] = [other.bytes, one.bytes];
    [one.expiringHashes, other.expiringHashes] = [other.expiringHashes, one.expiringHashes];
    touchReplaced(one, { before: other.entries, after: one.entries }, unixNow);
    touchReplaced(other, { before: one.entries, after: other.entries }, unixNow);
  }

  /** Puts the data of `source`, a keyspace loaded beside this one, in the place of our own. */
  adopt(source: Keyspace): void {
    for (const database of this.databases) {
      this.flush(database);
      const loaded = source.databases[database.index];
      if (loaded === undefined) continue;
      for (const key of database.watchers.keys()) {
        if (loaded.entries.has(key)) touch(database, key);
      }
      database.entries = loaded.entries;
      database.expiring = loaded.expiring;
      database.bytes = loaded.bytes;
      database.expiringHashes = loaded.expiringHashes;
    }
    this.functionLibraries = source.functionLibraries;
    this.#rdbVersion = source.#rdbVersion;
  }

  #add(database: Database, entry: Entry): void {
    database.entries.add(entry);
    database.bytes += entryBytes(entry.key, entry.expireAt) + enter(entry.value);
    if (entry.expireAt !== NO_EXPIRY) database.expiring.add(expiring(entry));
    this.onAdded?.(database, entry.key);
  }

  #replaceValue(database: Database, entry: Entry, value: Value): void {
    database.bytes -= leave(entry.value);
    entry.value = value;
    database.bytes += enter(value);
  }

  #beforeChange(database: Database, entry: Entry): void {
    if (entry.epoch >= this.#epoch) return;
    this.#snapshot?.preserve(database.entries, entry);
    entry.epoch = this.#epoch;
  }
}

/** @returns bytes of a value that a key holds from now on */
function enter(value: Value): number {
  return isContainer(value) ? accountContainer(value) : accountedBytes(value);
}

/** @returns bytes of a value that its key holds no longer */
function leave(value: Value): number {
  const bytes = accountedBytes(value);
  if (isContainer(value)) value.accounted.bytes = 0;
  return bytes;
}

function placeExpiry(database: Database, entry: Entry, expireAt: Expiry): void {
  database.bytes += entryBytes(entry.key, expireAt) - entryBytes(entry.key, entry.expireAt);
  if (expireAt === NO_EXPIRY) database.expiring.delete(entry.key);
  else if (entry.expireAt === NO_EXPIRY) database.expiring.add(expiring(entry));
  entry.expireAt = expireAt;
}

/** The value of this key may be a hash with other fields that expire than before. */
function placeFieldExpiry(database: Database, key: string, value: Value): void {
  const { expiringHashes } = database;
  const isHash = !isString(value) && value.kind === "hash";
  const earliest = isHash ? value.earliestExpiry() : undefined;
  if (earliest !== undefined) expiringHashes.set(key, earliest);
  else if (expiringHashes.size > 0) expiringHashes.delete(key);
}

function expiring(entry: Entry): ExpiringEntry {
  return { key: entry.key, hash: entry.hash, next: undefined, entry };
}

/** Whether the entry's time has come at this moment. */
export function isPast(entry: Readonly<Pick<Entry, "expireAt">>, unixNow: number): boolean {
  return entry.expireAt !== NO_EXPIRY && unixNow > entry.expireAt;
}

function touch(database: Database, key: string): void {
  if (database.watchers.size === 0) return;
  const watches = database.watchers.get(key);
  if (watches === undefined) return;
  const isGone = !database.entries.has(key);
  for (const watch of watches) {
    if (watch.expired && isGone) watch.expired = false;
    else watch.watcher.invalidated = true;
  }
}

/** All keys of the database are replaced by others; what only seemed to be there is no change. */
function touchReplaced(
  database: Database,
  { before, after }: { readonly before: Entries; readonly after: Entries },
  unixNow: number,
): void {
  for (const [key, watches] of database.watchers) {
    const [old, replacement] = [before.get(key), after.get(key)];
    const isThere = replacement !== undefined && !isPast(replacement, unixNow);
    for (const watch of watches) {
      if (isThere || (old !== undefined && !watch.expired)) watch.watcher.invalidated = true;
      else watch.expired = replacement !== undefined;
    }
  }
}
