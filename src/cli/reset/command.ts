import type { Argv } from "yargs";
import {
  orderOptions,
  type OutputOptions,
  type ReachOptions,
  secondsCheck,
} from "../operator/options.ts";

export interface ResetOptions extends ReachOptions, OutputOptions {
  readonly master: string;
  readonly only: string | undefined;
  readonly pause: number;
  readonly yes: boolean;
}

/** The options of `vedette reset`. */
export function resetOptions(yargs: Argv) {
  return orderOptions(yargs)
    .usage(
      "vedette reset MASTER [options]\n\n" +
        "Lets the sentinels forget replicas and sentinels that are gone for good, one sentinel after the\n" +
        "other: each starts anew with the master alone, and the next follows when it has found the\n" +
        "others again. Refused while the master is down or a failover runs, for a sentinel that has\n" +
        "forgotten the replicas has nothing to promote.\n\n" +
        "Exit status: 0 done; 1 done, but somebody was not found again; 2 refused; 3 no sentinel\n" +
        "answers; 4 not confirmed.",
    )
    .option("only", {
      type: "string",
      requiresArg: true,
      describe: "HOST:PORT of the one sentinel to reset",
    })
    .option("pause", {
      type: "number",
      requiresArg: true,
      default: 30,
      describe: "Seconds to wait at most until a sentinel has found the others again",
    })
    .check(({ pause }) => secondsCheck("pause", pause))
    .example("vedette reset mymaster", "After a replica or a sentinel was taken away")
    .example("vedette reset mymaster --only 192.0.2.12:26379", "On one sentinel");
}
