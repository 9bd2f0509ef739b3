import { monotonicNow } from "../clock.ts";
import type { Listener } from "../listener/listener.ts";
import { Rate } from "../rate.ts";

/** A line of INFO. */
export type Field = readonly [name: string, value: string | number];

/** Counted by who executes the commands. */
export interface CommandCount {
  readonly processed: number;
}

const KIB = 1024;
/** A sentinel does not replicate, has no keys, does not fork: exporters look for the fields all the same. */
const NO_REPLICATION_BYTES = ["total_net_repl_input_bytes", "total_net_repl_output_bytes"];
const NO_REPLICATION_RATES = ["instantaneous_input_repl_kbps", "instantaneous_output_repl_kbps"];
const NO_KEYSPACE = [
  "sync_full",
  "sync_partial_ok",
  "sync_partial_err",
  "expired_keys",
  "expired_stale_perc",
  "expired_time_cap_reached_count",
  "expire_cycle_cpu_milliseconds",
  "evicted_keys",
  "evicted_clients",
  "total_eviction_exceeded_time",
  "current_eviction_exceeded_time",
  "keyspace_hits",
  "keyspace_misses",
];
const NO_FORKS = [
  "pubsubshard_channels",
  "latest_fork_usec",
  "total_forks",
  "migrate_cached_sockets",
  "slave_expires_tracked_keys",
  "active_defrag_hits",
  "active_defrag_misses",
  "active_defrag_key_hits",
  "active_defrag_key_misses",
  "total_active_defrag_time",
  "current_active_defrag_time",
  "tracking_total_keys",
  "tracking_total_items",
  "tracking_total_prefixes",
  "unexpected_error_replies",
];
const NO_THREADS = ["io_threaded_reads_processed", "io_threaded_writes_processed"];
const NO_BUFFERS = ["reply_buffer_shrinks", "reply_buffer_expands"];
const FRACTIONS: ReadonlySet<string> = new Set(["expired_stale_perc", ...NO_REPLICATION_RATES]);

/** The section Stats of a sentinel's INFO, in Redis' order. */
export class ProcessStats {
  readonly #listener: Listener;
  readonly #commands: CommandCount;
  readonly #commandRate: Rate;
  readonly #inputRate: Rate;
  readonly #outputRate: Rate;

  constructor(listener: Listener, commands: CommandCount) {
    this.#listener = listener;
    this.#commands = commands;
    this.#commandRate = new Rate(() => commands.processed);
    this.#inputRate = new Rate(() => listener.stats.netInputBytes);
    this.#outputRate = new Rate(() => listener.stats.netOutputBytes);
  }

  fields(): readonly Field[] {
    const { stats, pubSub } = this.#listener;
    const now = monotonicNow();
    return [
      ["total_connections_received", stats.connectionsReceived],
      ["total_commands_processed", this.#commands.processed],
      ["instantaneous_ops_per_sec", Math.round(this.#commandRate.perSecond(now))],
      ["total_net_input_bytes", stats.netInputBytes],
      ["total_net_output_bytes", stats.netOutputBytes],
      ...NO_REPLICATION_BYTES.map(zero),
      ["instantaneous_input_kbps", kib(this.#inputRate.perSecond(now))],
      ["instantaneous_output_kbps", kib(this.#outputRate.perSecond(now))],
      ...NO_REPLICATION_RATES.map(zero),
      ["rejected_connections", stats.connectionsRejected],
      ...NO_KEYSPACE.map(zero),
      ["pubsub_channels", pubSub.channelCount],
      ["pubsub_patterns", pubSub.patternCount],
      ...NO_FORKS.map(zero),
      ["total_error_replies", stats.errorReplies],
      ["dump_payload_sanitizations", 0],
      ["total_reads_processed", stats.reads],
      ["total_writes_processed", stats.writes],
      ...NO_THREADS.map(zero),
      ["client_query_buffer_limit_disconnections", stats.queryBufferDisconnections],
      ["client_output_buffer_limit_disconnections", stats.outputBufferDisconnections],
      ...NO_BUFFERS.map(zero),
    ];
  }
}

function zero(name: string): Field {
  return [name, FRACTIONS.has(name) ? "0.00" : 0];
}

function kib(bytes: number): string {
  return (bytes / KIB).toFixed(2);
}
