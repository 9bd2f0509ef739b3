import { textOf } from "../../base/bytes.ts";
import type { Client } from "../client.ts";
import { type Command, flags, NO_KEYS, type Run, type Subcommand } from "../command.ts";
import type { Arguments } from "../environment.ts";
import { ERRORS } from "../errors.ts";
import { formatInfo } from "../info/info.ts";
import { log } from "../log.ts";
import { isInTransaction } from "../propagation.ts";
import { replyError, replyOk } from "../reply.ts";
import { beginBackgroundSave, noteSaved, noteSaveFailed } from "../saving.ts";
import { abortShutdown, beginShutdown, joinShutdown } from "../shutdown.ts";
import type { ServerState, Shutdown } from "../state.ts";
import { REDIS_VERSION } from "../version.ts";
import { debug } from "./debug.ts";
import { replyHelp } from "./help.ts";

function info(state: ServerState, client: Client, args: Arguments): void {
  const wanted = args.slice(1).map((section) => textOf(section).toLowerCase());
  client.reply.verbatim("txt", formatInfo(state, wanted));
}

function time(state: ServerState, client: Client): void {
  client.reply.array(2);
  client.reply.bulk(String(Math.floor(state.unixNow / 1000)));
  client.reply.bulk(String((state.unixNow % 1000) * 1000));
}

function lastSave(state: ServerState, client: Client): void {
  client.reply.integer(state.persistence.lastSaveAt);
}

/** Writes the file before anything else happens. */
function save(state: ServerState, client: Client): void {
  const { persistence } = state;
  if (persistence.running !== undefined) {
    replyError(client, ERRORS.alreadySaving);
    return;
  }
  if (state.environment.saveNow()) {
    noteSaved(state, { changes: persistence.changes, durationMs: 0 });
    log(state, "notice", "DB saved on disk");
    replyOk(client);
  } else {
    noteSaveFailed(state);
    replyError(client, "ERR");
  }
}

function bgSave(state: ServerState, client: Client, args: Arguments): void {
  const word = textOf(args[1] ?? "").toLowerCase();
  if (args.length > 2 || (args.length === 2 && word !== "schedule")) {
    replyError(client, ERRORS.syntax);
    return;
  }
  const { persistence } = state;
  // A snapshot shows all of a transaction, or nothing of it.
  const mayBegin = persistence.running === undefined && !isInTransaction(state);
  if (mayBegin) {
    beginBackgroundSave(state);
    client.reply.simple("Background saving started");
  } else if (word === "schedule" || persistence.running === undefined) {
    persistence.scheduled = true;
    client.reply.simple("Background saving scheduled");
  } else {
    replyError(client, ERRORS.alreadySaving);
  }
}

/** Words behind SHUTDOWN, or behind shutdown-on-sigterm and -sigint. */
function shutdown(state: ServerState, client: Client, args: Arguments): void {
  const words = args.slice(1).map((word) => textOf(word).toLowerCase());
  if (words.includes("abort")) {
    if (words.length > 1) replyError(client, ERRORS.syntax);
    else if (abortShutdown(state)) replyOk(client);
    else replyError(client, ERRORS.noShutdown);
    return;
  }
  const known = words.every((word) => ["save", "nosave", "now", "force"].includes(word));
  if (!known || (words.includes("save") && words.includes("nosave"))) {
    replyError(client, ERRORS.syntax);
    return;
  }
  const request = {
    save: saveWish(words),
    force: words.includes("force"),
    now: words.includes("now"),
    askedBy: client,
  };
  if (state.shutdown === undefined) beginShutdown(state, request);
  else joinShutdown(state, request);
}

export function saveWish(words: readonly string[]): Shutdown["save"] {
  if (words.includes("nosave")) return "never";
  return words.includes("save") ? "always" : "if-configured";
}

const config: Run = (state, client, args) => state.environment.config(client, args);

/** Sentinel asks for it when a server is busy; there is never a script (server spec §5.11). */
function script(_: ServerState, client: Client, args: Arguments): void {
  switch (textOf(args[1] ?? "").toLowerCase()) {
    case "exists":
      client.reply.array(args.length - 2);
      for (let at = 2; at < args.length; at++) client.reply.integer(0);
      return;
    case "flush":
      replyOk(client);
      return;
    case "help":
      replyHelp(client, "SCRIPT", SCRIPT_HELP);
      return;
    default:
      replyError(client, "NOTBUSY No scripts in execution right now.");
  }
}

const SCRIPT_HELP = [
  "EXISTS <sha1> [<sha1> ...]",
  "    Return information about the existence of the scripts in the script cache.",
  "FLUSH [ASYNC|SYNC]",
  "    Flush the Lua scripts cache.",
  "KILL",
  "    Kill the currently executing Lua script.",
];

function cluster(_: ServerState, client: Client): void {
  replyError(client, "ERR This instance has cluster support disabled");
}

function bgRewriteAof(_: ServerState, client: Client): void {
  replyError(client, ERRORS.noAof);
}

/** Redis draws pictures; which version this is like is what scripts look for. */
function lolwut(state: ServerState, client: Client): void {
  const { vedetteVersion } = state.environment.facts();
  client.reply.verbatim("txt", `Redis ver. ${REDIS_VERSION} (vedette ${vedetteVersion})\n`);
}

function emptyList(_: ServerState, client: Client): void {
  client.reply.array(0);
}

const ADMIN: Omit<Subcommand, "arity"> = { flags: flags("asLT") };

const CONFIG_SUBCOMMANDS: ReadonlyMap<string, Subcommand> = new Map([
  ["get", { arity: -3, ...ADMIN }],
  ["set", { arity: -4, flags: ADMIN.flags | flags("A") }],
  ["rewrite", { arity: 2, ...ADMIN }],
  ["resetstat", { arity: 2, ...ADMIN }],
  ["help", { arity: 2, flags: flags("LT") }],
]);

const SCRIPT_SUBCOMMANDS: ReadonlyMap<string, Subcommand> = new Map([
  ["kill", { arity: 2, flags: flags("sB") }],
  ["exists", { arity: -3, flags: flags("s") }],
  ["flush", { arity: -2, flags: flags("s") }],
  ["help", { arity: 2, flags: flags("LT") }],
]);

const MODULE_SUBCOMMANDS: ReadonlyMap<string, Subcommand> = new Map([
  ["list", { arity: 2, flags: flags("as") }],
]);

function ofServer(name: string, arity: number, letters: string, run: Run): Command {
  return { name, arity, flags: flags(letters), keys: NO_KEYS, group: "server", run };
}

export const SERVER_COMMANDS: readonly Command[] = [
  ofServer("info", -1, "LT", info),
  ofServer("time", 1, "LTF", time),
  ofServer("lastsave", 1, "LTF", lastSave),
  ofServer("save", 1, "asXA", save),
  ofServer("bgsave", -1, "asA", bgSave),
  ofServer("shutdown", -1, "asLTXB", shutdown),
  { ...ofServer("config", -2, "", config), subcommands: CONFIG_SUBCOMMANDS },
  ofServer("debug", -2, "asLT", debug),
  { ...ofServer("script", -2, "", script), subcommands: SCRIPT_SUBCOMMANDS },
  { ...ofServer("module", -2, "", emptyList), subcommands: MODULE_SUBCOMMANDS },
  ofServer("cluster", -2, "LT", cluster),
  ofServer("readonly", 1, "LTF", cluster),
  ofServer("readwrite", 1, "LTF", cluster),
  ofServer("bgrewriteaof", 1, "asA", bgRewriteAof),
  ofServer("lolwut", -1, "F", lolwut),
];
