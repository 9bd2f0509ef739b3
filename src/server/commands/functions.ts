import { textOf } from "../../base/bytes.ts";
import type { Client } from "../client.ts";
import { type Command, flags, NO_KEYS, type Subcommand } from "../command.ts";
import type { Arguments } from "../environment.ts";
import { propagateAlways } from "../propagation.ts";
import { replyError, replyOk } from "../reply.ts";
import type { ServerState } from "../state.ts";
import { replyHelp } from "./help.ts";

/**
 * FUNCTION, as far as tools call it where nobody has functions: libraries are carried from an RDB to
 * the next, told and deleted, but not run (server spec §5.11).
 */
function functions(state: ServerState, client: Client, args: Arguments): void {
  switch (textOf(args[1] ?? "").toLowerCase()) {
    case "list":
      list(state, client);
      return;
    case "flush":
      flush(state, client, args);
      return;
    case "stats":
      stats(state, client);
      return;
    case "kill":
      replyError(client, "NOTBUSY No scripts in execution right now.");
      return;
    default:
      replyHelp(client, "FUNCTION", HELP);
  }
}

/** `#!lua name=mylib`: what a library's first line says of it. */
const SHEBANG = /^#!(\S+) name=(\S+)/;

function list({ keyspace }: ServerState, { reply }: Client): void {
  reply.array(keyspace.functionLibraries.length);
  for (const source of keyspace.functionLibraries) {
    const [, engine = "", name = ""] = SHEBANG.exec(textOf(source)) ?? [];
    reply.map(3);
    reply.bulk("library_name");
    reply.bulk(name);
    reply.bulk("engine");
    reply.bulk(engine.toUpperCase());
    reply.bulk("functions");
    // They are known when the library has run.
    reply.array(0);
  }
}

function flush(state: ServerState, client: Client, args: Arguments): void {
  const isMode = args.length === 2 || /^a?sync$/i.test(textOf(args[2] ?? ""));
  if (args.length > 3 || !isMode) {
    replyError(client, "ERR FUNCTION FLUSH only supports SYNC|ASYNC option");
    return;
  }
  state.keyspace.functionLibraries = [];
  state.persistence.changes++;
  propagateAlways(state);
  replyOk(client);
}

function stats({ keyspace }: ServerState, { reply }: Client): void {
  reply.map(2);
  reply.bulk("running_script");
  reply.null();
  reply.bulk("engines");
  reply.map(1);
  reply.bulk("LUA");
  reply.map(2);
  reply.bulk("libraries_count");
  reply.integer(keyspace.functionLibraries.length);
  reply.bulk("functions_count");
  reply.integer(0);
}

const HELP = [
  "LIST",
  "    Return the names of the libraries that are carried.",
  "STATS",
  "    Return that no function is running, and how many libraries there are.",
  "KILL",
  "    Kill the current running function.",
  "FLUSH [ASYNC|SYNC]",
  "    Delete all the libraries.",
];

const SUBCOMMANDS: ReadonlyMap<string, Subcommand> = new Map([
  ["list", { arity: -2, flags: flags("s") }],
  ["flush", { arity: -2, flags: flags("ws") }],
  ["stats", { arity: 2, flags: flags("sB") }],
  ["kill", { arity: 2, flags: flags("sB") }],
  ["help", { arity: 2, flags: flags("LT") }],
]);

export const FUNCTION_COMMANDS: readonly Command[] = [
  {
    name: "function",
    arity: -2,
    flags: 0,
    keys: NO_KEYS,
    group: "scripting",
    run: functions,
    subcommands: SUBCOMMANDS,
  },
];
