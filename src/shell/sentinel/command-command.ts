import { globMatch } from "../../base/glob.ts";
import { array, bulk, error, integer, map, type Reply, simple } from "../../resp/reply.ts";
import { SYNTAX_ERROR } from "../listener/session/session-errors.ts";
import { type CommandFacts, SENTINEL_COMMANDS, UNLISTED } from "./command-table.ts";

/**
 * COMMAND: what clients and redis-cli learn about the commands from.
 * @param words behind COMMAND; a subcommand that exists, with as many words as it needs, or none
 */
export function answerCommand(words: readonly string[]): Reply {
  const [subcommand = "info", ...args] = words;
  const names = args.map((name) => name.toLowerCase());
  switch (subcommand.toLowerCase()) {
    case "count":
      return integer(SENTINEL_COMMANDS.size);
    case "list":
      return list(names);
    case "docs":
      return docs(names);
    case "getkeys":
    case "getkeysandflags":
      return error(
        SENTINEL_COMMANDS.has(names[0] ?? "")
          ? "ERR The command has no key arguments"
          : "ERR Invalid command specified",
      );
    case "help":
      return array(HELP.map(simple));
    default:
      return info(names);
  }
}

function info(names: readonly string[]): Reply {
  if (names.length === 0) return array([...SENTINEL_COMMANDS.values()].map(describe));
  return array(
    names.map((name) => {
      const found = find(name);
      return found === undefined ? { kind: "null" } : describe(found);
    }),
  );
}

/** @param name of a command, or `client|list` */
function find(name: string): CommandFacts | undefined {
  const [command = "", subcommand] = name.split("|", 2);
  const found = SENTINEL_COMMANDS.get(command);
  return subcommand === undefined ? found : found?.subcommands.get(subcommand);
}

/** No command of a sentinel has keys. */
function describe(command: CommandFacts): Reply {
  return array([
    bulk(command.name),
    integer(command.arity),
    statuses(command.flags),
    integer(0),
    integer(0),
    integer(0),
    statuses(command.categories.map((category) => `@${category}`)),
    { kind: "set", items: command.tips.map(bulk) },
    { kind: "set", items: [] },
    command.subcommands.size === 0
      ? { kind: "set", items: [] }
      : array([...command.subcommands.values()].map(describe)),
  ]);
}

function statuses(all: readonly string[]): Reply {
  return { kind: "set", items: all.map(simple) };
}

function docs(names: readonly string[]): Reply {
  const meant = names.length === 0 ? [...SENTINEL_COMMANDS.keys()] : names;
  const found = meant.map(find).filter((command) => command !== undefined);
  return map(found.map((command) => [command.name, document(command)]));
}

function document(command: CommandFacts): Reply {
  const { summary, since, group, subcommands } = command;
  const own: [string, Reply][] = [
    ["summary", bulk(summary)],
    ["since", bulk(since)],
    ["group", bulk(group)],
  ];
  if (subcommands.size === 0) return map(own);
  const listed = [...subcommands.values()].filter((each) => !UNLISTED.has(each.name));
  const inner = listed.map((each) => [each.name, document(each)] as const);
  return map([...own, ["subcommands", map(inner)]]);
}

/** `COMMAND LIST [FILTERBY (MODULE name | ACLCAT category | PATTERN pattern)]`, subcommands too. */
function list(options: readonly string[]): Reply {
  const isWanted = filterOf(options);
  if (isWanted === undefined) return error(SYNTAX_ERROR);
  const all = [...SENTINEL_COMMANDS.values()]
    .flatMap((command) => [command, ...command.subcommands.values()])
    .filter(({ name }) => !UNLISTED.has(name));
  return array(all.filter(isWanted).map(({ name }) => bulk(name)));
}

function filterOf(options: readonly string[]): ((command: CommandFacts) => boolean) | undefined {
  const [filterBy, kind = "", argument] = options;
  if (filterBy === undefined) return () => true;
  if (filterBy !== "filterby" || argument === undefined || options.length > 3) return undefined;
  switch (kind) {
    case "module":
      return () => false;
    case "aclcat":
      return ({ categories }) => categories.some((category) => category === argument);
    case "pattern":
      return ({ name }) => globMatch(argument, name, { nocase: true });
    default:
      return undefined;
  }
}

const HELP = [
  "COMMAND <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
  "(no subcommand)",
  "    What is known of all commands.",
  "COUNT",
  "    How many commands there are.",
  "LIST [FILTERBY (MODULE|ACLCAT|PATTERN) <value>]",
  "    The names of all commands, or of those that match.",
  "INFO [<command-name> ...]",
  "    What is known of some commands, or of all.",
  "DOCS [<command-name> ...]",
  "    What some commands, or all, are for.",
  "GETKEYS <full-command>",
  "    The keys in a command; a sentinel's have none.",
  "GETKEYSANDFLAGS <full-command>",
  "    The keys in a command and how they are used; a sentinel's have none.",
  "HELP",
  "    Print this help.",
];
