import { CLUSTER_PARAMETERS, TLS_PARAMETERS } from "./absent-parameters.ts";
import {
  keyspaceEvents,
  masterAddress,
  oomScores,
  type OutputBufferLimits,
  outputBufferLimits,
  percentiles,
  type SavePoint,
  savePoints,
  shutdownOptions,
  words,
} from "./list-kinds.ts";
import { guarded, hidden, immutable, mutable, type Parameter } from "./parameter.ts";
import {
  choice,
  INT_MAX,
  integer,
  LONG_MAX,
  memory,
  memoryOrPercent,
  octalPermissions,
  text,
  UNSIGNED_LONG_MAX,
  yesNo,
} from "./value-kind.ts";

const port = integer({ min: 0, max: 65535 });
const natural = integer({ min: 0, max: INT_MAX });
const anyInt = integer({ min: -INT_MAX - 1, max: INT_MAX });
const positive = integer({ min: 1, max: INT_MAX });
const longNatural = integer({ min: 0, max: LONG_MAX });
const longPositive = integer({ min: 1, max: LONG_MAX });
const bytes = memory({ min: 0, max: LONG_MAX });
const mebibyte = 1024 ** 2;
const atLeastOneMebibyte = memory({ min: mebibyte, max: LONG_MAX });
const unset = "";
const noYesLocal = choice("no", "yes", "local");

const fileName = text((word) =>
  word.includes("/") || word === ".." ? "dbfilename can't be a path, just a filename" : undefined,
);
const HIGHEST_HZ = 500;
const hz = integer({ min: 0, max: INT_MAX }, (value) => Math.min(Math.max(value, 1), HIGHEST_HZ));

const DEFAULT_SAVE_POINTS: readonly SavePoint[] = [
  { seconds: 3600, changes: 1 },
  { seconds: 300, changes: 100 },
  { seconds: 60, changes: 10000 },
];
const DEFAULT_OUTPUT_LIMITS: OutputBufferLimits = {
  normal: { hardBytes: 0, softBytes: 0, softSeconds: 0 },
  replica: { hardBytes: 256 * mebibyte, softBytes: 64 * mebibyte, softSeconds: 60 },
  pubsub: { hardBytes: 32 * mebibyte, softBytes: 8 * mebibyte, softSeconds: 60 },
};

/**
 * Every parameter that redis-server 7.0 knows, two of 7.2 and one of ours: a sentinel accepts
 * Redis' in its file too. Values, ranges and what may change at run time as observed on redis-server 7.0.15.
 * Source: server spec §4.7, sentinel spec §9.5.
 */
export const REDIS_PARAMETERS = {
  // Network and clients
  port: mutable(port, 6379),
  bind: mutable(words, ["*", "-::*"]),
  "bind-source-addr": mutable(text(), unset),
  "protected-mode": mutable(yesNo, true),
  "tcp-backlog": immutable(natural, 511),
  /** Seconds; 0 is off. */
  "tcp-keepalive": mutable(natural, 300),
  /** Seconds of silence after which a client is disconnected; 0 is never. */
  timeout: mutable(natural, 0),
  maxclients: mutable(integer({ min: 1, max: 2 ** 32 - 1 }), 10000),
  unixsocket: immutable(text(), unset),
  unixsocketperm: immutable(octalPermissions, 0),
  "socket-mark-id": immutable(integer({ min: 0, max: 2 ** 32 - 1 }), 0),
  "proto-max-bulk-len": mutable(atLeastOneMebibyte, 512 * mebibyte),
  "client-query-buffer-limit": mutable(atLeastOneMebibyte, 1024 * mebibyte),
  "client-output-buffer-limit": mutable(outputBufferLimits, DEFAULT_OUTPUT_LIMITS),
  "maxmemory-clients": mutable(memoryOrPercent, 0),
  "tracking-table-max-keys": mutable(longNatural, 1_000_000),
  "io-threads": immutable(integer({ min: 1, max: 128 }), 1),
  "io-threads-do-reads": immutable(yesNo, false),

  // The process
  daemonize: immutable(yesNo, false),
  supervised: immutable(choice("upstart", "systemd", "auto", "no"), "no"),
  pidfile: immutable(text(), unset),
  dir: guarded(text(), "./"),
  logfile: immutable(text(), unset),
  loglevel: mutable(choice("debug", "verbose", "notice", "warning", "nothing"), "notice"),
  "syslog-enabled": immutable(yesNo, false),
  "syslog-ident": immutable(text(), "redis"),
  "syslog-facility": immutable(
    choice("user", "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7"),
    "local0",
  ),
  databases: immutable(positive, 16),
  "always-show-logo": immutable(yesNo, false),
  "set-proc-title": immutable(yesNo, true),
  "proc-title-template": mutable(text(), "{title} {listen-addr} {server-mode}"),
  "crash-log-enabled": mutable(yesNo, true),
  "crash-memcheck-enabled": mutable(yesNo, true),
  "disable-thp": immutable(yesNo, true),
  "oom-score-adj": mutable(choice("no", "yes", "relative", "absolute"), "no"),
  "oom-score-adj-values": mutable(oomScores, [0, 200, 800]),
  server_cpulist: immutable(text(), unset),
  bio_cpulist: immutable(text(), unset),
  aof_rewrite_cpulist: immutable(text(), unset),
  bgsave_cpulist: immutable(text(), unset),
  "ignore-warnings": mutable(text(), unset),
  "enable-debug-command": immutable(noYesLocal, "no"),
  "enable-protected-configs": immutable(noYesLocal, "no"),
  "enable-module-command": immutable(noYesLocal, "no"),
  "notify-keyspace-events": mutable(keyspaceEvents, ""),
  hz: mutable(hz, 10),
  "dynamic-hz": mutable(yesNo, true),
  /** Seconds. */
  "shutdown-timeout": mutable(natural, 10),
  "shutdown-on-sigterm": mutable(shutdownOptions, ["default"]),
  "shutdown-on-sigint": mutable(shutdownOptions, ["default"]),

  // Replication
  replicaof: immutable(masterAddress, undefined, "slaveof"),
  masterauth: mutable(text(), unset),
  masteruser: mutable(text(), unset),
  "replica-serve-stale-data": mutable(yesNo, true, "slave-serve-stale-data"),
  "replica-read-only": mutable(yesNo, true, "slave-read-only"),
  "repl-diskless-sync": mutable(yesNo, true),
  /** Seconds. */
  "repl-diskless-sync-delay": mutable(natural, 5),
  "repl-diskless-sync-max-replicas": mutable(natural, 0),
  "repl-diskless-load": mutable(choice("disabled", "on-empty-db", "swapdb"), "disabled"),
  /** Seconds. */
  "repl-ping-replica-period": mutable(positive, 10, "repl-ping-slave-period"),
  /** Seconds. */
  "repl-timeout": mutable(positive, 60),
  "repl-disable-tcp-nodelay": mutable(yesNo, false),
  "repl-backlog-size": mutable(memory({ min: 1, max: LONG_MAX }), mebibyte),
  /** Seconds; 0 is for ever. */
  "repl-backlog-ttl": mutable(longNatural, 3600),
  "replica-priority": mutable(natural, 100, "slave-priority"),
  "replica-announced": mutable(yesNo, true),
  "replica-announce-ip": mutable(text(), unset, "slave-announce-ip"),
  "replica-announce-port": mutable(port, 0, "slave-announce-port"),
  "min-replicas-to-write": mutable(natural, 0, "min-slaves-to-write"),
  /** Seconds. */
  "min-replicas-max-lag": mutable(natural, 10, "min-slaves-max-lag"),
  "replica-ignore-maxmemory": mutable(yesNo, true, "slave-ignore-maxmemory"),
  "replica-lazy-flush": mutable(yesNo, false, "slave-lazy-flush"),
  "replica-ignore-disk-write-errors": mutable(yesNo, false),
  /** `halt` is ours: a replica that cannot apply a command stops, and says so. */
  "propagation-error-behavior": mutable(
    choice("ignore", "panic", "panic-on-replicas", "halt"),
    "ignore",
  ),
  "rdb-del-sync-files": mutable(yesNo, false),

  // Security
  requirepass: mutable(text(), unset),
  aclfile: immutable(text(), unset),
  "acllog-max-len": mutable(longNatural, 128),
  "acl-pubsub-default": mutable(choice("allchannels", "resetchannels"), "resetchannels"),
  "sanitize-dump-payload": mutable(choice("no", "yes", "clients"), "no"),

  // Memory and expiry
  maxmemory: mutable(memory({ min: 0, max: UNSIGNED_LONG_MAX }), 0),
  "maxmemory-policy": mutable(
    choice(
      "volatile-lru",
      "volatile-lfu",
      "volatile-random",
      "volatile-ttl",
      "allkeys-lru",
      "allkeys-lfu",
      "allkeys-random",
      "noeviction",
    ),
    "noeviction",
  ),
  "maxmemory-samples": mutable(positive, 5),
  "maxmemory-eviction-tenacity": mutable(integer({ min: 0, max: 100 }), 10),
  "lfu-log-factor": mutable(natural, 10),
  "lfu-decay-time": mutable(natural, 1),
  "lazyfree-lazy-eviction": mutable(yesNo, false),
  "lazyfree-lazy-expire": mutable(yesNo, false),
  "lazyfree-lazy-server-del": mutable(yesNo, false),
  "lazyfree-lazy-user-del": mutable(yesNo, false),
  "lazyfree-lazy-user-flush": mutable(yesNo, false),
  "active-expire-effort": mutable(integer({ min: 1, max: 10 }), 1),
  activerehashing: mutable(yesNo, true),
  activedefrag: mutable(yesNo, false),
  "active-defrag-cycle-min": mutable(integer({ min: 1, max: 99 }), 1),
  "active-defrag-cycle-max": mutable(integer({ min: 1, max: 99 }), 25),
  "active-defrag-threshold-lower": mutable(integer({ min: 0, max: 1000 }), 10),
  "active-defrag-threshold-upper": mutable(integer({ min: 0, max: 1000 }), 100),
  "active-defrag-ignore-bytes": mutable(memory({ min: 1, max: LONG_MAX }), 100 * mebibyte),
  "active-defrag-max-scan-fields": mutable(longPositive, 1000),
  "jemalloc-bg-thread": mutable(yesNo, true),

  // Persistence
  save: mutable(savePoints, DEFAULT_SAVE_POINTS),
  "stop-writes-on-bgsave-error": mutable(yesNo, true),
  rdbcompression: mutable(yesNo, true),
  rdbchecksum: immutable(yesNo, true),
  dbfilename: guarded(fileName, "dump.rdb"),
  "rdb-save-incremental-fsync": mutable(yesNo, true),
  /** Microseconds a key; negative: one microsecond every so many keys. */
  "rdb-key-save-delay": hidden(anyInt, 0),
  "key-load-delay": hidden(anyInt, 0),
  "loading-process-events-interval-bytes": hidden(
    integer({ min: 1024, max: INT_MAX }),
    2 * mebibyte,
  ),
  appendonly: mutable(yesNo, false),
  appendfilename: immutable(text(), "appendonly.aof"),
  appenddirname: immutable(text(), "appendonlydir"),
  appendfsync: mutable(choice("everysec", "always", "no"), "everysec"),
  "no-appendfsync-on-rewrite": mutable(yesNo, false),
  "auto-aof-rewrite-percentage": mutable(natural, 100),
  "auto-aof-rewrite-min-size": mutable(bytes, 64 * mebibyte),
  "aof-load-truncated": mutable(yesNo, true),
  "aof-use-rdb-preamble": mutable(yesNo, true),
  "aof-timestamp-enabled": mutable(yesNo, false),
  "aof-disable-auto-gc": mutable(yesNo, false),
  "aof-rewrite-incremental-fsync": mutable(yesNo, true),

  // Encodings of small values
  "hash-max-listpack-entries": mutable(longNatural, 512, "hash-max-ziplist-entries"),
  "hash-max-listpack-value": mutable(bytes, 64, "hash-max-ziplist-value"),
  "zset-max-listpack-entries": mutable(longNatural, 128, "zset-max-ziplist-entries"),
  "zset-max-listpack-value": mutable(bytes, 64, "zset-max-ziplist-value"),
  "set-max-intset-entries": mutable(longNatural, 512),
  "set-max-listpack-entries": mutable(longNatural, 128),
  "set-max-listpack-value": mutable(bytes, 64),
  "list-max-listpack-size": mutable(anyInt, -2, "list-max-ziplist-size"),
  "list-compress-depth": mutable(natural, 0),
  "hll-sparse-max-bytes": mutable(bytes, 3000),
  "stream-node-max-bytes": mutable(bytes, 4096),
  "stream-node-max-entries": mutable(longNatural, 100),

  // Observability
  /** Microseconds; -1 is off. */
  "slowlog-log-slower-than": mutable(integer({ min: -1, max: LONG_MAX }), 10000),
  "slowlog-max-len": mutable(longNatural, 128),
  /** Milliseconds; 0 is off. */
  "latency-monitor-threshold": mutable(longNatural, 0),
  "latency-tracking": mutable(yesNo, true),
  "latency-tracking-info-percentiles": mutable(percentiles, [50, 99, 99.9]),
  /** Milliseconds. */
  "busy-reply-threshold": mutable(longNatural, 5000, "lua-time-limit"),

  /** Ours: whether a replica refuses to be emptied by a master that lost its data. */
  "vedette-empty-master-guard": mutable(choice("no", "refuse"), "no"),
  /** Ours: files that hold `requirepass` and `masterauth`, read again when they change. */
  "vedette-requirepass-file": { ...immutable(text(), unset), isHidden: true },
  "vedette-masterauth-file": { ...immutable(text(), unset), isHidden: true },

  ...TLS_PARAMETERS,
  ...CLUSTER_PARAMETERS,
} satisfies Readonly<Record<string, Parameter<unknown>>>;

export type ParameterName = keyof typeof REDIS_PARAMETERS;

/** The value that a parameter holds. */
export type ParameterValue<Name extends ParameterName> =
  (typeof REDIS_PARAMETERS)[Name] extends Parameter<infer Value> ? Value : never;

/** A value for every parameter. */
export type ParameterValues = { readonly [Name in ParameterName]: ParameterValue<Name> };

export const PARAMETER_NAMES = Object.keys(REDIS_PARAMETERS) as readonly ParameterName[];

/** The parameter by itself, its values of any kind. */
export function parameterOf(name: ParameterName): Parameter<unknown> {
  return REDIS_PARAMETERS[name];
}

const NAMES_BY_WORD: ReadonlyMap<string, ParameterName> = new Map(
  PARAMETER_NAMES.flatMap((name) => {
    const { alias } = parameterOf(name);
    return alias === undefined
      ? [[name, name]]
      : [
          [name, name],
          [alias, name],
        ];
  }),
);

/** @returns the parameter of that name or alias, in any case of letters */
export function findParameter(word: string): ParameterName | undefined {
  return NAMES_BY_WORD.get(word.toLowerCase());
}

export const INITIAL_VALUES = Object.fromEntries(
  PARAMETER_NAMES.map((name) => [name, parameterOf(name).initial]),
) as ParameterValues;
