import type { Address } from "../base/address.ts";

/** What a data server tells of itself, before it is text. */
export interface ServerFacts {
  readonly runId: string;
  readonly isLoading: boolean;
  readonly master: MasterFacts | undefined;
  readonly replid: string;
  readonly offset: number;
  /** The history that this one goes on from, up to there. */
  readonly before: { readonly replid: string; readonly offset: number } | undefined;
  readonly keys: number;
  /** Of those that were there when it started. */
  readonly keysLoaded: number;
  readonly priority: number;
  readonly handOverState: string;
  readonly replicas: readonly (Address & {
    readonly ackedOffset: number;
    readonly isOnline: boolean;
  })[];
}

export interface MasterFacts {
  readonly address: Address;
  readonly isUp: boolean;
  readonly isSyncing: boolean;
  /** Since anything came from it. */
  readonly lastIoSeconds: number;
  /** -1: it never was up. */
  readonly downSeconds: number;
}

/** INFO as redis-server 7.0 words it, as far as anybody in a simulation reads it. */
export function formatInfo(facts: ServerFacts): string {
  const { master } = facts;
  const lines = [
    "# Server",
    "redis_version:7.0.15",
    `run_id:${facts.runId}`,
    "",
    "# Persistence",
    `loading:${facts.isLoading ? 1 : 0}`,
    `rdb_last_load_keys_loaded:${facts.keysLoaded}`,
    "aof_enabled:0",
    "",
    "# Replication",
    `role:${master === undefined ? "master" : "slave"}`,
  ];
  if (master !== undefined) {
    lines.push(
      `master_host:${master.address.host}`,
      `master_port:${master.address.port}`,
      `master_link_status:${master.isUp ? "up" : "down"}`,
      `master_last_io_seconds_ago:${master.isUp ? master.lastIoSeconds : -1}`,
      `master_sync_in_progress:${master.isSyncing ? 1 : 0}`,
      `slave_repl_offset:${facts.offset}`,
    );
    if (!master.isUp) lines.push(`master_link_down_since_seconds:${master.downSeconds}`);
    lines.push(`slave_priority:${facts.priority}`, "slave_read_only:1", "replica_announced:1");
  }
  lines.push(`connected_slaves:${facts.replicas.length}`);
  for (const [index, { host, port, ackedOffset, isOnline }] of facts.replicas.entries()) {
    const state = isOnline ? "online" : "wait_bgsave";
    lines.push(`slave${index}:ip=${host},port=${port},state=${state},offset=${ackedOffset},lag=0`);
  }
  lines.push(
    `master_failover_state:${facts.handOverState}`,
    `master_replid:${facts.replid}`,
    `master_replid2:${facts.before?.replid ?? "0".repeat(40)}`,
    `master_repl_offset:${facts.offset}`,
    `second_repl_offset:${facts.before === undefined ? -1 : facts.before.offset + 1}`,
    "",
    "# Keyspace",
  );
  if (facts.keys > 0) lines.push(`db0:keys=${facts.keys},expires=0,avg_ttl=0`);
  lines.push("");
  return lines.join("\r\n");
}
