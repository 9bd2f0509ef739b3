import type { Argv } from "yargs";
import {
  jsonOption,
  type OutputOptions,
  type ReachOptions,
  reachOptions,
} from "../operator/options.ts";

export interface HistoryOptions extends ReachOptions, OutputOptions {
  readonly master: string | undefined;
  readonly limit: number;
  readonly orders: boolean;
}

export interface ExplainOptions extends ReachOptions, OutputOptions {
  readonly id: string | undefined;
}

/** The options of `vedette history`. */
export function historyOptions(yargs: Argv) {
  return jsonOption(reachOptions(yargs))
    .usage(
      "vedette history [MASTER] [options]\n\n" +
        "The failovers and switchovers that the vedettes of the set remember, the newest last: when, why,\n" +
        "from where to where, how long, and what was at risk.\n\n" +
        "Exit status: 0; 2 no such master, or no vedette in the set; 3 no sentinel answers.",
    )
    .positional("master", { type: "string", describe: "Only of this master" })
    .option("limit", {
      type: "number",
      requiresArg: true,
      default: 20,
      describe: "The newest so many",
    })
    .option("orders", {
      type: "boolean",
      default: false,
      describe: "What operators ordered, too (FAILOVER, RESET, SET, …)",
    })
    .check(
      ({ limit }) =>
        (Number.isSafeInteger(limit) && limit > 0) || "--limit: a whole number above 0 is expected",
    )
    .example("vedette history mymaster", "One master")
    .example("vedette history --orders --json", "All of it, for programs");
}

/** The options of `vedette explain`. */
export function explainOptions(yargs: Argv) {
  return jsonOption(reachOptions(yargs))
    .usage(
      "vedette explain [ID] [options]\n\n" +
        "One failover in words: what was seen, who agreed, who was chosen and why not the others, how long\n" +
        "each phase took, what was at risk and what the old master had when it came back.\n\n" +
        "Exit status: 0; 2 no such receipt; 3 no sentinel answers.",
    )
    .positional("id", {
      type: "string",
      describe: "As vedette history shows it, or how it begins; without it the newest",
    })
    .example("vedette explain", "The last failover")
    .example("vedette explain mymaster,7,auto", "A certain one");
}
