import { textOf } from "../../base/bytes.ts";
import { globMatch } from "../../base/glob.ts";
import { array, bulk, map, type Reply, simple } from "../../resp/reply.ts";
import { isInCategory, parseCategory } from "../../wire/acl/categories.ts";
import type { Client } from "../client.ts";
import { type Command, flags, NO_KEYS, type Subcommand } from "../command.ts";
import { findRequest } from "../command-lookup.ts";
import type { Arguments } from "../environment.ts";
import { ERRORS } from "../errors.ts";
import { replyError } from "../reply.ts";
import { keySpecsOf, keysOfRequest, type RequestKey } from "../request-keys.ts";
import { describeCommand, type Named, withSubcommands } from "./command-description.ts";

type Table = ReadonlyMap<string, Command>;

/** COMMAND: what clients and redis-cli learn about the commands from. */
export function commandCommand(table: () => Table): Command {
  return {
    name: "command",
    arity: -1,
    flags: flags("LT"),
    keys: NO_KEYS,
    group: "server",
    subcommands: SUBCOMMANDS,
    run: (_, client, args) => run(table(), client, args),
  };
}

const OPEN = flags("LT");
const SUBCOMMANDS: ReadonlyMap<string, Subcommand> = new Map([
  ["count", { arity: 2, flags: OPEN }],
  ["list", { arity: -2, flags: OPEN }],
  ["info", { arity: -2, flags: OPEN }],
  ["docs", { arity: -2, flags: OPEN }],
  ["getkeys", { arity: -4, flags: OPEN }],
  ["getkeysandflags", { arity: -4, flags: OPEN }],
]);

function run(table: Table, client: Client, args: Arguments): void {
  const subcommand = textOf(args[1] ?? "info").toLowerCase();
  const names = args.slice(2).map((name) => textOf(name).toLowerCase());
  switch (subcommand) {
    case "count":
      client.reply.integer(table.size);
      return;
    case "list":
      list(table, client, names);
      return;
    case "docs":
      docs(table, client, names);
      return;
    case "getkeys":
      answerKeys(table, client, args.slice(2), (_, key) => key);
      return;
    case "getkeysandflags":
      answerKeys(table, client, args.slice(2), ({ flags: uses }, key) =>
        array([key, { kind: "set", items: uses.map(simple) }]),
      );
      return;
    default:
      info(table, client, names);
  }
}

function info(table: Table, client: Client, names: readonly string[]): void {
  const all = names.length === 0 ? [...table.keys()] : names;
  client.reply.reply(array(all.map((name) => describeCommand(table, name))));
}

/** `COMMAND LIST [FILTERBY (MODULE name | ACLCAT category | PATTERN pattern)]`, subcommands too. */
function list(table: Table, client: Client, options: readonly string[]): void {
  const isWanted = filterOf(options);
  if (isWanted === undefined) {
    replyError(client, ERRORS.syntax);
    return;
  }
  const all = [...table.values()].flatMap(withSubcommands);
  client.reply.reply(array(all.filter(isWanted).map(({ name }) => bulk(name))));
}

function filterOf(options: readonly string[]): ((command: Named) => boolean) | undefined {
  const [filterBy, kind = "", argument] = options;
  if (filterBy === undefined) return () => true;
  if (filterBy !== "filterby" || argument === undefined || options.length > 3) return undefined;
  switch (kind) {
    case "module":
      return () => false;
    case "aclcat": {
      const category = parseCategory(argument);
      return ({ categories }) => category !== undefined && isInCategory(categories, category);
    }
    case "pattern":
      return ({ name }) => globMatch(argument, name, { nocase: true });
    default:
      return undefined;
  }
}

function docs(table: Table, client: Client, names: readonly string[]): void {
  const meant = names.length === 0 ? [...table.keys()] : names;
  const found = meant.map((name) => table.get(name)).filter((command) => command !== undefined);
  client.reply.reply(
    map(found.map((command) => [command.name, map([["group", bulk(command.group)]])] as const)),
  );
}

/** The keys of the request in `words`, each as `shown` has it. */
function answerKeys(
  table: Table,
  client: Client,
  words: Arguments,
  shown: (key: RequestKey, name: Reply) => Reply,
): void {
  const request = findRequest(table, words);
  if (request === undefined) {
    replyError(client, "ERR Invalid command specified");
    return;
  }
  const { command, name } = request;
  if (keySpecsOf(name, command).length === 0) {
    replyError(client, "ERR The command has no key arguments");
    return;
  }
  if (!request.fitsArity) {
    replyError(client, "ERR Invalid number of arguments specified for command");
    return;
  }
  const keys = keysOfRequest(name, command, words);
  if (keys === undefined) replyError(client, "ERR Invalid arguments specified for command");
  else client.reply.reply(array(keys.map((key) => shown(key, bulk(words[key.at] ?? "")))));
}
