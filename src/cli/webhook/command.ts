import type { Argv } from "yargs";
import {
  jsonOption,
  type OutputOptions,
  type ReachOptions,
  reachOptions,
} from "../operator/options.ts";

const WEBHOOK_VERBS = ["list", "test", "log", "replay"] as const;

export interface WebhookOptions extends ReachOptions, OutputOptions {
  readonly verb: (typeof WEBHOOK_VERBS)[number];
  readonly name?: string | undefined;
  readonly id?: string | undefined;
}

/** The options of `vedette webhook`. */
export function webhookOptions(yargs: Argv) {
  return jsonOption(reachOptions(yargs))
    .usage(
      "vedette webhook list|test|log|replay [NAME] [ID] [options]\n\n" +
        "What the sentinels tell receivers on the web (docs/webhooks.md): which there are, a test, what\n" +
        "became of the latest notices, and sending again what was given up (or one, by its id). A receiver\n" +
        "that answered 410 gets notices again after a replay.\n\n" +
        "Exit status: 0 done; 1 the last notice to a receiver was given up; 2 refused; 3 no sentinel\n" +
        "answers.",
    )
    .positional("verb", { choices: WEBHOOK_VERBS, demandOption: true, describe: "What to do" })
    .positional("name", { type: "string", describe: "One receiver; all unless it is given" })
    .positional("id", { type: "string", describe: "One notice, for replay" })
    .example("vedette webhook test pager", "Each sentinel sends a test to the receiver pager")
    .example("vedette webhook log --json", "What became of the latest notices, for machines")
    .example("vedette webhook replay pager", "Send again what was given up");
}
