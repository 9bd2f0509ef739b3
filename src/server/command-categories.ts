import { type Category, type CategorySet, categorySet } from "../wire/acl/categories.ts";
import { CommandCatalog, type ListedCommand } from "../wire/acl/command-catalog.ts";
import { REDIS_COMMANDS } from "../wire/acl/redis-commands.ts";
import { type Command, FLAG, type Group } from "./command.ts";

const GROUP_CATEGORY: Readonly<Record<Group, Category | undefined>> = {
  bitmap: "bitmap",
  connection: "connection",
  generic: "keyspace",
  hash: "hash",
  list: "list",
  pubsub: "pubsub",
  scripting: "scripting",
  server: undefined,
  set: "set",
  "sorted-set": "sortedset",
  string: "string",
  transactions: "transaction",
};

const FLAG_CATEGORIES: readonly (readonly [bit: number, categories: readonly Category[]])[] = [
  [FLAG.write, ["write"]],
  [FLAG.readonly, ["read"]],
  [FLAG.admin, ["admin", "dangerous"]],
  [FLAG.pubsub, ["pubsub"]],
  [FLAG.blocking, ["blocking"]],
];

/**
 * The ACL categories of a command: those that Redis 7.0 gives it, or what follows from its flags and
 * group where it is younger (server spec §5). So a new command needs to state neither.
 * @param name `get`, `config|get`
 */
export function categoriesOf(name: string, bits: number, group: Group): CategorySet {
  return REDIS_COMMANDS.get(name) ?? derivedCategories(bits, group);
}

function derivedCategories(bits: number, group: Group): CategorySet {
  const ofGroup = GROUP_CATEGORY[group];
  const categories: Category[] = ofGroup === undefined ? [] : [ofGroup];
  for (const [bit, names] of FLAG_CATEGORIES) if (bits & bit) categories.push(...names);
  categories.push(bits & FLAG.fast ? "fast" : "slow");
  return categorySet(categories);
}

/** What rules can name: the commands of the server, and those of Redis that it lacks. */
export function newCatalog(commands: ReadonlyMap<string, Command>): CommandCatalog {
  const listed = new Map<string, ListedCommand>();
  for (const [name, categories] of REDIS_COMMANDS) {
    listed.set(name, { name, categories, isOffered: false });
  }
  const offer = (name: string, bits: number, group: Group): void => {
    listed.set(name, { name, categories: categoriesOf(name, bits, group), isOffered: true });
  };
  for (const { name, flags, group, subcommands } of commands.values()) {
    offer(name, flags, group);
    for (const [word, subcommand] of subcommands ?? []) {
      offer(`${name}|${word}`, subcommand.flags, group);
    }
  }
  // A container stands before its subcommands.
  return new CommandCatalog([...listed.values()].sort((a, b) => (a.name < b.name ? -1 : 1)));
}
