import { textOf } from "../../base/bytes.ts";
import { globMatch } from "../../base/glob.ts";
import { array, bulk, integer, map, type Reply, simple } from "../../resp/reply.ts";
import type { Client } from "../client.ts";
import { type Command, FLAG, type Group, flags, NO_KEYS, type Subcommand } from "../command.ts";
import type { Arguments } from "../environment.ts";
import { ERRORS } from "../errors.ts";
import { replyError } from "../reply.ts";

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
  ["getkeys", { arity: -3, flags: OPEN }],
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
      getKeys(table, client, args.slice(2));
      return;
    default:
      client.reply.reply(array(named(table, names).map(describe)));
  }
}

/** All commands, or those asked for; undefined stands for one that does not exist. */
function named(table: Table, names: readonly string[]): readonly (Command | undefined)[] {
  return names.length === 0 ? [...table.values()] : names.map((name) => table.get(name));
}

function list(table: Table, client: Client, options: readonly string[]): void {
  const [filter, kind, argument] = options;
  let names = [...table.keys()];
  if (filter === "filterby" && kind === "pattern" && argument !== undefined) {
    names = names.filter((name) => globMatch(argument, name, { nocase: true }));
  } else if (filter === "filterby" && kind === "aclcat" && argument !== undefined) {
    names = names.filter((name) => {
      const command = table.get(name);
      return (
        command !== undefined && categories(command.flags, command.group).includes(`@${argument}`)
      );
    });
  } else if (filter !== undefined && kind !== "module") {
    replyError(client, ERRORS.syntax);
    return;
  } else if (filter !== undefined) {
    names = [];
  }
  client.reply.reply(array(names.map((name) => bulk(name))));
}

function docs(table: Table, client: Client, names: readonly string[]): void {
  const found = named(table, names).filter((command) => command !== undefined);
  client.reply.reply(
    map(found.map((command) => [command.name, map([["group", bulk(command.group)]])] as const)),
  );
}

function getKeys(table: Table, client: Client, words: Arguments): void {
  const command = table.get(textOf(words[0] ?? "").toLowerCase());
  if (command === undefined) {
    replyError(client, "ERR Invalid command specified");
    return;
  }
  const keys = keysOf(command, words);
  if (keys.length === 0) replyError(client, "ERR The command has no key arguments");
  else client.reply.reply(array(keys.map((key) => bulk(key))));
}

function keysOf(command: Command, words: Arguments): string[] {
  const { first, last, step } = command.keys;
  if (first === 0) return [];
  const end = last < 0 ? words.length + last : last;
  const keys: string[] = [];
  for (let at = first; at <= end; at += step) keys.push(textOf(words[at] ?? ""));
  return keys;
}

function describe(command: Command | undefined): Reply {
  if (command === undefined) return { kind: "null-array" };
  const { name, arity, keys, group } = command;
  const subcommands = [...(command.subcommands ?? [])].map(([word, subcommand]) => {
    return entry(`${name}|${word}`, subcommand.arity, subcommand.flags, NO_KEYS, group, []);
  });
  return entry(name, arity, command.flags, keys, group, subcommands);
}

function entry(
  name: string,
  arity: number,
  bits: number,
  keys: Command["keys"],
  group: Group,
  subcommands: readonly Reply[],
): Reply {
  return array([
    bulk(name),
    integer(arity),
    { kind: "set", items: flagNames(bits).map(simple) },
    integer(keys.first),
    integer(keys.last),
    integer(keys.step),
    { kind: "set", items: categories(bits, group).map(simple) },
    array([]),
    array(keys.first === 0 ? [] : [keySpec(keys, bits)]),
    array(subcommands),
  ]);
}

/** Names of the flags in COMMAND's words, in the order in which Redis shows them. */
const FLAG_NAMES: readonly (readonly [number, string])[] = [
  [FLAG.write, "write"],
  [FLAG.readonly, "readonly"],
  [FLAG.denyoom, "denyoom"],
  [FLAG.admin, "admin"],
  [FLAG.pubsub, "pubsub"],
  [FLAG.noscript, "noscript"],
  [FLAG.blocking, "blocking"],
  [FLAG.loading, "loading"],
  [FLAG.stale, "stale"],
  [FLAG.fast, "fast"],
  [FLAG.noAuth, "no_auth"],
  [FLAG.mayReplicate, "may_replicate"],
  [FLAG.noMulti, "no_multi"],
  [FLAG.noAsyncLoading, "no_async_loading"],
  [FLAG.allowBusy, "allow_busy"],
];

function flagNames(bits: number): string[] {
  return FLAG_NAMES.filter(([bit]) => (bits & bit) !== 0).map(([, name]) => name);
}

const GROUP_CATEGORIES: Readonly<Record<Group, string | undefined>> = {
  connection: "@connection",
  generic: "@keyspace",
  list: "@list",
  pubsub: undefined,
  server: undefined,
  set: "@set",
  string: "@string",
  transactions: "@transaction",
};

/** ACL categories follow from flags and group (server spec §5). */
function categories(bits: number, group: Group): string[] {
  const names: string[] = [];
  const ofGroup = GROUP_CATEGORIES[group];
  if (ofGroup !== undefined) names.push(ofGroup);
  if (bits & FLAG.write) names.push("@write");
  if (bits & FLAG.readonly) names.push("@read");
  if (bits & FLAG.admin) names.push("@admin", "@dangerous");
  if (bits & FLAG.pubsub) names.push("@pubsub");
  names.push(bits & FLAG.fast ? "@fast" : "@slow");
  if (bits & FLAG.blocking) names.push("@blocking");
  return names;
}

function keySpec(keys: Command["keys"], bits: number): Reply {
  const last = keys.last < 0 ? keys.last : keys.last - keys.first;
  const access = bits & FLAG.write ? ["RW", "UPDATE"] : ["RO", "ACCESS"];
  const range: Reply = map([
    ["lastkey", integer(last)],
    ["keystep", integer(keys.step)],
    ["limit", integer(0)],
  ]);
  return map([
    ["flags", { kind: "set", items: access.map(simple) }],
    [
      "begin_search",
      map([
        ["type", bulk("index")],
        ["spec", map([["index", integer(keys.first)]])],
      ]),
    ],
    [
      "find_keys",
      map([
        ["type", bulk("range")],
        ["spec", range],
      ]),
    ],
  ]);
}
