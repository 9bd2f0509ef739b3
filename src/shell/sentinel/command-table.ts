import { SENTINEL_ARITIES } from "../../sentinel/commands/subcommands.ts";
import { type Bytes, textOf } from "../../base/bytes.ts";
import { type Category, categorySet } from "../../wire/acl/categories.ts";
import { CommandCatalog } from "../../wire/acl/command-catalog.ts";
import type { DaemonCommands } from "../listener/access/daemon-commands.ts";
import { ACL_SUBCOMMANDS } from "../listener/session/acl-command.ts";
import { SENTINEL_CLIENT_SUBCOMMANDS } from "../listener/session/client-command.ts";
import type { SubcommandTable } from "../listener/session/subcommands.ts";

/** What is known of a command or a subcommand before it runs; COMMAND shows all of it. */
export interface CommandFacts {
  /** In lower case; `client|list` for a subcommand. */
  readonly name: string;
  /** Counts all words; negative is at least. */
  readonly arity: number;
  readonly flags: readonly string[];
  readonly categories: readonly Category[];
  /** How clients of a cluster should treat it. */
  readonly tips: readonly string[];
  readonly summary: string;
  /** The Redis version that had it first, and the group it is documented in. */
  readonly since: string;
  readonly group: "connection" | "pubsub" | "server" | "sentinel";
  /** By the subcommand's own word. */
  readonly subcommands: ReadonlyMap<string, CommandFacts>;
}

type Facts = Omit<CommandFacts, "name" | "arity" | "tips" | "subcommands">;

const NONE: ReadonlyMap<string, CommandFacts> = new Map();
const TIPS: ReadonlyMap<string, readonly string[]> = new Map([
  ["client|info", ["nondeterministic_output"]],
  ["client|list", ["nondeterministic_output"]],
  ["info", ["nondeterministic_output", "request_policy:all_shards", "response_policy:special"]],
  ["ping", ["request_policy:all_shards", "response_policy:all_succeeded"]],
]);
const OPEN = ["loading", "stale"];
const CONNECTION = ["noscript", "loading", "stale"];
const ADMIN = ["admin", "noscript", "loading", "stale"];
const HANDSHAKE = ["noscript", "loading", "stale", "fast", "no_auth", "allow_busy"];
const SUBSCRIPTION = ["pubsub", "noscript", "loading", "stale"];
const DANGEROUS: readonly Category[] = ["admin", "slow", "dangerous"];

const CLIENT_ADMIN: ReadonlySet<string> = new Set([
  "kill",
  "list",
  "no-evict",
  "pause",
  "unblock",
  "unpause",
]);

/** Flags and categories as redis-sentinel 7.0 shows them. */
function clientFacts(word: string): Facts {
  const about = { summary: "About this connection or others", since: "2.4.0" } as const;
  if (word === "help") {
    return { ...about, group: "connection", flags: OPEN, categories: ["slow", "connection"] };
  }
  const isAdmin = CLIENT_ADMIN.has(word);
  return {
    ...about,
    group: "connection",
    flags: isAdmin ? ADMIN : CONNECTION,
    categories: isAdmin ? [...DANGEROUS, "connection"] : ["slow", "connection"],
  };
}

function sentinelFacts(word: string): Facts {
  const about = { summary: "About what this sentinel watches", since: "2.8.4" } as const;
  return word === "help"
    ? { ...about, group: "sentinel", flags: OPEN, categories: ["slow"] }
    : { ...about, group: "sentinel", flags: ["admin"], categories: DANGEROUS };
}

const ACL_OPEN: ReadonlySet<string> = new Set(["cat", "genpass", "whoami"]);

function aclFacts(word: string): Facts {
  const about = { summary: "About users and what they may do", since: "6.0.0" } as const;
  const group = "server";
  if (word === "help") return { ...about, group, flags: OPEN, categories: ["slow"] };
  return ACL_OPEN.has(word)
    ? { ...about, group, flags: CONNECTION, categories: ["slow"] }
    : { ...about, group, flags: ADMIN, categories: DANGEROUS };
}

/** COMMAND's own subcommands and their arities. */
export const COMMAND_ARITIES: ReadonlyMap<string, number> = new Map([
  ["count", 2],
  ["docs", -2],
  ["getkeys", -4],
  ["getkeysandflags", -4],
  ["help", 2],
  ["info", -2],
  ["list", -2],
]);

function commandFacts(): Facts {
  return {
    summary: "About the commands there are",
    since: "2.8.13",
    group: "server",
    flags: OPEN,
    categories: ["slow", "connection"],
  };
}

function subcommandsOf(
  parent: string,
  arities: Iterable<readonly [string, number]>,
  factsOf: (word: string) => Facts,
): ReadonlyMap<string, CommandFacts> {
  return new Map(
    Array.from(arities, ([word, arity]) => [
      word,
      plain(`${parent}|${word}`, arity, factsOf(word)),
    ]),
  );
}

function aritiesOf(table: SubcommandTable): (readonly [string, number])[] {
  return Array.from(table.values(), ({ name, arity }) => [name, arity] as const);
}

function plain(name: string, arity: number, facts: Facts): CommandFacts {
  return { name, arity, tips: TIPS.get(name) ?? [], ...facts, subcommands: NONE };
}

function container(
  name: string,
  arity: number,
  facts: Facts,
  subcommands: ReadonlyMap<string, CommandFacts>,
): CommandFacts {
  return { ...plain(name, arity, facts), subcommands };
}

function subscription(name: string, arity: number, summary: string): CommandFacts {
  return plain(name, arity, {
    summary,
    since: "2.0.0",
    group: "pubsub",
    flags: SUBSCRIPTION,
    categories: ["pubsub", "slow"],
  });
}

function handshake(name: string, arity: number, about: Pick<Facts, "summary" | "since">) {
  return plain(name, arity, {
    ...about,
    group: "connection",
    flags: HANDSHAKE,
    categories: ["fast", "connection"],
  });
}

const COMMANDS: readonly CommandFacts[] = [
  container(
    "acl",
    -2,
    {
      summary: "A container for commands about users",
      since: "6.0.0",
      group: "server",
      flags: [],
      categories: ["slow"],
    },
    subcommandsOf("acl", aritiesOf(ACL_SUBCOMMANDS), aclFacts),
  ),
  handshake("auth", -2, { summary: "Authenticate this connection", since: "1.0.0" }),
  container(
    "client",
    -2,
    {
      summary: "A container for commands about connections",
      since: "2.4.0",
      group: "connection",
      flags: [],
      categories: ["slow"],
    },
    subcommandsOf("client", aritiesOf(SENTINEL_CLIENT_SUBCOMMANDS), clientFacts),
  ),
  container("command", -1, commandFacts(), subcommandsOf("command", COMMAND_ARITIES, commandFacts)),
  handshake("hello", -1, { summary: "Greet the sentinel and choose a protocol", since: "6.0.0" }),
  plain("info", -1, {
    summary: "Facts and counters of this sentinel",
    since: "1.0.0",
    group: "server",
    flags: OPEN,
    categories: ["slow", "dangerous"],
  }),
  plain("ping", -1, {
    summary: "Ask for a sign of life",
    since: "1.0.0",
    group: "connection",
    flags: ["fast"],
    categories: ["fast", "connection"],
  }),
  subscription("psubscribe", -2, "Listen to events by patterns of names"),
  plain("publish", 3, {
    summary: "Hand over another sentinel's hello",
    since: "2.0.0",
    group: "pubsub",
    flags: ["pubsub", "loading", "stale", "fast"],
    categories: ["pubsub", "fast"],
  }),
  subscription("punsubscribe", -1, "Stop listening by patterns"),
  plain("role", 1, {
    summary: "The role sentinel and the names of the masters",
    since: "2.8.12",
    group: "server",
    flags: ["noscript", "loading", "stale", "fast"],
    categories: ["admin", "fast", "dangerous"],
  }),
  container(
    "sentinel",
    -2,
    {
      summary: "A container for Sentinel commands",
      since: "2.8.4",
      group: "sentinel",
      flags: ["admin"],
      categories: DANGEROUS,
    },
    subcommandsOf("sentinel", SENTINEL_ARITIES, sentinelFacts),
  ),
  plain("shutdown", -1, {
    summary: "End this sentinel",
    since: "1.0.0",
    group: "server",
    flags: ["admin", "noscript", "loading", "stale", "no_multi", "allow_busy"],
    categories: DANGEROUS,
  }),
  subscription("subscribe", -2, "Listen to events by name"),
  subscription("unsubscribe", -1, "Stop listening to events by name"),
];

/** The commands of a sentinel by name (spec sentinel §7.1). */
export const SENTINEL_COMMANDS: ReadonlyMap<string, CommandFacts> = new Map(
  COMMANDS.map((command) => [command.name, command]),
);

/**
 * Words of Valkey and of Redis 7.2, and our own, which 7.0 does not list: whoever counts the commands of a sentinel
 * counts those of 7.0.
 */
export const UNLISTED: ReadonlySet<string> = new Set([
  "client|setinfo",
  "sentinel|confirm",
  "sentinel|get-primary-addr-by-name",
  "sentinel|is-primary-down-by-addr",
  "sentinel|primaries",
  "sentinel|primary",
  "sentinel|acknowledge",
  "sentinel|downtime",
  "sentinel|forget",
  "sentinel|history",
  "sentinel|plan",
  "sentinel|pause",
  "sentinel|resume",
  "sentinel|vedette",
]);

/** Those that may be called before authentication, and by every user. */
export function needsNoAuthentication({ flags }: CommandFacts): boolean {
  return flags.includes("no_auth");
}

/** What a request calls, or how far it can be understood. */
export type FoundFacts =
  | { readonly kind: "command"; readonly command: CommandFacts; readonly meant: CommandFacts }
  | { readonly kind: "unknown" }
  | { readonly kind: "unknown-subcommand"; readonly command: CommandFacts }
  /** Of the command, or of its subcommand. */
  | { readonly kind: "wrong-arity"; readonly of: CommandFacts };

/** @param args not empty; the name first */
export function findCommand(args: readonly Bytes[]): FoundFacts {
  const command = SENTINEL_COMMANDS.get(textOf(args[0] ?? "").toLowerCase());
  if (command === undefined) return { kind: "unknown" };
  if (!fitsArity(command, args.length)) return { kind: "wrong-arity", of: command };
  if (command.subcommands.size === 0 || args.length < 2) {
    return { kind: "command", command, meant: command };
  }
  const subcommand = command.subcommands.get(textOf(args[1] ?? "").toLowerCase());
  if (subcommand === undefined) return { kind: "unknown-subcommand", command };
  if (!fitsArity(subcommand, args.length)) return { kind: "wrong-arity", of: subcommand };
  return { kind: "command", command, meant: subcommand };
}

/** @param given words of the request, the command's name among them */
function fitsArity({ arity }: CommandFacts, given: number): boolean {
  return arity < 0 ? given >= -arity : given === arity;
}

/** What ACL knows of a sentinel's commands; none of them has keys. */
export const SENTINEL_DAEMON_COMMANDS: DaemonCommands = {
  catalog: new CommandCatalog(
    COMMANDS.flatMap((command) => [command, ...command.subcommands.values()]).map(
      ({ name, categories }) => ({
        name,
        categories: categorySet(categories),
        isOffered: !UNLISTED.has(name),
      }),
    ),
  ),
  find(args) {
    const found = findCommand(args);
    switch (found.kind) {
      case "command":
        return { name: found.meant.name, fitsArity: true };
      case "wrong-arity":
        return { name: found.of.name, fitsArity: false };
      case "unknown":
      case "unknown-subcommand":
        return undefined;
    }
  },
  keysOf: () => [],
};
