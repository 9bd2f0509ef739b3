import { textOf } from "../../base/bytes.ts";
import { parseInteger } from "../../wire/integers.ts";
import type { Client } from "../client.ts";
import { type Command, flags, NO_KEYS, type Subcommand } from "../command.ts";
import type { Arguments } from "../environment.ts";
import { ERRORS } from "../errors.ts";
import { replyError, replyOk } from "../reply.ts";
import type { ServerState } from "../state.ts";
import { replyHelp } from "./help.ts";

const SHOWN_BY_DEFAULT = 10;

function slowlog(state: ServerState, client: Client, args: Arguments): void {
  const { slowLog } = state.observation;
  switch (textOf(args[1] ?? "").toLowerCase()) {
    case "get":
      get(state, client, args);
      return;
    case "len":
      client.reply.integer(slowLog.length);
      return;
    case "reset":
      slowLog.reset();
      replyOk(client);
      return;
    default:
      replyHelp(client, "SLOWLOG", HELP);
  }
}

function get(state: ServerState, client: Client, args: Arguments): void {
  const { slowLog } = state.observation;
  if (args.length > 3) {
    replyError(
      client,
      `ERR unknown subcommand or wrong number of arguments for '${textOf(args[1] ?? "")}'. Try SLOWLOG HELP.`,
    );
    return;
  }
  const count = args[2] === undefined ? SHOWN_BY_DEFAULT : parseInteger(textOf(args[2]));
  if (count === undefined || count < -1) {
    replyError(client, ERRORS.slowLogCount);
    return;
  }
  const calls = slowLog.newest(count === -1 ? slowLog.length : count);
  client.reply.array(calls.length);
  for (const call of calls) {
    client.reply.array(6);
    client.reply.integer(call.id);
    client.reply.integer(call.unixSeconds);
    client.reply.integer(call.micros);
    client.reply.array(call.args.length);
    for (const word of call.args) client.reply.bulk(word);
    client.reply.bulk(call.address);
    client.reply.bulk(call.clientName);
  }
}

const HELP = [
  "GET [<count>]",
  "    Return top <count> entries from the slowlog (default: 10, -1 mean all).",
  "    Entries are made of:",
  "    id, timestamp, time in microseconds, arguments array, client IP and port,",
  "    client name",
  "LEN",
  "    Return the length of the slowlog.",
  "RESET",
  "    Reset the slowlog.",
];

const ADMIN = flags("aLT");
const SUBCOMMANDS: ReadonlyMap<string, Subcommand> = new Map([
  ["get", { arity: -2, flags: ADMIN }],
  ["len", { arity: 2, flags: ADMIN }],
  ["reset", { arity: 2, flags: ADMIN }],
  ["help", { arity: 2, flags: flags("LT") }],
]);

export const SLOWLOG_COMMANDS: readonly Command[] = [
  {
    name: "slowlog",
    arity: -2,
    flags: 0,
    keys: NO_KEYS,
    group: "server",
    run: slowlog,
    subcommands: SUBCOMMANDS,
  },
];
