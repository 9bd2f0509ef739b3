import type { Settings } from "../../server/settings.ts";
import { announcedPort } from "../../wire/conf/tls-settings.ts";
import type { ServerConfigTable } from "../../wire/server-conf/server-config.ts";
import type { AccessSettings } from "../listener/access/access-control.ts";
import type { ListenerSettings } from "../listener/settings.ts";

/** Redis raises a smaller backlog to this. */
const SMALLEST_BACKLOG_BYTES = 16 * 1024;

/** What the deciding floor reads of the configuration. */
export function settingsOf(table: ServerConfigTable): Settings {
  return {
    port: table.port || table["tls-port"],
    announcedPort: announcedPort(table),
    databases: table.databases,
    hz: table.hz,
    replicaReadOnly: table["replica-read-only"],
    replicaServeStaleData: table["replica-serve-stale-data"],
    replicaPriority: table["replica-priority"],
    replicaAnnounced: table["replica-announced"],
    replicaAnnounceIp: table["replica-announce-ip"],
    replicaAnnouncePort: table["replica-announce-port"],
    masterUser: table.masteruser,
    masterAuth: table.masterauth,
    replDisklessSync: table["repl-diskless-sync"],
    replDisklessSyncDelaySeconds: table["repl-diskless-sync-delay"],
    replDisklessSyncMaxReplicas: table["repl-diskless-sync-max-replicas"],
    replDisklessLoad: table["repl-diskless-load"],
    replPingReplicaPeriodSeconds: table["repl-ping-replica-period"],
    replTimeoutSeconds: table["repl-timeout"],
    replBacklogSizeBytes: Math.max(SMALLEST_BACKLOG_BYTES, table["repl-backlog-size"]),
    replBacklogTtlSeconds: table["repl-backlog-ttl"],
    minReplicasToWrite: table["min-replicas-to-write"],
    minReplicasMaxLagSeconds: table["min-replicas-max-lag"],
    propagationErrorBehavior: table["propagation-error-behavior"],
    emptyMasterGuard: table["vedette-empty-master-guard"] === "refuse",
    savePoints: table.save,
    stopWritesOnBgsaveError: table["stop-writes-on-bgsave-error"],
    rdbCompression: table.rdbcompression,
    rdbChecksum: table.rdbchecksum,
    rdbDelSyncFiles: table["rdb-del-sync-files"],
    hashPacking: {
      entries: table["hash-max-listpack-entries"],
      bytes: table["hash-max-listpack-value"],
    },
    sortedSetPacking: {
      entries: table["zset-max-listpack-entries"],
      bytes: table["zset-max-listpack-value"],
    },
    maxIntsetEntries: table["set-max-intset-entries"],
    keyLoadDelayMicros: table["key-load-delay"],
    maxMemoryBytes: table.maxmemory,
    maxMemoryPolicy: table["maxmemory-policy"],
    maxMemorySamples: table["maxmemory-samples"],
    lfuLogFactor: table["lfu-log-factor"],
    lfuDecayMinutes: table["lfu-decay-time"],
    replicaIgnoreMaxMemory: table["replica-ignore-maxmemory"],
    lazyfreeLazyEviction: table["lazyfree-lazy-eviction"],
    lazyfreeLazyExpire: table["lazyfree-lazy-expire"],
    maxBulkBytes: table["proto-max-bulk-len"],
    shutdownTimeoutSeconds: table["shutdown-timeout"],
    slowLogMicros: table["slowlog-log-slower-than"],
    slowLogLength: table["slowlog-max-len"],
    latencyThresholdMs: table["latency-monitor-threshold"],
    latencyTracking: table["latency-tracking"],
    latencyPercentiles: table["latency-tracking-info-percentiles"],
    keyspaceEvents: table["notify-keyspace-events"],
    debugCommand: table["enable-debug-command"],
  };
}

/** What it says about users. */
export function accessSettingsOf(table: ServerConfigTable): AccessSettings {
  return {
    channelDefault: table["acl-pubsub-default"],
    logMaxLength: table["acllog-max-len"],
    usersFile: table.aclfile,
  };
}

/** What the listener reads of it; a replica's limit is never below the backlog (spec §1.4). */
export function listenerSettingsOf(table: () => ServerConfigTable): ListenerSettings {
  return {
    get maxClients() {
      return table().maxclients;
    },
    get idleTimeoutSeconds() {
      return table().timeout;
    },
    get tcpKeepaliveSeconds() {
      return table()["tcp-keepalive"];
    },
    get protectedMode() {
      return table()["protected-mode"];
    },
    get maxBulkLength() {
      return table()["proto-max-bulk-len"];
    },
    get queryBufferLimit() {
      return table()["client-query-buffer-limit"];
    },
    get outputLimits() {
      return outputLimitsOf(table());
    },
  };
}

function outputLimitsOf(table: ServerConfigTable): ListenerSettings["outputLimits"] {
  const limits = table["client-output-buffer-limit"];
  const { hardBytes, softBytes, softSeconds } = limits.replica;
  const floor = Math.max(SMALLEST_BACKLOG_BYTES, table["repl-backlog-size"]);
  const raised = hardBytes === 0 ? 0 : Math.max(hardBytes, floor);
  return { ...limits, replica: { hardBytes: raised, softBytes, softSeconds } };
}
