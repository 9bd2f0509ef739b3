import { type Bytes, textOf } from "../../../base/bytes.ts";
import { array, simple } from "../../../resp/reply.ts";
import type { SessionCommand } from "./session-command.ts";
import { unknownSubcommand, wrongArity } from "./session-errors.ts";

export interface Subcommand {
  /** In lower case. */
  readonly name: string;
  /** Counts the words of the command; negative is `at least`. */
  readonly arity: number;
  readonly run: SessionCommand;
  /** What HELP says: the line of its syntax, and lines of text. */
  readonly help: readonly string[];
}

/** Subcommands by their lower-case name. */
export type SubcommandTable = ReadonlyMap<string, Subcommand>;

/** The subcommand that is meant, or the error reply that says why there is none. */
export type FoundSubcommand =
  | { readonly kind: "found"; readonly subcommand: Subcommand }
  | { readonly kind: "refused"; readonly error: string };

export function subcommand(
  name: string,
  arity: number,
  run: SessionCommand,
  help: readonly string[],
): Subcommand {
  return { name, arity, run, help };
}

/** @param command as HELP shows it, in capitals */
export function tableWithHelp(
  command: string,
  subcommands: readonly Subcommand[],
): SubcommandTable {
  const lines = [
    `${command} <subcommand> [<arg> [value] [opt] ...]. Subcommands are:`,
    ...subcommands.flatMap(({ help }) => help),
    "HELP",
    "    Print this help.",
  ];
  const showHelp: SessionCommand = (client) => client.reply.reply(array(lines.map(simple)));
  const all = [...subcommands, subcommand("help", 2, showHelp, [])];
  return new Map(all.map((one) => [one.name, one]));
}

/**
 * Looks up `client list`. These checks come before authentication, so they are apart from running.
 * @param command the lower-case name of the container, such as `client`
 * @param args at least the name; the subcommand second
 */
export function findSubcommand(
  table: SubcommandTable,
  command: string,
  args: readonly Bytes[],
): FoundSubcommand {
  if (args.length < 2) return { kind: "refused", error: wrongArity(command) };
  const word = textOf(args[1] ?? "");
  const found = table.get(word.toLowerCase());
  if (found === undefined) return { kind: "refused", error: unknownSubcommand(command, word) };
  const fits = found.arity < 0 ? args.length >= -found.arity : args.length === found.arity;
  if (fits) return { kind: "found", subcommand: found };
  return { kind: "refused", error: wrongArity(`${command}|${found.name}`) };
}

/** The container as one command: checks and runs its subcommand. */
export function container(command: string, table: SubcommandTable): SessionCommand {
  return (client, args, context) => {
    const found = findSubcommand(table, command, args);
    if (found.kind === "refused") client.reply.error(found.error);
    else found.subcommand.run(client, args, context);
  };
}
