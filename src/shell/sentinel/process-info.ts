import { arch, release, type } from "node:os";
import type { RunId } from "../../base/ids.ts";
import type { Millis } from "../../base/units.ts";
import { REDIS_VERSION } from "../../server/version.ts";
import { monotonicNow, wallClockNow } from "../clock.ts";
import type { Listener } from "../listener/listener.ts";
import { listenerLines } from "../listener/listener-lines.ts";

const SECONDS_A_DAY = 86_400;
const MICROSECONDS = 1e6;
/** The LRU clock has 24 bits. */
const LRU_CLOCK = 2 ** 24;
/** Clients show it; nothing of ours runs at a frequency. */
const HZ = 10;

/** What INFO tells of the process. */
export interface ProcessFacts {
  readonly version: string;
  /** Of this lifetime; not the sentinel's id. */
  readonly runId: RunId;
  readonly configFile: string;
  readonly bind: readonly string[];
  readonly unixSocket: string | undefined;
  readonly maxClients: number;
  readonly startedAt: Millis;
}

const ALL: ReadonlySet<string> = new Set(["default", "all", "everything"]);

/** What exporters look for and a sentinel has none of, in Redis' order. */
const KEYSPACE_STATS = [
  "sync_full",
  "sync_partial_ok",
  "sync_partial_err",
  "expired_keys",
  "evicted_keys",
  "evicted_clients",
  "keyspace_hits",
  "keyspace_misses",
];
const PROCESS_STATS = ["pubsubshard_channels", "latest_fork_usec", "total_forks"];

type Field = readonly [string, string | number];

/** The sections of INFO about the process: server, clients, stats and cpu (spec sentinel §7.14). */
export class ProcessInfo {
  readonly #facts: ProcessFacts;
  readonly #listener: Listener;
  readonly #rate: CommandRate;
  readonly #sections: ReadonlyMap<string, () => readonly Field[]>;

  constructor(
    facts: ProcessFacts,
    { listener, commands }: { readonly listener: Listener; readonly commands: CommandCount },
  ) {
    this.#facts = facts;
    this.#listener = listener;
    this.#rate = new CommandRate(commands);
    this.#sections = new Map([
      ["Server", () => this.#server()],
      ["Clients", () => this.#clients()],
      ["Stats", () => this.#stats(commands.processed)],
      ["CPU", () => this.#cpu()],
    ]);
  }

  /**
   * The whole text, sections in Redis' order with an empty line between them.
   * @param wanted names in lower case; `default`, `all` and `everything` are all of them
   * @param sentinel the section that the core wrote, undefined when it is not wanted
   */
  compose(wanted: readonly string[], sentinel: string | undefined): string {
    const isAll = wanted.some((name) => ALL.has(name));
    const texts: string[] = [];
    for (const [title, fields] of this.#sections) {
      if (!isAll && !wanted.includes(title.toLowerCase())) continue;
      const lines = fields().map(([name, value]) => `${name}:${value}\r\n`);
      texts.push(`# ${title}\r\n${lines.join("")}`);
    }
    if (sentinel !== undefined) texts.push(sentinel);
    return texts.join("\r\n");
  }

  #server(): readonly Field[] {
    const { version, runId, configFile, startedAt } = this.#facts;
    const uptimeSeconds = Math.floor((monotonicNow() - startedAt) / 1000);
    const unixMs = wallClockNow();
    return [
      ["redis_version", REDIS_VERSION],
      ["vedette_version", version],
      ["redis_git_sha1", "00000000"],
      ["redis_git_dirty", 0],
      ["redis_build_id", "0000000000000000"],
      ["redis_mode", "sentinel"],
      ["os", `${type()} ${release()} ${arch()}`],
      ["arch_bits", 64],
      ["monotonic_clock", "Node.js performance.now"],
      ["multiplexing_api", "libuv"],
      ["atomicvar_api", "none"],
      ["gcc_version", "0.0.0"],
      ["node_version", process.version],
      ["process_id", process.pid],
      ["process_supervised", "no"],
      ["run_id", runId],
      ["tcp_port", this.#listener.port || this.#listener.tlsPort],
      ["server_time_usec", unixMs * 1000],
      ["uptime_in_seconds", uptimeSeconds],
      ["uptime_in_days", Math.floor(uptimeSeconds / SECONDS_A_DAY)],
      ["hz", HZ],
      ["configured_hz", HZ],
      ["lru_clock", Math.floor(unixMs / 1000) % LRU_CLOCK],
      ["executable", process.argv[1] ?? process.execPath],
      ["config_file", configFile],
      ["io_threads_active", 0],
      ...this.#listenerFields(),
    ];
  }

  #listenerFields(): readonly Field[] {
    const { port, tlsPort } = this.#listener;
    const { bind, unixSocket } = this.#facts;
    return listenerLines({ bind, port, tlsPort, unixSocket }).map((line, index) => [
      `listener${index}`,
      line,
    ]);
  }

  #clients(): readonly Field[] {
    const { clients } = this.#listener;
    const subscribers = clients.accepted().filter(({ subscriptions }) => subscriptions > 0);
    return [
      ["connected_clients", clients.size],
      ["cluster_connections", 0],
      ["maxclients", this.#facts.maxClients],
      ["client_recent_max_input_buffer", 0],
      ["client_recent_max_output_buffer", 0],
      ["blocked_clients", 0],
      ["tracking_clients", 0],
      ["pubsub_clients", subscribers.length],
      ["watching_clients", 0],
      ["clients_in_timeout_table", 0],
      ["total_watched_keys", 0],
      ["total_blocking_keys", 0],
      ["total_blocking_keys_on_nokey", 0],
    ];
  }

  #stats(commandsProcessed: number): readonly Field[] {
    const { stats, pubSub } = this.#listener;
    return [
      ["total_connections_received", stats.connectionsReceived],
      ["total_commands_processed", commandsProcessed],
      ["instantaneous_ops_per_sec", this.#rate.perSecond(monotonicNow())],
      ["total_net_input_bytes", stats.netInputBytes],
      ["total_net_output_bytes", stats.netOutputBytes],
      ["total_net_repl_input_bytes", 0],
      ["total_net_repl_output_bytes", 0],
      ["rejected_connections", stats.connectionsRejected],
      ...zeros(KEYSPACE_STATS),
      ["pubsub_channels", pubSub.channelCount],
      ["pubsub_patterns", pubSub.patternCount],
      ...zeros(PROCESS_STATS),
      ["total_error_replies", stats.errorReplies],
      ["client_query_buffer_limit_disconnections", stats.queryBufferDisconnections],
      ["client_output_buffer_limit_disconnections", stats.outputBufferDisconnections],
    ];
  }

  #cpu(): readonly Field[] {
    const { user, system } = process.cpuUsage();
    return [
      ["used_cpu_sys", seconds(system)],
      ["used_cpu_user", seconds(user)],
      ["used_cpu_sys_children", seconds(0)],
      ["used_cpu_user_children", seconds(0)],
      ["used_cpu_sys_main_thread", seconds(system)],
      ["used_cpu_user_main_thread", seconds(user)],
    ];
  }
}

function seconds(microseconds: number): string {
  return (microseconds / MICROSECONDS).toFixed(6);
}

function zeros(names: readonly string[]): Field[] {
  return names.map((name) => [name, 0]);
}

/** Counted by who executes the commands. */
export interface CommandCount {
  readonly processed: number;
}

/** A window is closed when somebody asks for the rate, at the earliest after this. */
const WINDOW_MS = 1_000;

/** Commands in a second, measured between the times somebody asks: an idle sentinel does nothing. */
class CommandRate {
  readonly #commands: CommandCount;
  #windowStart: Millis = monotonicNow();
  #countAtStart = 0;
  #rate = 0;

  constructor(commands: CommandCount) {
    this.#commands = commands;
  }

  perSecond(now: Millis): number {
    const elapsedMs = now - this.#windowStart;
    if (elapsedMs >= WINDOW_MS) {
      const count = this.#commands.processed;
      this.#rate = Math.round(((count - this.#countAtStart) * 1000) / elapsedMs);
      this.#windowStart = now;
      this.#countAtStart = count;
    }
    return this.#rate;
  }
}
