import { textOf } from "../../base/bytes.ts";
import { parseInteger } from "../../wire/integers.ts";
import { noteSwapped } from "../blocking.ts";
import type { Client } from "../client.ts";
import {
  ALL_KEYS,
  type Command,
  FIRST_KEY,
  FIRST_TWO_KEYS,
  flags,
  NO_KEYS,
  type Subcommand,
} from "../command.ts";
import type { Arguments } from "../environment.ts";
import { ERRORS } from "../errors.ts";
import { lookup, lookupRead, peek, peekRead } from "../expiry.ts";
import { keyChanged, notifyKeyspaceEvent } from "../keyspace-events.ts";
import type { Database, Entry } from "../keyspace.ts";
import { frequency, idleSeconds } from "../memory/access.ts";
import { isLfu } from "../memory/policy.ts";
import { replyError, replyOk } from "../reply.ts";
import type { ServerState } from "../state.ts";
import { copyOf, encodingOf, isString, typeName, type Value } from "../values/value.ts";
import { keyAt } from "./strings.ts";

function del(state: ServerState, client: Client, args: Arguments): void {
  let removed = 0;
  for (let at = 1; at < args.length; at++) {
    const key = keyAt(args, at);
    if (lookup(state, client, key) === undefined) continue;
    state.keyspace.remove(client.database, key);
    keyChanged(state, client.database, key, "del");
    removed++;
  }
  client.reply.integer(removed);
}

function exists(state: ServerState, client: Client, args: Arguments): void {
  let found = 0;
  for (let at = 1; at < args.length; at++) {
    if (peekRead(state, client, keyAt(args, at)) !== undefined) found++;
  }
  client.reply.integer(found);
}

function touch(state: ServerState, client: Client, args: Arguments): void {
  let found = 0;
  for (let at = 1; at < args.length; at++) {
    if (lookupRead(state, client, keyAt(args, at)) !== undefined) found++;
  }
  client.reply.integer(found);
}

function type(state: ServerState, client: Client, args: Arguments): void {
  const entry = peekRead(state, client, keyAt(args, 1));
  client.reply.simple(entry === undefined ? "none" : typeName(entry.value));
}

function rename(state: ServerState, client: Client, args: Arguments): void {
  if (move(state, client, args, { overwrite: true }) !== "missing") replyOk(client);
}

function renameNx(state: ServerState, client: Client, args: Arguments): void {
  const outcome = move(state, client, args, { overwrite: false });
  if (outcome !== "missing") client.reply.integer(outcome === "moved" ? 1 : 0);
}

/** Gives the key of `args[1]` the name in `args[2]`; an absent key is answered with its error. */
function move(
  state: ServerState,
  client: Client,
  args: Arguments,
  options: { readonly overwrite: boolean },
): "moved" | "unchanged" | "missing" {
  const from = keyAt(args, 1);
  const to = keyAt(args, 2);
  const entry = lookup(state, client, from);
  if (entry === undefined) {
    replyError(client, ERRORS.noSuchKey);
    return "missing";
  }
  if (from === to) return "unchanged";
  if (!options.overwrite && lookup(state, client, to) !== undefined) return "unchanged";
  const { value, expireAt } = entry;
  state.keyspace.remove(client.database, from);
  state.keyspace.remove(client.database, to);
  state.keyspace.put(client.database, to, value, expireAt);
  notifyKeyspaceEvent(state, client.database, from, "rename_from");
  keyChanged(state, client.database, to, "rename_to");
  return "moved";
}

function copy(state: ServerState, client: Client, args: Arguments): void {
  let target: Database = client.database;
  let replace = false;
  for (let at = 3; at < args.length; at++) {
    const word = textOf(args[at] ?? "").toUpperCase();
    if (word === "REPLACE") {
      replace = true;
    } else if (word === "DB" && at + 1 < args.length) {
      const found = databaseOf(state, args, ++at);
      if (typeof found === "string") {
        replyError(client, found);
        return;
      }
      target = found;
    } else {
      replyError(client, ERRORS.syntax);
      return;
    }
  }
  const from = keyAt(args, 1);
  const to = keyAt(args, 2);
  if (target === client.database && from === to) {
    replyError(client, ERRORS.sameObject);
    return;
  }
  const copied = place(state, client, { from, to, target, replace });
  if (copied) keyChanged(state, target, to, "copy_to");
  client.reply.integer(copied ? 1 : 0);
}

/** Puts a copy of the key where another may stand only if it is to be replaced. */
function place(
  state: ServerState,
  client: Client,
  copied: {
    readonly from: string;
    readonly to: string;
    readonly target: Database;
    readonly replace: boolean;
  },
): boolean {
  const entry = lookupRead(state, client, copied.from);
  if (entry === undefined) return false;
  const taken = lookup(state, client, copied.to, copied.target);
  if (taken !== undefined && !copied.replace) return false;
  if (taken !== undefined) state.keyspace.remove(copied.target, copied.to);
  state.keyspace.put(copied.target, copied.to, copyOf(entry.value), entry.expireAt);
  return true;
}

function moveToDatabase(state: ServerState, client: Client, args: Arguments): void {
  const target = databaseOf(state, args, 2);
  if (typeof target === "string") {
    replyError(client, target);
    return;
  }
  if (target === client.database) {
    replyError(client, ERRORS.sameObject);
    return;
  }
  const key = keyAt(args, 1);
  const moved = place(state, client, { from: key, to: key, target, replace: false });
  if (moved) {
    state.keyspace.remove(client.database, key);
    notifyKeyspaceEvent(state, client.database, key, "move_from");
    keyChanged(state, target, key, "move_to");
  }
  client.reply.integer(moved ? 1 : 0);
}

/** @returns the database, or the error's text */
function databaseOf(state: ServerState, args: Arguments, at: number): Database | string {
  const index = parseInteger(textOf(args[at] ?? ""));
  if (index === undefined) return ERRORS.notAnInteger;
  return state.keyspace.databases[index] ?? ERRORS.dbIndexOutOfRange;
}

function swapDb(state: ServerState, client: Client, args: Arguments): void {
  const first = parseInteger(textOf(args[1] ?? ""));
  const second = parseInteger(textOf(args[2] ?? ""));
  if (first === undefined || second === undefined) {
    const which = first === undefined ? "first" : "second";
    replyError(client, `ERR invalid ${which} DB index`);
    return;
  }
  const one = state.keyspace.databases[first];
  const other = state.keyspace.databases[second];
  if (one === undefined || other === undefined) {
    replyError(client, ERRORS.dbIndexOutOfRange);
    return;
  }
  if (one !== other) {
    state.keyspace.swap(one, other, state.unixNow);
    for (const database of [one, other]) noteSwapped(state, database);
  }
  state.persistence.changes++;
  replyOk(client);
}

function object(state: ServerState, client: Client, args: Arguments): void {
  const subcommand = textOf(args[1] ?? "").toLowerCase();
  if (subcommand === "help") {
    client.reply.reply({ kind: "array", items: OBJECT_HELP });
    return;
  }
  const entry = peek(state, client, keyAt(args, 2));
  if (entry === undefined) client.reply.null();
  else if (subcommand === "encoding") client.reply.bulk(encodingOf(entry.value));
  else if (subcommand === "refcount") client.reply.integer(referencesTo(state, entry.value));
  else if (subcommand === "freq") objectFrequency(state, client, entry);
  else objectIdleTime(state, client, entry);
}

function objectFrequency(state: ServerState, client: Client, { access }: Entry): void {
  if (!isLfu(state)) replyError(client, ERRORS.noLfu);
  else client.reply.integer(frequency(access, state.unixNow, state.settings));
}

function objectIdleTime(state: ServerState, client: Client, { access }: Entry): void {
  if (isLfu(state)) replyError(client, ERRORS.lfuInUse);
  else client.reply.integer(idleSeconds(access, state.unixNow));
}

const SHARED_INTEGERS = 10_000;
const SHARED = 2_147_483_647;

/** Redis shares small integers, unless each must remember its own use; clients see it here. */
function referencesTo(state: ServerState, value: Value): number {
  const { maxMemoryBytes, maxMemoryPolicy } = state.settings;
  if (!isString(value) || (maxMemoryBytes > 0 && /l[rf]u$/.test(maxMemoryPolicy))) return 1;
  const number = encodingOf(value) === "int" ? Number(textOf(value)) : -1;
  return number >= 0 && number < SHARED_INTEGERS ? SHARED : 1;
}

const OBJECT_HELP = [
  "OBJECT <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
  "ENCODING <key>",
  "    Return the kind of internal representation used in order to store the value",
  "    associated with a <key>.",
  "FREQ <key>",
  "    Return the access frequency index of the <key>. The returned integer is",
  "    proportional to the logarithm of the recent access frequency of the key.",
  "IDLETIME <key>",
  "    Return the idle time of the <key>, that is the approximated number of",
  "    seconds elapsed since the last access to the key.",
  "REFCOUNT <key>",
  "    Return the number of references of the value associated with the specified",
  "    <key>.",
  "HELP",
  "    Prints this help.",
].map((text) => ({ kind: "simple", text }) as const);

const OBJECT_READ: Subcommand = { arity: 3, flags: flags("r") };
const OBJECT_SUBCOMMANDS: ReadonlyMap<string, Subcommand> = new Map([
  ["encoding", OBJECT_READ],
  ["freq", OBJECT_READ],
  ["idletime", OBJECT_READ],
  ["refcount", OBJECT_READ],
  ["help", { arity: 2, flags: flags("LT") }],
]);

const GENERIC = "generic";

export const KEY_COMMANDS: readonly Command[] = [
  { name: "del", arity: -2, flags: flags("w"), keys: ALL_KEYS, group: GENERIC, run: del },
  { name: "unlink", arity: -2, flags: flags("wF"), keys: ALL_KEYS, group: GENERIC, run: del },
  { name: "exists", arity: -2, flags: flags("rF"), keys: ALL_KEYS, group: GENERIC, run: exists },
  { name: "touch", arity: -2, flags: flags("rF"), keys: ALL_KEYS, group: GENERIC, run: touch },
  { name: "type", arity: 2, flags: flags("rF"), keys: FIRST_KEY, group: GENERIC, run: type },
  {
    name: "rename",
    arity: 3,
    flags: flags("w"),
    keys: FIRST_TWO_KEYS,
    group: GENERIC,
    run: rename,
  },
  {
    name: "renamenx",
    arity: 3,
    flags: flags("wF"),
    keys: FIRST_TWO_KEYS,
    group: GENERIC,
    run: renameNx,
  },
  { name: "copy", arity: -3, flags: flags("wm"), keys: FIRST_TWO_KEYS, group: GENERIC, run: copy },
  {
    name: "move",
    arity: 3,
    flags: flags("wF"),
    keys: FIRST_KEY,
    group: GENERIC,
    run: moveToDatabase,
  },
  { name: "swapdb", arity: 3, flags: flags("wF"), keys: NO_KEYS, group: "server", run: swapDb },
  {
    name: "object",
    arity: -2,
    flags: 0,
    keys: { first: 2, last: 2, step: 1 },
    group: GENERIC,
    run: object,
    subcommands: OBJECT_SUBCOMMANDS,
  },
];
