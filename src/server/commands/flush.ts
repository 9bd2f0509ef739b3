import { textOf } from "../../base/bytes.ts";
import type { Client } from "../client.ts";
import { type Command, flags, NO_KEYS } from "../command.ts";
import type { Arguments } from "../environment.ts";
import { ERRORS } from "../errors.ts";
import { log } from "../log.ts";
import { isInTransaction, propagateAlways } from "../propagation.ts";
import { replyError, replyOk } from "../reply.ts";
import { abandonSnapshot } from "../replication/full-sync.ts";
import { noteSaved, noteSaveFailed } from "../saving.ts";
import type { ServerState } from "../state.ts";

function flushDb(state: ServerState, client: Client, args: Arguments): void {
  if (!isFlushMode(args)) {
    replyError(client, ERRORS.syntax);
    return;
  }
  state.persistence.changes += state.keyspace.flush(client.database);
  propagateAlways(state);
  replyOk(client);
}

function flushAll(state: ServerState, client: Client, args: Arguments): void {
  if (!isFlushMode(args)) {
    replyError(client, ERRORS.syntax);
    return;
  }
  for (const database of state.keyspace.databases) {
    state.persistence.changes += state.keyspace.flush(database);
  }
  saveEmptiness(state, client);
  propagateAlways(state);
  replyOk(client);
}

/**
 * A snapshot of what was just deleted on purpose must not come back at the next start: it is given
 * up, and an empty one is written before the reply (server spec §5.3).
 */
function saveEmptiness(state: ServerState, client: Client): void {
  abandonSnapshot(state);
  const { persistence, settings } = state;
  if (settings.savePoints.length === 0) return;
  log(state, "notice", "FLUSHALL: saving the empty data set");
  // In the middle of the stream there is no offset yet that a snapshot could stand for.
  if (client.kind === "master" || persistence.running !== undefined || isInTransaction(state)) {
    persistence.scheduled = true;
  } else if (state.environment.saveNow()) {
    noteSaved(state, { changes: persistence.changes, durationMs: 0 });
  } else {
    noteSaveFailed(state);
  }
}

/** `SYNC` and `ASYNC` are the same here: the tables are let go of in one step. */
function isFlushMode(args: Arguments): boolean {
  if (args.length === 1) return true;
  return args.length === 2 && /^a?sync$/i.test(textOf(args[1] ?? ""));
}

export const FLUSH_COMMANDS: readonly Command[] = [
  { name: "flushdb", arity: -1, flags: flags("w"), keys: NO_KEYS, group: "server", run: flushDb },
  { name: "flushall", arity: -1, flags: flags("w"), keys: NO_KEYS, group: "server", run: flushAll },
];
