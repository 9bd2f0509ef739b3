import { unreachable } from "../base/assert.ts";
import { textOf } from "../base/bytes.ts";
import { PositionFields, type ReplicationPosition } from "../wire/rdb/aux-fields.ts";
import { RdbError } from "../wire/rdb/errors.ts";
import { excerpt } from "../wire/rdb/excerpt.ts";
import { RdbReader } from "../wire/rdb/rdb-reader.ts";
import type { RdbRecord } from "../wire/rdb/record.ts";
import { type Expiry, Keyspace } from "./keyspace.ts";
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

const MORE: LoadOutcome = { kind: "more" };

/** Reads an RDB, as it comes, into a keyspace beside the one that is served. */
export class Loader {
  readonly keyspace: Keyspace;
  readonly #reader = new RdbReader();
  readonly #position = new PositionFields();
  readonly #dropExpired: number | undefined;
  readonly #begin: (contents: "keys" | "nothing") => string | undefined;
  #begun = false;
  #keys = 0;
  readonly #expired: ExpiredKey[] = [];

  /**
   * @param begin called once, when header and first record have been understood and before any
   * key is taken; answers why the contents must not be loaded, if so
   * @param dropExpired Unix ms before which keys are left out, for a master's own file
   */
  constructor(options: {
    readonly databases: number;
    readonly begin: (contents: "keys" | "nothing") => string | undefined;
    readonly dropExpired: number | undefined;
  }) {
    this.keyspace = new Keyspace(options.databases);
    this.#begin = options.begin;
    this.#dropExpired = options.dropExpired;
  }

  get keys(): number {
    return this.#keys;
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
      case "function":
        return "a function library is not supported";
      case "empty-key":
        return undefined;
      case "more":
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
    const key = textOf(record.key);
    const database = this.keyspace.databases[record.db];
    if (database === undefined) return `no database ${record.db}`;
    if (this.#dropExpired !== undefined && isBefore(record.expireAt, this.#dropExpired)) {
      this.#expired.push({ db: record.db, key });
      return undefined;
    }
    if (database.entries.has(key)) return `the RDB holds a key twice in database ${record.db}`;
    if (record.value.kind !== "string")
      return `a ${record.value.kind} of key ${excerpt(record.key)} is not supported`;
    this.#keys++;
    this.keyspace.put(database, key, stored(record.value.bytes), record.expireAt);
    return undefined;
  }
}

function isBefore(expireAt: Expiry, unixNow: number): boolean {
  return expireAt !== undefined && expireAt < unixNow;
}
