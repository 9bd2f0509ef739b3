import type { Argv } from "yargs";

/** The options of `vedette check`. */
export function checkOptions(yargs: Argv) {
  return yargs
    .usage(
      "vedette check FILE... [options]\n\n" +
        "Looks for dangerous settings in a sentinel.conf and says why and what would help. Several files\n" +
        "are taken as those of one set of sentinels and compared with each other. Changes nothing, and\n" +
        "asks nobody.\n\n" +
        "Exit status: 0 nothing but notes; 1 warnings; 2 errors, or a file that a sentinel would refuse.",
    )
    .positional("files", {
      type: "string",
      array: true,
      demandOption: true,
      describe: "Configuration files of sentinels",
    })
    .option("sentinels", {
      type: "number",
      requiresArg: true,
      describe: "How many sentinels there will be, for files that know none yet",
    })
    .option("json", {
      type: "boolean",
      default: false,
      describe: "One JSON document: files, errors, warnings, notes, findings",
    })
    .check(
      ({ sentinels }) =>
        sentinels === undefined ||
        (Number.isSafeInteger(sentinels) && sentinels > 0) ||
        "--sentinels: a whole number above 0 is expected",
    );
}
