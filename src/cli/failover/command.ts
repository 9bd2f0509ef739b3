import type { Argv } from "yargs";
import {
  orderOptions,
  type OutputOptions,
  type ReachOptions,
  secondsCheck,
} from "../operator/options.ts";

export interface FailoverOptions extends ReachOptions, OutputOptions {
  readonly master: string;
  readonly force: boolean;
  readonly lastResort: boolean;
  readonly limit: number;
  readonly yes: boolean;
}

/** The options of `vedette failover`. */
export function failoverOptions(yargs: Argv) {
  return orderOptions(yargs)
    .usage(
      "vedette failover MASTER [options]\n\n" +
        "Replaces the master by its best replica, without asking whether it is down, and tells what\n" +
        "happens until all sentinels name the new one. No majority is needed for it. To move a healthy master without losing a write,\n" +
        "and to choose where to, take vedette switchover.\n\n" +
        "Exit status: 0 done and announced by all; 1 done, not by all; 2 refused or given up; 3 no\n" +
        "sentinel answers; 4 not confirmed.",
    )
    .option("force", {
      type: "boolean",
      default: false,
      describe: "Do not try to lose no write first (vedette only)",
    })
    .option("last-resort", {
      type: "boolean",
      default: false,
      describe:
        "Take one that lacks data, too, where no other is left; implies --force (vedette only)",
    })
    .option("limit", {
      type: "number",
      requiresArg: true,
      default: 60,
      describe: "Wait no longer than so many seconds",
    })
    .check(({ limit }) => secondsCheck("limit", limit))
    .example("vedette failover mymaster", "Asks first, and says what may be lost")
    .example("vedette failover mymaster --yes --json", "In a script");
}
