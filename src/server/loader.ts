import { unreachable } from "../base/assert.ts";
import { textOf } from "../base/bytes.ts";
import { PositionFields, type ReplicationPosition } from "../wire/rdb/aux-fields.ts";
import { RdbError } from "../wire/rdb/errors.ts";
import { excerpt } from "../wire/rdb/excerpt.ts";
import { RdbReader } from "../wire/rdb/rdb-reader.ts";
import type { RdbElements, RdbRecord } from "../wire/rdb/record.ts";
import { versionFor } from "../wire/rdb/versions.ts";
import { addElements } from "./container-record.ts";
import { checkEncoding, newContainer } from "./containers.ts";
import { type ContainerEntry, type Database, type Expiry, Keyspace } from "./keyspace.ts";
import type { EncodingLimits } from "./settings.ts";
import { stored } from "./strings.ts";

export type LoadOutcome =
  | { readonly kind: "more" }
  | { readonly kind: "complete" }
  /** `unsupported`: the same file fails again, however often it is fetched. */
  | { readonly kind: "failed"; readonly reason: string; readonly unsupported: boolean };

export interface ExpiredKey {
  readonly db: number;
  readonly key: string;
}

export interface LoaderOptions {
  readonly databases: number;
  /**
   * Called once, when header and first record have been understood and before any key is taken;
   * answers why the contents must not be loaded, if so.
   */
  readonly begin: (contents: "keys" | "nothing") => string | undefined;
  /** Unix ms before which keys are left out, for a master's own file. */
  readonly dropExpired: number | undefined;
  readonly limits: EncodingLimits;
  /** Whether a wrong checksum is a fault. */
  readonly checksum: "verify" | "ignore";
}

interface Filling {
  readonly database: Database;
  readonly entry: ContainerEntry;
}

const MORE: LoadOutcome = { kind: "more" };

/** Reads an RDB, as it comes, into a keyspace beside the one that is served. */
export class Loader {
  readonly keyspace: Keyspace;
  readonly #reader: RdbReader;
  readonly #position = new PositionFields();
  readonly #dropExpired: number | undefined;
  readonly #limits: EncodingLimits;
  readonly #begin: (contents: "keys" | "nothing") => string | undefined;
  #begun = false;
  #keys = 0;
  #emptyKeys = 0;
  /** The container whose elements follow in further records; undefined for one that is left out. */
  #filling: Filling | undefined;
  readonly #expired: ExpiredKey[] = [];

  constructor(options: LoaderOptions) {
    this.#reader = new RdbReader({ checksum: options.checksum });
    this.keyspace = new Keyspace(options.databases);
    this.#begin = options.begin;
    this.#dropExpired = options.dropExpired;
    this.#limits = options.limits;
  }

  get keys(): number {
    return this.#keys;
  }

  /** Containers without elements, which older servers wrote by mistake; they are passed over. */
  get emptyKeys(): number {
    return this.#emptyKeys;
  }

  get expired(): readonly ExpiredKey[] {
    return this.#expired;
  }

  /** Where the data stands in which history; undefined unless the file tells all of it. */
  get position(): ReplicationPosition | undefined {
    return this.#position.position;
  }

  /** The database that the stream behind this snapshot has selected. */
  get streamDb(): number {
    return this.#position.streamDb;
  }

  feed(bytes: Buffer): LoadOutcome {
    this.#reader.feed(bytes);
    try {
      for (let record = this.#reader.next(); record !== undefined; record = this.#reader.next()) {
        const refusal = this.#take(record);
        if (refusal !== undefined) return { kind: "failed", reason: refusal, unsupported: true };
      }
    } catch (error) {
      if (!(error instanceof RdbError)) throw error;
      return { kind: "failed", reason: error.message, unsupported: error.kind === "unsupported" };
    }
    return this.#reader.ended ? { kind: "complete" } : MORE;
  }

  /** @returns why the file cannot be loaded, if so */
  #take(record: RdbRecord): string | undefined {
    switch (record.kind) {
      case "version":
      case "resize-db":
        return undefined;
      case "aux":
        this.#position.add(record.name, record.value);
        return undefined;
      case "select-db":
        return record.db < this.keyspace.databases.length
          ? undefined
          : `the RDB needs database ${record.db}, and only ${this.keyspace.databases.length} are configured`;
      case "key":
        return this.#beginOnce("keys") ?? this.#takeKey(record);
      case "more":
        return this.#filling === undefined ? undefined : this.#fill(this.#filling, record);
      case "function":
        this.keyspace.functionLibraries = [...this.keyspace.functionLibraries, record.source];
        return undefined;
      case "empty-key":
        this.#emptyKeys++;
        return undefined;
      case "end":
        return this.#beginOnce("nothing");
      default:
        return unreachable(record);
    }
  }

  #beginOnce(contents: "keys" | "nothing"): string | undefined {
    if (this.#begun) return undefined;
    this.#begun = true;
    return this.#begin(contents);
  }

  #takeKey(record: RdbRecord & { readonly kind: "key" }): string | undefined {
    this.#filling = undefined;
    const key = textOf(record.key);
    const database = this.keyspace.databases[record.db];
    if (database === undefined) return `no database ${record.db}`;
    if (this.#dropExpired !== undefined && isBefore(record.expireAt, this.#dropExpired)) {
      this.#expired.push({ db: record.db, key });
      return undefined;
    }
    if (database.entries.has(key)) return `the RDB holds a key twice in database ${record.db}`;
    this.#keys++;
    const { value } = record;
    if (value.kind === "string") {
      this.keyspace.put(database, key, stored(value.bytes), record.expireAt);
      return undefined;
    }
    if (value.kind === "opaque") {
      this.keyspace.raiseRdbVersion(versionFor(value));
      this.keyspace.put(database, key, value, record.expireAt);
      return undefined;
    }
    const container = newContainer(value.kind);
    const entry = this.keyspace.put(database, key, container, record.expireAt);
    this.#filling = { database, entry: entry as ContainerEntry };
    return this.#fill(this.#filling, { value, complete: record.complete });
  }

  #fill(
    { database, entry }: Filling,
    { value, complete }: { readonly value: RdbElements; readonly complete: boolean },
  ): string | undefined {
    this.keyspace.raiseRdbVersion(versionFor(value));
    if (!addElements(entry.value, value)) {
      return `the RDB holds an element twice in key ${excerpt(entry.key)}`;
    }
    checkEncoding(this.#limits, entry.value);
    this.keyspace.closeContainer(database, entry);
    if (complete) this.#filling = undefined;
    return undefined;
  }
}

function isBefore(expireAt: Expiry, unixNow: number): boolean {
  return expireAt !== undefined && expireAt < unixNow;
}
