import type { Client } from "./client.ts";
import type { Command } from "./command.ts";
import type { Arguments } from "./environment.ts";
import { noteCall } from "./observation/observation.ts";
import { closeUnit, isPropagating, openUnit, propagate } from "./propagation.ts";
import { noteLocalExpiry } from "./replication/local-expiry.ts";
import { replicationOffset } from "./replication/state.ts";
import type { ServerState } from "./state.ts";

/** Runs a command that passed all checks, and propagates what it changed. */
export function call(state: ServerState, client: Client, command: Command, args: Arguments): void {
  const { propagation, persistence } = state;
  const changesBefore = persistence.changes;
  const db = client.database.index;
  const startedAt = state.observation.measuredAt;
  state.stats.commandsProcessed++;
  propagation.rewritten = undefined;
  propagation.forced = false;
  openUnit(state);
  command.run(state, client, args);
  noteCall(state, client, command, args, startedAt);
  // SAVE sets the count back, and changes nothing; FLUSHALL may do both.
  const changed = persistence.changes > changesBefore || propagation.forced;
  if (changed && client.kind !== "master" && isPropagating(state)) {
    for (const words of propagation.rewritten ?? [args]) propagate(state, db, words);
    propagation.rewritten = undefined;
    propagation.forced = false;
  }
  closeUnit(state);
  if (!changed) return;
  client.lastWriteOffset = replicationOffset(state.replication);
  if (state.replication.role.kind === "replica" && client.kind === "normal") {
    noteLocalExpiry(state, client, command, args);
  }
}
