import type { ServerState } from "../state.ts";
import type { Field } from "./info.ts";

export function persistenceFields(state: ServerState): readonly Field[] {
  const { persistence, loading } = state;
  const { running } = persistence;
  const savesToFile = running?.target.kind === "file";
  const snapshot = running?.snapshot;
  const share = snapshot === undefined ? 0 : snapshot.keys / Math.max(1, snapshot.totalKeys);
  return [
    ["loading", loading !== undefined && !loading.serveMeanwhile ? 1 : 0],
    ["async_loading", loading?.serveMeanwhile === true ? 1 : 0],
    ["current_cow_peak", snapshot?.preservedBytes ?? 0],
    ["current_cow_size", snapshot?.preservedBytes ?? 0],
    ["current_cow_size_age", 0],
    ["current_fork_perc", (share * 100).toFixed(2)],
    ["current_save_keys_processed", snapshot?.keys ?? 0],
    ["current_save_keys_total", snapshot?.totalKeys ?? 0],
    ["rdb_changes_since_last_save", persistence.changes],
    ["rdb_bgsave_in_progress", running === undefined ? 0 : 1],
    ["rdb_last_save_time", persistence.lastSaveAt],
    ["rdb_last_bgsave_status", persistence.lastStatus],
    ["rdb_last_bgsave_time_sec", persistence.lastDurationSeconds],
    ["rdb_current_bgsave_time_sec", savesToFile ? secondsSince(state, running.startedAt) : -1],
    ["rdb_saves", persistence.saves],
    ["rdb_last_cow_size", 0],
    ["rdb_last_load_keys_expired", persistence.keysExpiredWhileLoading],
    ["rdb_last_load_keys_loaded", persistence.keysLoaded],
    ["aof_enabled", 0],
    ["aof_rewrite_in_progress", 0],
    ["aof_rewrite_scheduled", 0],
    ["aof_last_rewrite_time_sec", -1],
    ["aof_current_rewrite_time_sec", -1],
    ["aof_last_bgrewrite_status", "ok"],
    ["aof_last_write_status", "ok"],
    ["aof_last_cow_size", 0],
    ["module_fork_in_progress", 0],
    ["module_fork_last_cow_size", 0],
    ...loadingFields(state),
  ];
}

function loadingFields(state: ServerState): readonly Field[] {
  const { loading } = state;
  if (loading === undefined) return [];
  const { totalBytes, loadedBytes } = loading;
  const elapsedMs = state.now - loading.since;
  const share = totalBytes === 0 ? 0 : loadedBytes / totalBytes;
  const etaSeconds = share === 0 ? 1 : Math.ceil((elapsedMs * (1 - share)) / share / 1000);
  return [
    ["loading_start_time", Math.floor((state.unixNow - elapsedMs) / 1000)],
    ["loading_total_bytes", totalBytes],
    ["loading_rdb_used_mem", 0],
    ["loading_loaded_bytes", loadedBytes],
    ["loading_loaded_perc", (share * 100).toFixed(2)],
    ["loading_eta_seconds", etaSeconds],
  ];
}

function secondsSince(state: ServerState, moment: number): number {
  return Math.floor((state.now - moment) / 1000);
}
