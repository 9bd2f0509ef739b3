import { DurationHistogram } from "./duration-histogram.ts";

/** What INFO tells of one command, or of one subcommand as `config|get`. */
export interface CommandStats {
  calls: number;
  milliseconds: number;
  /** Requests that were refused before the command ran: by a gate, or for their arity. */
  rejected: number;
  /** Calls that answered with an error. */
  failed: number;
  /** Absent while `latency-tracking` is off. */
  durations: DurationHistogram | undefined;
}

export type AllCommandStats = Map<string, CommandStats>;

export function statsOf(all: AllCommandStats, name: string): CommandStats {
  let stats = all.get(name);
  if (stats === undefined) {
    stats = { calls: 0, milliseconds: 0, rejected: 0, failed: 0, durations: undefined };
    all.set(name, stats);
  }
  return stats;
}

export function noteDuration(stats: CommandStats, milliseconds: number): void {
  stats.durations ??= new DurationHistogram();
  stats.durations.add(milliseconds);
}
