import type { Argv } from "yargs";
import {
  jsonOption,
  type OutputOptions,
  type ReachOptions,
  reachOptions,
} from "../operator/options.ts";

export interface TopologyOptions extends ReachOptions, OutputOptions {
  readonly master: string | undefined;
}

/** The options of `vedette topology`. */
export function topologyOptions(yargs: Argv) {
  return jsonOption(reachOptions(yargs))
    .usage(
      "vedette topology [MASTER] [options]\n\n" +
        "Who follows whom, as a tree, and which sentinels see what.\n\n" +
        "Exit status: as vedette status.",
    )
    .positional("master", { type: "string", describe: "The name of one master; without it all" })
    .example("vedette topology", "Everything that the sentinel on this machine watches")
    .example("vedette topology mymaster --from 192.0.2.11:26379", "One group");
}
