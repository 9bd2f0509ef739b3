import yargs, { type Argv } from "yargs";
import { accessOf } from "./access.ts";
import { masterRow, tableOf } from "./answers.ts";
import { reachOptions } from "./options.ts";
import { placesOf } from "./places.ts";

/** A person who presses TAB waits no longer. */
const PATIENCE_MS = 500;
/** What the script that `vedette completion` prints calls us with, before the words so far. */
const ASKED_BY_SHELL = "--get-yargs-completions";

/** Commands whose first word is the name of a master. */
const TAKES_MASTER: ReadonlySet<string> = new Set([
  "status",
  "topology",
  "events",
  "plan",
  "switchover",
  "failover",
  "pause",
  "resume",
  "history",
  "forget",
  "reset",
]);

type Done = (completions: string[]) => void;
type ByDefault = (onCompleted: (cause: Error | null, completions?: string[]) => void) => void;

/** `vedette completion`: for bash and zsh. @param masters names to offer beside words of ours */
export function withCompletion<Options>(
  cli: Argv<Options>,
  masters: readonly string[],
): Argv<Options> {
  return cli.completion(
    "completion",
    "Print a script that completes commands, options and names of masters",
    (current: string, _argv: unknown, byDefault: ByDefault, done: Done) => {
      byDefault((_cause, completions = []) => {
        done([...masters.filter((name) => name.startsWith(current)), ...completions]);
      });
    },
  );
}

/**
 * The names of masters, where a shell asks to complete one and a sentinel answers. They are fetched
 * before yargs begins: it takes late completions for unknown words.
 */
export async function mastersToComplete(args: readonly string[]): Promise<string[]> {
  const [asked, , command = "", ...words] = args;
  const current = words.at(-1) ?? "";
  if (asked !== ASKED_BY_SHELL || !TAKES_MASTER.has(command) || current.startsWith("-")) return [];
  try {
    return await masterNames(words.slice(0, -1));
  } catch {
    // Nobody to ask, or half an option: a prompt is no place for an error.
    return [];
  }
}

async function masterNames(words: readonly string[]): Promise<string[]> {
  const parser = reachOptions(yargs([...words]))
    .help(false)
    .version(false)
    .exitProcess(false);
  const options = await parser.fail(false).parseAsync();
  const [place] = placesOf(options.from, "--from");
  if (place === undefined) return [];
  const access = accessOf({ ...options, timeout: PATIENCE_MS });
  // Nothing else that starts with the tool needs a client library.
  const { Conversation } = await import("./conversation.ts");
  const conversation = await Conversation.open(place, access);
  try {
    const rows = tableOf(await conversation.ask("SENTINEL", "MASTERS"));
    return rows.map((row) => masterRow(row).name);
  } finally {
    conversation.close();
  }
}
