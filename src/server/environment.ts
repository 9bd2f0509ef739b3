import type { Bytes } from "../base/bytes.ts";
import type { Millis } from "../base/units.ts";
import type { Denial } from "../wire/acl/permission.ts";
import type { Client } from "./client.ts";
import type { Sha1 } from "./digest.ts";

/** What only the process knows and INFO shows. */
export interface ProcessFacts {
  readonly vedetteVersion: string;
  readonly processId: number;
  readonly executable: string;
  /** Empty when the server runs without one. */
  readonly configFile: string;
  readonly os: string;
  readonly nodeVersion: string;
  /** Which service manager hears of readiness; `no` for none. */
  readonly supervision: string;
  readonly listeners: readonly string[];
  readonly usedMemoryBytes: number;
  readonly residentMemoryBytes: number;
  readonly peakMemoryBytes: number;
  readonly totalSystemMemoryBytes: number;
  readonly cpuUserSeconds: number;
  readonly cpuSystemSeconds: number;
  readonly eventLoop: EventLoopFacts;
  readonly connections: ConnectionFacts;
}

/** Turns of the process' loop, and how long it was at work. */
export interface EventLoopFacts {
  /** 0 where this version of Node does not count them. */
  readonly cycles: number;
  readonly activeMicros: number;
  readonly cyclesPerSecond: number;
  /** Mean of a turn, lately. */
  readonly microsPerCycle: number;
}

/** What the listener counts. */
export interface ConnectionFacts {
  /** Without replicas. */
  readonly connected: number;
  readonly maxClients: number;
  readonly pubsubClients: number;
  readonly received: number;
  readonly rejected: number;
  readonly netInputBytes: number;
  readonly netOutputBytes: number;
  readonly inputBytesPerSecond: number;
  readonly outputBytesPerSecond: number;
  /** How often something arrived, and how often something was sent. */
  readonly reads: number;
  readonly writes: number;
  /** What ACLs have refused, by what was lacking. */
  readonly denials: Readonly<Record<"auth" | "command" | "key" | "channel", number>>;
  readonly channels: number;
  readonly patterns: number;
  readonly shardChannels: number;
  readonly queryBufferLimitDisconnections: number;
  readonly outputBufferLimitDisconnections: number;
  readonly errorReplies: number;
  /** By the first word of the error. */
  readonly errorsByCode: ReadonlyMap<string, number>;
}

/** A request of a client whose user may not do everything. */
export interface RequestToAuthorize {
  /** `get`, `config|get` */
  readonly name: string;
  readonly args: Arguments;
  readonly context: "toplevel" | "multi";
}

/** One command as it came: the name first. */
export type Arguments = readonly Bytes[];

/**
 * What a command may ask of the world and get an answer to in the same turn, handed in by the shell
 * (or by a simulator). Everything slow is an effect instead.
 */
export interface Environment {
  /** 40 random hex digits: replication ids, payload markers. */
  newId(): string;
  facts(): ProcessFacts;
  /** Monotonic time as it passes, to measure how long a call took; decisions use `state.now`. */
  clock(): Millis;
  /** Error replies to clients since the start or the last reset. */
  errorReplies(): number;
  /** What buffers of clients hold, replicas not counted. */
  clientBytes(): number;
  /** Whether replies to this client are waiting for the socket. */
  hasUnsentReplies(client: Client): boolean;
  /** @returns the number of local receivers */
  publish(channel: Bytes, message: Bytes): number;
  /** SPUBLISH. @returns the number of local receivers */
  publishShard(channel: Bytes, message: Bytes): number;
  /**
   * Commands about the connection itself (AUTH, HELLO, CLIENT, SUBSCRIBE …), which the listener
   * implements for both daemons.
   */
  session(client: Client, args: Arguments): void;
  /**
   * Whether the client's user may do this; what is refused is kept for ACL LOG.
   * @returns what the user lacks
   */
  authorize(client: Client, request: RequestToAuthorize): Denial | undefined;
  /** Whether the client's user may read every key: SORT finds keys by the values of others. */
  mayReadAllKeys(client: Client): boolean;
  /** CONFIG GET, SET and REWRITE: the table and the file are the shell's. */
  config(client: Client, args: Arguments): void;
  readonly sha1: Sha1;
  /** Blocks the process, for DEBUG SLEEP. */
  sleep(ms: number): void;
  /** SAVE: writes the snapshot to disk before it returns. @returns whether that worked */
  saveNow(): boolean;
  /**
   * DEBUG RELOAD: reads the configured file piece by piece, until `take` has enough, before it
   * returns.
   * @returns why it cannot be read, if so
   */
  readSnapshotNow(take: (bytes: Buffer) => boolean): string | undefined;
}
