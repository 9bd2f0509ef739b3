import type { Argv } from "yargs";
import {
  jsonOption,
  type OutputOptions,
  type ReachOptions,
  reachOptions,
} from "../operator/options.ts";

export interface PlanOptions extends ReachOptions, OutputOptions {
  readonly master: string | undefined;
}

/** The options of `vedette plan`. */
export function planOptions(yargs: Argv) {
  return jsonOption(reachOptions(yargs))
    .usage(
      "vedette plan [MASTER] [options]\n\n" +
        "What would happen if the master died now: who would take over, why not the others, what would be\n" +
        "lost, and whether the sentinels could agree on it. Changes nothing.\n\n" +
        "Exit status: 0 somebody would take over; 1 so, but nothing more may be lost before that; 2 nobody\n" +
        "would; 3 no sentinel answers.",
    )
    .positional("master", { type: "string", describe: "The name of one master; without it all" })
    .example("vedette plan mymaster", "Before maintenance");
}
