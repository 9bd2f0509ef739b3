import type { PackedLimits } from "./values/packing.ts";

/** `save <seconds> <changes>`: a snapshot is due when both are exceeded. */
export interface SavePoint {
  readonly seconds: number;
  readonly changes: number;
}

/** What a replica does with a command of its master that it cannot apply (server spec §5.12). */
export type PropagationErrorBehavior = "halt" | "ignore" | "panic" | "panic-on-replicas";

export type MaxMemoryPolicy =
  | "volatile-lru"
  | "volatile-lfu"
  | "volatile-random"
  | "volatile-ttl"
  | "allkeys-lru"
  | "allkeys-lfu"
  | "allkeys-random"
  | "noeviction";

/** Where a replica puts its master's snapshot while it arrives (server spec §2.4). */
export type DisklessLoad = "disabled" | "on-empty-db" | "swapdb";

/** Up to which size containers are told as compact (OBJECT ENCODING). */
export interface EncodingLimits {
  readonly hashPacking: PackedLimits;
  readonly sortedSetPacking: PackedLimits;
  readonly maxIntsetEntries: number;
}

/** The configuration as the deciding floor reads it: typed, in the units the names say. */
export interface Settings extends EncodingLimits {
  /** Shown in INFO. */
  readonly port: number;
  /** What a master is told unless `replica-announce-port` says otherwise (server spec §2.3). */
  readonly announcedPort: number;
  readonly databases: number;
  readonly hz: number;

  readonly replicaReadOnly: boolean;
  readonly replicaServeStaleData: boolean;
  readonly replicaPriority: number;
  readonly replicaAnnounced: boolean;
  /** Empty when the socket's address is announced. */
  readonly replicaAnnounceIp: string;
  /** 0 when `port` is announced. */
  readonly replicaAnnouncePort: number;
  /** The user for AUTH on the master link; empty for the one-word form. */
  readonly masterUser: string;
  /** Empty when the master asks for no password. */
  readonly masterAuth: string;
  readonly replDisklessSync: boolean;
  readonly replDisklessSyncDelaySeconds: number;
  readonly replDisklessSyncMaxReplicas: number;
  readonly replDisklessLoad: DisklessLoad;
  readonly replPingReplicaPeriodSeconds: number;
  readonly replTimeoutSeconds: number;
  readonly replBacklogSizeBytes: number;
  /** 0 keeps the backlog for ever. */
  readonly replBacklogTtlSeconds: number;
  readonly minReplicasToWrite: number;
  readonly minReplicasMaxLagSeconds: number;
  readonly propagationErrorBehavior: PropagationErrorBehavior;
  /** Refuse an empty snapshot of another history while this replica holds keys (§2.13). */
  readonly emptyMasterGuard: boolean;

  readonly savePoints: readonly SavePoint[];
  readonly stopWritesOnBgsaveError: boolean;
  readonly rdbCompression: boolean;
  /** Whether files end with a checksum, and those that do not match theirs are refused. */
  readonly rdbChecksum: boolean;
  readonly rdbDelSyncFiles: boolean;
  /** µs for each key; 0 but in tests. */
  readonly keyLoadDelayMicros: number;

  /** 0 for no limit. */
  readonly maxMemoryBytes: number;
  readonly maxMemoryPolicy: MaxMemoryPolicy;
  readonly maxMemorySamples: number;
  readonly lfuLogFactor: number;
  /** 0 keeps counters as they are. */
  readonly lfuDecayMinutes: number;
  readonly replicaIgnoreMaxMemory: boolean;
  readonly lazyfreeLazyEviction: boolean;
  readonly lazyfreeLazyExpire: boolean;
  readonly maxBulkBytes: number;
  readonly shutdownTimeoutSeconds: number;
  /** µs above which a call is kept in the slow log; negative for none. */
  readonly slowLogMicros: number;
  readonly slowLogLength: number;
  /** 0 when latency is not monitored. */
  readonly latencyThresholdMs: number;
  readonly latencyTracking: boolean;
  readonly latencyPercentiles: readonly number[];

  /** The letters of `notify-keyspace-events`; empty for none. */
  readonly keyspaceEvents: string;
  readonly debugCommand: "no" | "yes" | "local";
}
