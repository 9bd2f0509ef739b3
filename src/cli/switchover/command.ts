import type { Argv } from "yargs";
import {
  orderOptions,
  type OutputOptions,
  type ReachOptions,
  secondsCheck,
} from "../operator/options.ts";

export interface SwitchoverOptions extends ReachOptions, OutputOptions {
  readonly master: string;
  readonly to: string | undefined;
  readonly within: number | undefined;
  readonly limit: number;
  readonly yes: boolean;
}

/** The options of `vedette switchover`. */
export function switchoverOptions(yargs: Argv) {
  return orderOptions(yargs)
    .usage(
      "vedette switchover MASTER [options]\n\n" +
        "Moves a healthy master to one of its replicas without losing an acknowledged write: the old one\n" +
        "takes no writes for a moment, the new one catches up, all sentinels announce it. When that is\n" +
        "not possible in time, all stays as it is. Needs a vedette among the sentinels.\n\n" +
        "Exit status: 0 done and announced by all; 1 done, not by all; 2 refused or taken back; 3 no\n" +
        "sentinel answers; 4 not confirmed.",
    )
    .option("to", {
      type: "string",
      requiresArg: true,
      describe: "HOST:PORT of the replica; without it the best one",
    })
    .option("within", {
      type: "number",
      requiresArg: true,
      describe: "Take it back unless the replica has caught up within so many ms",
    })
    .option("limit", {
      type: "number",
      requiresArg: true,
      default: 120,
      describe: "Wait no longer than so many seconds for the end",
    })
    .check(({ limit, within }) =>
      within === undefined || (Number.isSafeInteger(within) && within > 0)
        ? secondsCheck("limit", limit)
        : "--within: a whole number of ms above 0 is expected",
    )
    .example("vedette switchover mymaster", "To the best replica")
    .example("vedette switchover mymaster --to 192.0.2.22:6379 --yes", "To a chosen one");
}
