import type { Argv } from "yargs";
import {
  jsonOption,
  type OutputOptions,
  type ReachOptions,
  reachOptions,
} from "../operator/options.ts";

export interface StatusOptions extends ReachOptions, OutputOptions {
  readonly master: string | undefined;
}

/** The options of `vedette status`. */
export function statusOptions(yargs: Argv) {
  return jsonOption(reachOptions(yargs))
    .usage(
      "vedette status [MASTER] [options]\n\n" +
        "How the masters stand: where they are, who watches them, and what may still be lost before no\n" +
        "failover is possible. Of one master, its replicas and sentinels too.\n\n" +
        "Exit status: 0 all is well; 1 something is not as it should be; 2 a master is down; 3 no\n" +
        "sentinel answers.",
    )
    .positional("master", { type: "string", describe: "The name of one master; without it all" })
    .example("vedette status", "All masters that the sentinel on this machine watches")
    .example("vedette status mymaster --from 192.0.2.11:26379", "One of them, more closely")
    .example("vedette status --json | jq '.masters[].address'", "For programs");
}
