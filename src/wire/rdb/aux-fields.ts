import { type Bytes, textOf } from "../../base/bytes.ts";
import type { UnixMillis } from "../../base/units.ts";

/** Where in which history a data set stands (spec server §2.13). */
export interface ReplicationPosition {
  /** The database the stream has selected, which need not begin with a SELECT. */
  readonly streamDb: number;
  /** 40 hex digits naming the history. */
  readonly replicationId: string;
  /** Of the last byte of the stream that the data set contains. */
  readonly offset: number;
}

/** What a file says of its making. */
export interface RdbOrigin {
  /** `7.2.0` */
  readonly redisVersion: string;
  readonly createdAt: UnixMillis;
  readonly usedMemoryBytes: number;
  /** From a node that has a backlog or a master. */
  readonly replication: ReplicationPosition | undefined;
}

/** The fields in the order in which servers write them (spec server §3.4). */
export function auxFields(origin: RdbOrigin): readonly (readonly [string, string])[] {
  const position = origin.replication;
  return [
    ["redis-ver", origin.redisVersion],
    ["redis-bits", "64"],
    ["ctime", String(Math.floor(origin.createdAt / 1000))],
    ["used-mem", String(origin.usedMemoryBytes)],
    ...(position === undefined
      ? []
      : ([
          ["repl-stream-db", String(position.streamDb)],
          ["repl-id", position.replicationId],
          ["repl-offset", String(position.offset)],
        ] as const)),
    ["aof-base", "0"],
  ];
}

/** Gathers the replication position from the aux fields of an RDB. */
export class PositionFields {
  #streamDb: number | undefined;
  #replicationId: string | undefined;
  #offset: number | undefined;

  /** Other fields, and values that make no sense, are passed over. */
  add(name: string, value: Bytes): void {
    const text = textOf(value);
    if (name === "repl-stream-db") this.#streamDb = wholeNumber(text);
    else if (name === "repl-offset") this.#offset = wholeNumber(text);
    else if (name === "repl-id") this.#replicationId = REPLICATION_ID.test(text) ? text : undefined;
  }

  /** The selected database alone: a replica's payload need not have the rest (§2.4); 0 if absent. */
  get streamDb(): number {
    return this.#streamDb ?? 0;
  }

  /** Undefined unless all three fields were there. */
  get position(): ReplicationPosition | undefined {
    const [streamDb, replicationId, offset] = [this.#streamDb, this.#replicationId, this.#offset];
    if (streamDb === undefined || replicationId === undefined || offset === undefined) {
      return undefined;
    }
    return { streamDb, replicationId, offset };
  }
}

const REPLICATION_ID = /^[0-9a-f]{40}$/;
const WHOLE_NUMBER = /^\d{1,15}$/;

function wholeNumber(text: string): number | undefined {
  return WHOLE_NUMBER.test(text) ? Number(text) : undefined;
}
