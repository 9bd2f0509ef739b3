import { type AllCommandStats, noteDuration, statsOf } from "./command-stats.ts";
import type { Millis } from "../../base/units.ts";
import type { Client } from "../client.ts";
import { calledName, type Command, FLAG } from "../command.ts";
import type { Arguments } from "../environment.ts";
import type { ServerState } from "../state.ts";
import { LatencyEvents } from "./latency-events.ts";
import { feedMonitors } from "./monitors.ts";
import { redacted } from "./redaction.ts";
import { SlowLog } from "./slow-log.ts";

/** What is kept of the commands that were executed: statistics, slow calls, and who looks on. */
export interface Observation {
  readonly commands: AllCommandStats;
  readonly slowLog: SlowLog;
  readonly latency: LatencyEvents;
  /** Clients in MONITOR. */
  readonly monitors: Set<Client>;
  /** When the call that ended last ended: where the next one of the same turn begins. */
  measuredAt: Millis;
  /** Error replies up to the end of that call. */
  errorReplies: number;
}

export function newObservation(now: Millis): Observation {
  return {
    commands: new Map(),
    slowLog: new SlowLog(),
    latency: new LatencyEvents(),
    monitors: new Set(),
    measuredAt: now,
    errorReplies: 0,
  };
}

/** To be called when a command has run. @param startedAt when it began */
export function noteCall(
  state: ServerState,
  client: Client,
  command: Command,
  args: Arguments,
  startedAt: Millis,
): void {
  const { monitors } = state.observation;
  // Who waited for keys has been shown when the wait began, and is counted when it ends.
  if (monitors.size > 0 && !state.blocking.isServing) feedMonitors(state, client, command, args);
  if (client.wait === undefined || client.wait.kind === "pause") {
    noteEnd(state, client, command, args, startedAt);
  } else {
    state.observation.measuredAt = state.environment.clock();
  }
}

/** A call is over, and its reply written. */
export function noteEnd(
  state: ServerState,
  client: Client,
  command: Command,
  args: Arguments,
  startedAt: Millis,
): void {
  const { observation, settings, environment } = state;
  const endedAt = environment.clock();
  const milliseconds = endedAt - startedAt;
  observation.measuredAt = endedAt;
  const errors = environment.errorReplies();
  const name = command.subcommands === undefined ? command.name : calledName(command, args);
  const stats = statsOf(observation.commands, name);
  if (errors > observation.errorReplies) stats.failed++;
  observation.errorReplies = errors;
  stats.calls++;
  stats.milliseconds += milliseconds;
  if (settings.latencyTracking) noteDuration(stats, milliseconds);
  if (settings.slowLogMicros >= 0 && milliseconds * 1000 >= settings.slowLogMicros) {
    noteSlowCall(state, { client, args, name }, milliseconds);
  }
  if (settings.latencyThresholdMs > 0 && command.name !== "exec") {
    noteLatency(state, command.flags & FLAG.fast ? "fast-command" : "command", milliseconds);
  }
}

/** A request that was refused before its command ran. */
export function noteRejection(state: ServerState, command: Command, args: Arguments): void {
  const word = args.length > 1 ? calledName(command, args) : command.name;
  const isKnown = command.subcommands?.has(word.slice(command.name.length + 1)) === true;
  statsOf(state.observation.commands, isKnown ? word : command.name).rejected++;
  state.observation.errorReplies = state.environment.errorReplies();
}

/** Something else than a command took its time, such as `expire-cycle`. */
export function noteLatency(state: ServerState, event: string, milliseconds: number): void {
  const threshold = state.settings.latencyThresholdMs;
  if (threshold === 0 || milliseconds < threshold) return;
  const unixSeconds = Math.floor(state.unixNow / 1000);
  state.observation.latency.add(event, { unixSeconds, milliseconds: Math.floor(milliseconds) });
}

function noteSlowCall(
  state: ServerState,
  { client, args, name }: { readonly client: Client; args: Arguments; name: string },
  milliseconds: number,
): void {
  // What EXEC ran is there already.
  if (name === "exec") return;
  const slow = {
    unixSeconds: Math.floor(state.unixNow / 1000),
    micros: Math.floor(milliseconds * 1000),
    args: redacted(name, args),
    address: client.connection.remoteAddress,
    clientName: client.connection.name,
  };
  state.observation.slowLog.add(slow, state.settings.slowLogLength);
}
