import type { ClientId } from "../base/ids.ts";
import type { Millis } from "../base/units.ts";
import type { Connection } from "../resp/connection.ts";
import type { ReplyWriter } from "../resp/reply-writer.ts";
import type { KeyWait } from "./blocking-state.ts";
import type { Command } from "./command.ts";
import type { Arguments } from "./environment.ts";
import type { Database, WatchedKey, Watcher } from "./keyspace.ts";
import { newReplicaOptions, type ReplicaOptions } from "./replication/replica-options.ts";

/** A command held back between MULTI and EXEC. */
export interface QueuedCommand {
  readonly command: Command;
  readonly args: Arguments;
}

export interface Transaction {
  readonly queued: QueuedCommand[];
  /** Union of the queued commands' flags: EXEC is refused where any of them would be. */
  flags: number;
  /** Flags that at least one of them lacks: where it may not run, EXEC may not. */
  lacking: number;
  /** A command was refused while queueing: EXEC answers EXECABORT. */
  spoiled: boolean;
}

/** Why a client's next requests wait. */
export type Wait =
  | {
      readonly kind: "replicas";
      readonly count: number;
      readonly offset: number;
      readonly until: Millis;
      /** What replicas have applied, for WAIT, or have on disk, for WAITAOF. */
      readonly kept: "in-memory" | "on-disk";
    }
  /** BLPOP and its like; see blocking-state.ts. */
  | ({ readonly kind: "keys"; readonly until: Millis } & KeyWait)
  /** CLIENT PAUSE: the request is executed when the pause ends. */
  | { readonly kind: "pause"; readonly args: Arguments }
  /** SHUTDOWN waits for replicas; there is a reply only when it is called off. */
  | { readonly kind: "shutdown" };

/**
 * What the server keeps of one client. A `replica` is a connection that has asked for SYNC or
 * PSYNC; `master` is the sender of the replication stream, whose replies nobody reads.
 */
export interface Client {
  readonly id: ClientId;
  readonly connection: Connection;
  reply: ReplyWriter;
  kind: "normal" | "replica" | "master";
  database: Database;
  transaction: Transaction | undefined;
  readonly watcher: Watcher;
  readonly watched: WatchedKey[];
  wait: Wait | undefined;
  /** What REPLCONF told before SYNC or PSYNC. */
  readonly replicaOptions: ReplicaOptions;
  /** Replication offset behind this client's last write: what WAIT waits for. */
  lastWriteOffset: number;
}

export function newClient(connection: Connection, database: Database): Client {
  return {
    id: connection.id,
    connection,
    reply: connection.reply,
    kind: "normal",
    database,
    transaction: undefined,
    watcher: { invalidated: false },
    watched: [],
    wait: undefined,
    replicaOptions: newReplicaOptions(),
    lastWriteOffset: 0,
  };
}

const LOCAL = /^(?:127\.|\[::1\]|\/)/;

/** Whether the client is on this machine: on the loopback interface or a unix socket. */
export function isLocal(client: Client): boolean {
  return LOCAL.test(client.connection.remoteAddress);
}
