import { unreachable } from "../base/assert.ts";
import { textOf } from "../base/bytes.ts";
import { PositionFields, type ReplicationPosition } from "../wire/rdb/aux-fields.ts";
import { RdbError } from "../wire/rdb/errors.ts";
import { excerpt } from "../wire/rdb/excerpt.ts";
import { typeName } from "../wire/rdb/opcodes.ts";
import { RdbReader } from "../wire/rdb/rdb-reader.ts";
import type { RdbElements, RdbRecord } from "../wire/rdb/record.ts";
import { addElements } from "./container-record.ts";
import { checkEncoding, newContainer } from "./containers.ts";
import { type Expiry, Keyspace } from "./keyspace.ts";
import type { EncodingLimits } from "./settings.ts";
import { stored } from "./strings.ts";
import type { Container } from "./values/value.ts";

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
  readonly #limits: EncodingLimits;
  readonly #begin: (contents: "keys" | "nothing") => string | undefined;
  #begun = false;
  #keys = 0;
  /** The container whose elements follow in further records; undefined for one that is left out. */
  #filling: Container | undefined;
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
    readonly limits: EncodingLimits;
  }) {
    this.keyspace = new Keyspace(options.databases);
    this.#begin = options.begin;
    this.#dropExpired = options.dropExpired;
    this.#limits = options.limits;
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
      case "more":
        return this.#filling === undefined ? undefined : this.#fill(this.#filling, record.value);
      case "function":
        return "the RDB holds a library of functions, which are not supported";
      case "empty-key":
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
      return `the RDB holds a ${typeName(value.type)} in key ${excerpt(record.key)}, which is not supported`;
    }
    const container = newContainer(value.kind);
    this.keyspace.put(database, key, container, record.expireAt);
    if (!record.complete) this.#filling = container;
    return this.#fill(container, value);
  }

  #fill(container: Container, elements: RdbElements): string | undefined {
    if (!addElements(container, elements)) return "the RDB holds an element twice in one value";
    checkEncoding(this.#limits, container);
    return undefined;
  }
}

function isBefore(expireAt: Expiry, unixNow: number): boolean {
  return expireAt !== undefined && expireAt < unixNow;
}
