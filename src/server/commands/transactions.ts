import { call } from "../call.ts";
import type { Client } from "../client.ts";
import { denialAtExec } from "../../wire/acl/permission.ts";
import { ALL_KEYS, type Command, FLAG, flags, calledName, NO_KEYS } from "../command.ts";
import type { Arguments } from "../environment.ts";
import { ERRORS } from "../errors.ts";
import { isExpired } from "../expiry.ts";
import { closeUnit, openUnit, propagateAs } from "../propagation.ts";
import { replyError, replyOk } from "../reply.ts";
import type { ServerState } from "../state.ts";
import {
  beginTransaction,
  discardTransaction,
  isInvalidated,
  unwatchAll,
  watch,
} from "../transactions.ts";
import { keyAt } from "./strings.ts";

function multi(_: ServerState, client: Client): void {
  if (client.transaction !== undefined) {
    replyError(client, ERRORS.nestedMulti);
    return;
  }
  beginTransaction(client);
  replyOk(client);
}

function exec(state: ServerState, client: Client): void {
  if (client.transaction === undefined) {
    replyError(client, ERRORS.execWithoutMulti);
    return;
  }
  const invalidated = isInvalidated(client, state.unixNow);
  const transaction = discardTransaction(client);
  if (transaction === undefined || transaction.spoiled) {
    replyError(client, ERRORS.execAborted);
    return;
  }
  if (invalidated) {
    client.reply.nullArray();
    return;
  }
  openUnit(state);
  client.reply.array(transaction.queued.length);
  for (const { command, args } of transaction.queued) {
    const denial = denialAtExecution(state, client, command, args);
    if (denial === undefined) call(state, client, command, args);
    else replyError(client, denial);
  }
  closeUnit(state);
  // The commands entered the stream themselves; EXEC adds nothing of its own.
  propagateAs(state);
}

/** The user may have lost a permission since the command was queued. */
function denialAtExecution(
  state: ServerState,
  client: Client,
  command: Command,
  args: Arguments,
): string | undefined {
  if (!client.connection.isRestricted || client.kind === "master") return undefined;
  if (command.flags & FLAG.noAuth) return undefined;
  const name = calledName(command, args);
  const denial = state.environment.authorize(client, { name, args, context: "multi" });
  return denial === undefined ? undefined : denialAtExec(denial);
}

function discard(_: ServerState, client: Client): void {
  if (client.transaction === undefined) {
    replyError(client, ERRORS.discardWithoutMulti);
    return;
  }
  discardTransaction(client);
  replyOk(client);
}

function watchKeys(state: ServerState, client: Client, args: Arguments): void {
  if (client.transaction !== undefined) {
    replyError(client, ERRORS.watchInsideMulti);
    return;
  }
  for (let at = 1; at < args.length; at++) {
    const key = keyAt(args, at);
    const entry = client.database.entries.get(key);
    const expired = entry !== undefined && isExpired(state, entry);
    watch(client, key, { database: client.database, expired });
  }
  replyOk(client);
}

function unwatch(_: ServerState, client: Client): void {
  unwatchAll(client);
  replyOk(client);
}

const GROUP = "transactions";

export const TRANSACTION_COMMANDS: readonly Command[] = [
  { name: "multi", arity: 1, flags: flags("sLTFBQ"), keys: NO_KEYS, group: GROUP, run: multi },
  { name: "exec", arity: 1, flags: flags("sLTQ"), keys: NO_KEYS, group: GROUP, run: exec },
  { name: "discard", arity: 1, flags: flags("sLTFBQ"), keys: NO_KEYS, group: GROUP, run: discard },
  {
    name: "watch",
    arity: -2,
    flags: flags("sLTFBQ"),
    keys: ALL_KEYS,
    group: GROUP,
    run: watchKeys,
  },
  { name: "unwatch", arity: 1, flags: flags("sLTFB"), keys: NO_KEYS, group: GROUP, run: unwatch },
];
