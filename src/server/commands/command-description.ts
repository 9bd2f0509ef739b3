import { array, bulk, integer, map, type Reply, simple } from "../../resp/reply.ts";
import { categoryNames, type CategorySet } from "../../wire/acl/categories.ts";
import { categoriesOf } from "../command-categories.ts";
import { type Command, FLAG, type KeyPositions, NO_KEYS } from "../command.ts";
import type { KeySpec } from "../key-spec.ts";
import { keySpecsOf } from "../request-keys.ts";

/** A command or a subcommand by its whole name. */
export interface Named {
  readonly name: string;
  readonly categories: CategorySet;
}

/** The command, and behind it its subcommands. */
export function withSubcommands({ name, flags, group, subcommands }: Command): Named[] {
  const own = { name, categories: categoriesOf(name, flags, group) };
  const others = [...(subcommands ?? [])].map(([word, subcommand]) => {
    const fullName = `${name}|${word}`;
    return { name: fullName, categories: categoriesOf(fullName, subcommand.flags, group) };
  });
  return [own, ...others];
}

/** The entry of COMMAND and COMMAND INFO. @param name `get`, `config|get` */
export function describeCommand(table: ReadonlyMap<string, Command>, name: string): Reply {
  const [word = "", subcommandWord, ...more] = name.split("|");
  const command = table.get(word);
  if (command === undefined || more.length > 0) return { kind: "null-array" };
  if (subcommandWord !== undefined) return describeSubcommand(command, subcommandWord);
  const inner = [...(command.subcommands ?? [])].map(([each]) => describeSubcommand(command, each));
  const positions = inner.length === 0 ? command.keys : NO_KEYS;
  return entry(command, { ...command, inner, positions });
}

function describeSubcommand(command: Command, word: string): Reply {
  const subcommand = command.subcommands?.get(word);
  if (subcommand === undefined) return { kind: "null-array" };
  const name = `${command.name}|${word}`;
  return entry(command, { name, ...subcommand, inner: [], positions: NO_KEYS });
}

interface Described {
  readonly name: string;
  readonly arity: number;
  readonly flags: number;
  readonly inner: readonly Reply[];
  readonly positions: KeyPositions;
}

function entry(command: Command, { name, arity, flags, inner, positions }: Described): Reply {
  const specs = keySpecsOf(name, command);
  const { first, last, step } = positions.first === 0 ? positionsOf(specs) : positions;
  const categories = categoryNames(categoriesOf(name, flags, command.group));
  return array([
    bulk(name),
    integer(arity),
    statuses([...flagNames(flags), ...(specs.some(isHidden) ? ["movablekeys"] : [])]),
    integer(first),
    integer(last),
    integer(step),
    statuses(categories.map((category) => `@${category}`)),
    { kind: "set", items: [] },
    { kind: "set", items: specs.map(keySpecReply) },
    inner.length === 0 ? { kind: "set", items: [] } : array(inner),
  ]);
}

function statuses(names: readonly string[]): Reply {
  return { kind: "set", items: names.map(simple) };
}

/** Where first, last and step of the older form cannot say where the keys are. */
function isHidden({ begin, find, flags }: KeySpec): boolean {
  return begin.kind !== "index" || find.kind !== "range" || flags.includes("incomplete");
}

function positionsOf([spec]: readonly KeySpec[]): KeyPositions {
  if (spec?.begin.kind !== "index" || spec.find.kind !== "range") return NO_KEYS;
  const { index } = spec.begin;
  const { last, step } = spec.find;
  return { first: index, last: last < 0 ? last : index + last, step };
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

function keySpecReply({ begin, find, flags, notes }: KeySpec): Reply {
  return map([
    ...(notes === undefined ? [] : [["notes", bulk(notes)] as const]),
    ["flags", statuses(flags)],
    ["begin_search", typed(begin.kind, beginFields(begin))],
    ["find_keys", typed(find.kind === "counted" ? "keynum" : find.kind, findFields(find))],
  ]);
}

function typed(type: string, fields: readonly (readonly [string, Reply])[]): Reply {
  return map([
    ["type", bulk(type)],
    ["spec", map(fields)],
  ]);
}

function beginFields(begin: KeySpec["begin"]): (readonly [string, Reply])[] {
  switch (begin.kind) {
    case "index":
      return [["index", integer(begin.index)]];
    case "keyword":
      return [
        ["keyword", bulk(begin.keyword)],
        ["startfrom", integer(begin.from)],
      ];
    case "unknown":
      return [];
  }
}

function findFields(find: KeySpec["find"]): (readonly [string, Reply])[] {
  switch (find.kind) {
    case "range":
      return [
        ["lastkey", integer(find.last)],
        ["keystep", integer(find.step)],
        ["limit", integer(find.limit)],
      ];
    case "counted":
      return [
        ["keynumidx", integer(0)],
        ["firstkey", integer(1)],
        ["keystep", integer(1)],
      ];
    case "unknown":
      return [];
  }
}
