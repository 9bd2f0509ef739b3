import { REDIS_VERSION } from "../version.ts";
import { memoryOfReplicas, STARTUP_BYTES, usedMemory } from "../memory/usage.ts";
import type { ServerState } from "../state.ts";
import { watchedKeyCount } from "../transactions.ts";
import type { Field } from "./info.ts";

const SECONDS_A_DAY = 86_400;
/** The LRU clock has 24 bits. */
const LRU_CLOCK = 2 ** 24;

export function serverFields(state: ServerState): readonly Field[] {
  const facts = state.environment.facts();
  const { settings } = state;
  const uptimeSeconds = Math.floor((state.now - state.startedAt) / 1000);
  return [
    ["redis_version", REDIS_VERSION],
    ["vedette_version", facts.vedetteVersion],
    ["redis_git_sha1", "00000000"],
    ["redis_git_dirty", 0],
    ["redis_build_id", "0000000000000000"],
    ["redis_mode", "standalone"],
    ["os", facts.os],
    ["arch_bits", 64],
    ["monotonic_clock", "Node.js performance.now"],
    ["multiplexing_api", "libuv"],
    ["gcc_version", "0.0.0"],
    ["node_version", facts.nodeVersion],
    ["process_id", facts.processId],
    ["process_supervised", facts.supervision],
    ["run_id", state.runId],
    ["tcp_port", settings.port],
    ["server_time_usec", state.unixNow * 1000],
    ["uptime_in_seconds", uptimeSeconds],
    ["uptime_in_days", Math.floor(uptimeSeconds / SECONDS_A_DAY)],
    ["hz", settings.hz],
    ["configured_hz", settings.hz],
    ["lru_clock", Math.floor(state.unixNow / 1000) % LRU_CLOCK],
    ["executable", facts.executable],
    ["config_file", facts.configFile],
    ["io_threads_active", 0],
    ...shutdownField(state),
    ...facts.listeners.map((listener, index): Field => [`listener${index}`, listener]),
  ];
}

function shutdownField(state: ServerState): readonly Field[] {
  if (state.shutdown === undefined) return [];
  return [["shutdown_in_milliseconds", Math.max(0, Math.ceil(state.shutdown.until - state.now))]];
}

export function clientFields(state: ServerState): readonly Field[] {
  const { connections } = state.environment.facts();
  const clients = [...state.clients.values()];
  const watching = clients.filter((client) => client.watched.length > 0);
  const waiting = clients.filter((client) => client.wait !== undefined);
  return [
    ["connected_clients", connections.connected],
    ["cluster_connections", 0],
    ["maxclients", connections.maxClients],
    ["client_recent_max_input_buffer", 0],
    ["client_recent_max_output_buffer", 0],
    ["blocked_clients", waiting.length],
    ["tracking_clients", 0],
    ["pubsub_clients", connections.pubsubClients],
    ["watching_clients", watching.length],
    ["clients_in_timeout_table", state.waiters.size + state.blocking.clients.size],
    ["total_watched_keys", watchedKeyCount(state.keyspace)],
    ["total_blocking_keys", 0],
    ["total_blocking_keys_on_nokey", 0],
  ];
}

export function memoryFields(state: ServerState): readonly Field[] {
  const facts = state.environment.facts();
  state.clientBytes = state.environment.clientBytes();
  const used = usedMemory(state);
  const { stats, settings } = state;
  stats.peakMemoryBytes = Math.max(stats.peakMemoryBytes, used);
  const peak = stats.peakMemoryBytes;
  const dataset = state.keyspace.bytes;
  const resident = facts.residentMemoryBytes;
  const { backlog, peers } = state.replication;
  const backlogBytes = backlog?.length ?? 0;
  const forReplicas = memoryOfReplicas(state);
  return [
    ["used_memory", used],
    ["used_memory_human", humanBytes(used)],
    ["used_memory_rss", resident],
    ["used_memory_rss_human", humanBytes(resident)],
    ["used_memory_peak", peak],
    ["used_memory_peak_human", humanBytes(peak)],
    ["used_memory_peak_perc", `${((used / peak) * 100).toFixed(2)}%`],
    ["used_memory_overhead", used - dataset],
    ["used_memory_startup", STARTUP_BYTES],
    ["used_memory_dataset", dataset],
    ["used_memory_dataset_perc", `${((dataset / (used - STARTUP_BYTES || 1)) * 100).toFixed(2)}%`],
    ["allocator_allocated", facts.usedMemoryBytes],
    ["allocator_active", resident],
    ["allocator_resident", resident],
    ["total_system_memory", facts.totalSystemMemoryBytes],
    ["total_system_memory_human", humanBytes(facts.totalSystemMemoryBytes)],
    ["used_memory_lua", 0],
    ["used_memory_scripts", 0],
    ["number_of_cached_scripts", 0],
    ["maxmemory", settings.maxMemoryBytes],
    ["maxmemory_human", humanBytes(settings.maxMemoryBytes)],
    ["maxmemory_policy", settings.maxMemoryPolicy],
    ["allocator_frag_ratio", (resident / Math.max(1, facts.usedMemoryBytes)).toFixed(2)],
    ["allocator_frag_bytes", resident - facts.usedMemoryBytes],
    ["mem_fragmentation_ratio", (resident / Math.max(1, used)).toFixed(2)],
    ["mem_fragmentation_bytes", resident - used],
    ["mem_not_counted_for_evict", forReplicas],
    ["mem_replication_backlog", Math.min(backlogBytes, backlog?.size ?? 0)],
    ["mem_total_replication_buffers", backlogBytes],
    ["mem_clients_slaves", peers.size === 0 ? 0 : forReplicas],
    ["mem_clients_normal", state.clientBytes],
    ["mem_cluster_links", 0],
    ["mem_aof_buffer", 0],
    ["mem_allocator", "v8"],
    ["active_defrag_running", 0],
    ["lazyfree_pending_objects", 0],
    ["lazyfreed_objects", 0],
  ];
}

const UNITS = ["B", "K", "M", "G", "T", "P"];

/** `1.94M`, `32.00K`, `200B`: as Redis shows sizes. */
function humanBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes}B`;
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log2(bytes) / 10));
  return `${(bytes / 1024 ** power).toFixed(2)}${UNITS[power] ?? ""}`;
}
