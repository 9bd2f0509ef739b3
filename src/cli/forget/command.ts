import type { Argv } from "yargs";
import { orderOptions, type OutputOptions, type ReachOptions } from "../operator/options.ts";

export interface ForgetOptions extends ReachOptions, OutputOptions {
  readonly master: string;
  readonly who: string;
  readonly yes: boolean;
}

/** The options of `vedette forget`. */
export function forgetOptions(yargs: Argv) {
  return orderOptions(yargs)
    .usage(
      "vedette forget MASTER WHO [options]\n\n" +
        "Forgets one replica, or one sentinel, that is gone for good. A sentinel only when a majority of\n" +
        "all that were counted agrees; with a redis-sentinel among them it is said what to do instead.\n\n" +
        "Exit status: 0 forgotten; 2 refused; 3 no sentinel answers; 4 not confirmed.",
    )
    .positional("who", {
      type: "string",
      demandOption: true,
      describe:
        "HOST:PORT of a replica or sentinel, or the run id of a sentinel (or how it begins)",
    })
    .example("vedette forget mymaster 192.0.2.23:6379", "A replica")
    .example("vedette forget mymaster 5166a961", "A sentinel, by its run id");
}
