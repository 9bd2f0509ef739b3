import { textOf } from "../base/bytes.ts";
import { denialError } from "../wire/acl/permission.ts";
import { serveBlocked } from "./blocking.ts";
import { call } from "./call.ts";
import type { Client, Transaction } from "./client.ts";
import { calledName, type Command, FLAG } from "./command.ts";
import { fitsArity } from "./command-lookup.ts";
import { fullNameOf, lookupCommand } from "./commands/table.ts";
import type { Arguments } from "./environment.ts";
import { unknownCommand, unknownSubcommand, wrongArity } from "./errors.ts";
import { verdictOn } from "./gates.ts";
import { noteRejection } from "./observation/observation.ts";
import { replyError } from "./reply.ts";
import { closeIfReplied } from "./replication/peers.ts";
import { type ServerState, setClock } from "./state.ts";
import { discardTransaction, enqueue } from "./transactions.ts";

/** A request of a client; see `execute`. A replica must not be sent a reply to anything. */
export function executeRequest(
  state: ServerState,
  client: Client,
  args: Arguments,
  command: Command | undefined = lookupCommand(args[0] ?? ""),
): void {
  execute(state, client, args, command);
  if (client.kind === "replica")
    closeIfReplied(state, client, fullNameOf(args) || textOf(args[0] ?? ""));
}

/**
 * Works on one request: checks in the order of server spec §6.1, then queues or runs it. The reply
 * goes straight to the client's writer; what else is to be done is left in `state.effects`.
 * @param args not empty; the name first
 * @param command what the name stands for, where that is known already
 */
export function execute(
  state: ServerState,
  client: Client,
  args: Arguments,
  command: Command | undefined = lookupCommand(args[0] ?? ""),
): void {
  const name = args[0] ?? "";
  if (command === undefined) {
    refuse(client, unknownCommand(textOf(name), args.slice(1).map(textOf)));
    return;
  }
  const bits = flagsOf(state, client, command, args);
  if (bits === undefined) return;
  const { transaction, connection } = client;
  if (connection.isRestricted && client.kind !== "master" && connection.authenticated) {
    const denial = denialFor(state, client, { command, args, bits });
    if (denial !== undefined) {
      refuseCommand(client, command, denial);
      noteRejection(state, command, args);
      return;
    }
  }
  const effective = command.name === "exec" && transaction ? flagsOfAll(transaction, bits) : bits;
  if (connection.subscriptions > 0 && !isAllowedToSubscriber(client, command)) {
    refuseCommand(client, command, subscriberError(textOf(name)));
    noteRejection(state, command, args);
    return;
  }
  const verdict = verdictOn(state, client, command, effective);
  if (verdict === "run") {
    if (transaction !== undefined && !(bits & FLAG.notQueued))
      enqueue(client, { command, args }, bits);
    else {
      call(state, client, command, args);
      if (state.blocking.ready.length > 0) {
        // What the command brought may be past its time by now, if it took long.
        setClock(state, state.observation.measuredAt);
        serveBlocked(state);
      }
    }
  } else if (verdict === "pause") {
    client.wait = { kind: "pause", args };
  } else {
    refuseCommand(client, command, verdict.error);
    noteRejection(state, command, args);
  }
}

/** What EXEC may, and where, follows from everything that it would run. */
function flagsOfAll({ flags, lacking }: Transaction, bits: number): number {
  return (bits | flags) & ~(lacking & (FLAG.stale | FLAG.loading));
}

/** What the client's user lacks; what may be called before authentication needs no permission. */
function denialFor(
  state: ServerState,
  client: Client,
  { command, args, bits }: { readonly command: Command; readonly args: Arguments; bits: number },
): string | undefined {
  const mustNotBeQueued = client.transaction !== undefined && (bits & FLAG.noMulti) !== 0;
  if (bits & FLAG.noAuth || mustNotBeQueued) return undefined;
  const context = client.transaction === undefined ? "toplevel" : "multi";
  const name = calledName(command, args);
  const denial = state.environment.authorize(client, { name, args, context });
  return denial === undefined ? undefined : denialError(denial);
}

/** @returns the flags that hold for this request, or undefined when it was refused */
function flagsOf(
  state: ServerState,
  client: Client,
  command: Command,
  args: Arguments,
): number | undefined {
  if (!fitsArity(command.arity, args.length)) {
    refuse(client, wrongArity(command.name));
    noteRejection(state, command, args);
    return undefined;
  }
  const { subcommands } = command;
  if (subcommands === undefined || args.length < 2) return command.flags;
  const word = textOf(args[1] ?? "");
  const subcommand = subcommands.get(word.toLowerCase());
  if (subcommand === undefined) {
    refuse(client, unknownSubcommand(word, command.name));
    return undefined;
  }
  if (!fitsArity(subcommand.arity, args.length)) {
    refuse(client, wrongArity(`${command.name}|${word.toLowerCase()}`));
    noteRejection(state, command, args);
    return undefined;
  }
  return subcommand.flags;
}

/** A request that is not executed: an open transaction cannot be committed any more. */
function refuse(client: Client, error: string): void {
  if (client.transaction !== undefined) client.transaction.spoiled = true;
  replyError(client, error);
}

/** EXEC that is refused discards the transaction and says why. */
function refuseCommand(client: Client, command: Command, error: string): void {
  if (command.name !== "exec") {
    refuse(client, error);
    return;
  }
  discardTransaction(client);
  replyError(client, `EXECABORT Transaction discarded because of: ${error.replace(/^ERR /, "")}`);
}

const SUBSCRIBER_COMMANDS: ReadonlySet<string> = new Set([
  "subscribe",
  "unsubscribe",
  "psubscribe",
  "punsubscribe",
  "ssubscribe",
  "sunsubscribe",
  "ping",
  "quit",
  "reset",
]);

/** RESP3 tells pushes from replies, so its subscribers may do anything. */
function isAllowedToSubscriber(client: Client, command: Command): boolean {
  return client.reply.protocol === 3 || SUBSCRIBER_COMMANDS.has(command.name);
}

function subscriberError(name: string): string {
  return `ERR Can't execute '${name.toLowerCase()}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context`;
}
