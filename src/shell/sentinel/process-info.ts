import type { Supervision } from "../supervision.ts";
import { arch, release, type } from "node:os";
import type { RunId } from "../../base/ids.ts";
import type { Millis } from "../../base/units.ts";
import { REDIS_VERSION } from "../../server/version.ts";
import { monotonicNow, wallClockNow } from "../clock.ts";
import type { Listener } from "../listener/listener.ts";
import { listenerLines } from "../listener/listener-lines.ts";
import { type CommandCount, type Field, ProcessStats } from "./process-stats.ts";

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
  readonly supervision: Supervision;
  readonly maxClients: number;
  readonly startedAt: Millis;
}

const ALL: ReadonlySet<string> = new Set(["default", "all", "everything"]);

/** The sections of INFO about the process: server, clients, stats and cpu (spec sentinel §7.14). */
export class ProcessInfo {
  readonly #facts: ProcessFacts;
  readonly #listener: Listener;
  readonly #stats: ProcessStats;
  readonly #sections: ReadonlyMap<string, () => readonly Field[]>;

  constructor(
    facts: ProcessFacts,
    { listener, commands }: { readonly listener: Listener; readonly commands: CommandCount },
  ) {
    this.#facts = facts;
    this.#listener = listener;
    this.#stats = new ProcessStats(listener, commands);
    this.#sections = new Map([
      ["Server", () => this.#server()],
      ["Clients", () => this.#clients()],
      ["Stats", () => this.#stats.fields()],
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
    const { version, runId, configFile, supervision, startedAt } = this.#facts;
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
      ["process_supervised", supervision],
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
