import type { ServerState } from "../state.ts";
import { localExpiryCount } from "../replication/local-expiry.ts";
import { operationsPerSecond } from "../stats.ts";
import type { Field } from "./info.ts";

export function statsFields(state: ServerState): readonly Field[] {
  const { stats } = state;
  const { connections, eventLoop } = state.environment.facts();
  const { denials } = connections;
  return [
    ["total_connections_received", connections.received],
    ["total_commands_processed", stats.commandsProcessed],
    ["instantaneous_ops_per_sec", operationsPerSecond(stats)],
    ["total_net_input_bytes", connections.netInputBytes],
    ["total_net_output_bytes", connections.netOutputBytes],
    ["total_net_repl_input_bytes", stats.replicationInputBytes],
    ["total_net_repl_output_bytes", stats.replicationOutputBytes],
    ["instantaneous_input_kbps", kibibytes(connections.inputBytesPerSecond)],
    ["instantaneous_output_kbps", kibibytes(connections.outputBytesPerSecond)],
    ["rejected_connections", connections.rejected],
    ["sync_full", stats.syncFull],
    ["sync_partial_ok", stats.syncPartialOk],
    ["sync_partial_err", stats.syncPartialErr],
    ["expired_subkeys", stats.expiredFields],
    ["expired_keys", stats.expiredKeys],
    ["expired_stale_perc", "0.00"],
    ["expired_time_cap_reached_count", stats.expireCapReached],
    ["expire_cycle_cpu_milliseconds", 0],
    ["evicted_keys", stats.evictedKeys],
    ["evicted_clients", 0],
    ["total_eviction_exceeded_time", 0],
    ["current_eviction_exceeded_time", 0],
    ["keyspace_hits", stats.keyspaceHits],
    ["keyspace_misses", stats.keyspaceMisses],
    ["pubsub_channels", connections.channels],
    ["pubsub_patterns", connections.patterns],
    ["pubsubshard_channels", connections.shardChannels],
    ["latest_fork_usec", 0],
    ["total_forks", stats.snapshots],
    ["migrate_cached_sockets", 0],
    ["slave_expires_tracked_keys", localExpiryCount(state.replication.localExpiries)],
    ["active_defrag_hits", 0],
    ["active_defrag_misses", 0],
    ["active_defrag_key_hits", 0],
    ["active_defrag_key_misses", 0],
    ["tracking_total_keys", 0],
    ["tracking_total_items", 0],
    ["tracking_total_prefixes", 0],
    ["unexpected_error_replies", stats.unexpectedErrorReplies],
    ["total_error_replies", connections.errorReplies],
    ["dump_payload_sanitizations", 0],
    ["total_reads_processed", connections.reads],
    ["total_writes_processed", connections.writes],
    ["io_threaded_reads_processed", 0],
    ["io_threaded_writes_processed", 0],
    ["client_query_buffer_limit_disconnections", connections.queryBufferLimitDisconnections],
    ["client_output_buffer_limit_disconnections", connections.outputBufferLimitDisconnections],
    ["reply_buffer_shrinks", 0],
    ["reply_buffer_expands", 0],
    ["eventloop_cycles", eventLoop.cycles],
    ["eventloop_duration_sum", eventLoop.activeMicros],
    ["eventloop_duration_cmd_sum", commandMicros(state)],
    ["instantaneous_eventloop_cycles_per_sec", Math.round(eventLoop.cyclesPerSecond)],
    ["instantaneous_eventloop_duration_usec", Math.round(eventLoop.microsPerCycle)],
    ["acl_access_denied_auth", denials.auth],
    ["acl_access_denied_cmd", denials.command],
    ["acl_access_denied_key", denials.key],
    ["acl_access_denied_channel", denials.channel],
  ];
}

function kibibytes(bytes: number): string {
  return (bytes / 1024).toFixed(2);
}

function commandMicros(state: ServerState): number {
  let sum = 0;
  for (const { milliseconds } of state.observation.commands.values()) sum += milliseconds * 1000;
  return Math.round(sum);
}
