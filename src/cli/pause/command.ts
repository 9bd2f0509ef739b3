import type { Argv } from "yargs";
import {
  jsonOption,
  masterPosition,
  orderOptions,
  type OutputOptions,
  type ReachOptions,
  reachOptions,
} from "../operator/options.ts";

export interface PauseOptions extends ReachOptions, OutputOptions {
  readonly master: string;
  /** Seconds. */
  readonly for: number;
  readonly reason: string | undefined;
  readonly yes: boolean;
}

export interface ResumeOptions extends ReachOptions, OutputOptions {
  readonly master: string;
  readonly reason: string | undefined;
}

const LONGEST_S = 7 * 86_400;
const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

/** `90s`, `15m`, `4h`, `1d`, or seconds alone. @returns seconds; NaN for anything else */
export function secondsOf(text: string): number {
  const [, digits = "", unit = "s"] = /^(\d{1,9})([smhd])?$/.exec(text.trim()) ?? [];
  return digits === "" ? Number.NaN : Number(digits) * (UNITS[unit] ?? Number.NaN);
}

/** The options of `vedette pause`. */
export function pauseOptions(yargs: Argv) {
  return orderOptions(yargs)
    .usage(
      "vedette pause MASTER [options]\n\n" +
        "No automatic failover of this master until the time is over or vedette resume: for maintenance.\n" +
        "All vedettes of the set agree on it; other sentinels know no pause, and it is said whether they\n" +
        "could fail over alone.\n\n" +
        "Exit status: 0 paused; 1 paused, but others could fail over alone; 2 refused; 3 no sentinel\n" +
        "answers; 4 not confirmed.",
    )
    .option("for", {
      type: "string",
      requiresArg: true,
      default: "1h",
      coerce: secondsOf,
      describe: "How long: 90s, 15m, 4h, 1d; at most a week",
    })
    .option("reason", {
      type: "string",
      requiresArg: true,
      describe: "Why, for those who find it paused",
    })
    .check(
      ({ for: seconds }) =>
        (seconds > 0 && seconds <= LONGEST_S) ||
        "--for: a time like 90s, 15m, 4h or 1d is expected, at most 7d",
    )
    .example(
      'vedette pause mymaster --for 30m --reason "kernel update"',
      "Maintenance of the master",
    );
}

/** The options of `vedette resume`. */
export function resumeOptions(yargs: Argv) {
  return masterPosition(jsonOption(reachOptions(yargs)))
    .usage(
      "vedette resume MASTER [options]\n\n" +
        "Ends a pause: failovers are made again, at once where the master is down.\n\n" +
        "Exit status: 0 resumed; 2 refused, or it was not paused; 3 no sentinel answers.",
    )
    .option("reason", { type: "string", requiresArg: true, describe: "For the record" })
    .example("vedette resume mymaster", "Maintenance is over");
}
