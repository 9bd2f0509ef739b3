import type { Argv } from "yargs";
import {
  jsonOption,
  type OutputOptions,
  type ReachOptions,
  reachOptions,
  secondsCheck,
} from "../operator/options.ts";

export interface EventsOptions extends ReachOptions, OutputOptions {
  readonly master: string | undefined;
  readonly follow: boolean;
  /** Seconds. */
  readonly for: number | undefined;
}

/** The options of `vedette events`. */
export function eventsOptions(yargs: Argv) {
  return jsonOption(reachOptions(yargs))
    .usage(
      "vedette events [MASTER] [options]\n\n" +
        "What the sentinels publish, as it happens, from all of them. A sentinel that goes away is said\n" +
        "so, and followed again when it is back. Ctrl-C ends it.\n\n" +
        "Exit status: 0; 3 no sentinel answers.",
    )
    .positional("master", { type: "string", describe: "Only events of this master" })
    .option("follow", {
      alias: "f",
      type: "boolean",
      default: true,
      describe: "Until Ctrl-C; --no-follow ends after --for",
    })
    .option("for", {
      type: "number",
      requiresArg: true,
      describe: "End after so many seconds",
    })
    .check(({ for: seconds, follow }) =>
      seconds === undefined
        ? follow || "--no-follow: --for SECONDS is expected with it"
        : secondsCheck("for", seconds),
    )
    .example("vedette events --follow", "Everything that happens")
    .example("vedette events mymaster --for 60 --json", "A minute of one master, a JSON line each");
}
