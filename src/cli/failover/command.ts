import type { Argv } from "yargs";
import {
  jsonOption,
  type OutputOptions,
  type ReachOptions,
  reachOptions,
  yesOption,
} from "../operator/options.ts";

export interface FailoverOptions extends ReachOptions, OutputOptions {
  readonly master: string;
  readonly force: boolean;
  readonly limit: number;
  readonly yes: boolean;
}

/** The options of `vedette failover`. */
export function failoverOptions(yargs: Argv) {
  return yesOption(jsonOption(reachOptions(yargs)))
    .usage(
      "vedette failover MASTER [options]\n\n" +
        "Replaces the master by its best replica, without asking whether it is down, and tells what\n" +
        "happens until all sentinels name the new one. To move a healthy master without losing a write,\n" +
        "and to choose where to, take vedette switchover.\n\n" +
        "Exit status: 0 done and announced by all; 1 done, not by all; 2 refused or given up; 3 no\n" +
        "sentinel answers; 4 not confirmed.",
    )
    .positional("master", {
      type: "string",
      demandOption: true,
      describe: "The name of the master",
    })
    .option("force", {
      type: "boolean",
      default: false,
      describe: "Do not try to lose no write first (vedette only)",
    })
    .option("limit", {
      type: "number",
      requiresArg: true,
      default: 60,
      describe: "Wait no longer than so many seconds",
    })
    .check(
      ({ limit }) =>
        (Number.isFinite(limit) && limit > 0) || "--limit: a number of seconds above 0 is expected",
    )
    .example("vedette failover mymaster", "Asks first, and says what may be lost")
    .example("vedette failover mymaster --yes --json", "In a script");
}
