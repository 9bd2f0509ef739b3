import type { Argv } from "yargs";
import { jsonOption, reachOptions } from "../operator/options.ts";

/** The options of `vedette check`. */
export function checkOptions(yargs: Argv) {
  return jsonOption(reachOptions(yargs))
    .usage(
      "vedette check FILE... [options]\n" +
        "vedette check --from HOST:PORT [options]\n\n" +
        "Looks for dangerous settings in a sentinel.conf and says why and what would help. Several files\n" +
        "are taken as those of one set of sentinels and compared with each other. Without a file, the\n" +
        "sentinels that run are asked: what they have in force, where it differs between them, whom they\n" +
        "do not see, and what may still be lost. Changes nothing.\n\n" +
        "Exit status: 0 nothing but notes; 1 warnings; 2 errors, or a file that a sentinel would refuse;\n" +
        "3 no sentinel answers.",
    )
    .positional("files", {
      type: "string",
      array: true,
      describe: "Configuration files of sentinels",
    })
    .option("sentinels", {
      type: "number",
      requiresArg: true,
      describe: "How many sentinels there will be, for files that know none yet",
    })
    .check(
      ({ sentinels }) =>
        sentinels === undefined ||
        (Number.isSafeInteger(sentinels) && sentinels > 0) ||
        "--sentinels: a whole number above 0 is expected",
    )
    .example("vedette check sentinel.conf", "One file")
    .example("vedette check a.conf b.conf c.conf", "The files of one set, compared")
    .example("vedette check", "The set that the sentinel on this machine belongs to")
    .example("vedette check --from 192.0.2.11:26379", "Another one");
}
