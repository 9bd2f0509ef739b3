import type { Client } from "./client.ts";
import { type Command, FLAG, takesKeys } from "./command.ts";
import { ERRORS } from "./errors.ts";
import { isEvicting, makeRoom } from "./memory/eviction.ts";
import type { ServerState } from "./state.ts";

/** The verdict over a command before it runs: go on, answer with an error, or wait for a pause's end. */
export type Verdict = "run" | "pause" | { readonly error: string };

const RUN: Verdict = "run";

/** States in which commands need more than the common checks; kept in `state.gated`. */
export function refreshGates(state: ServerState): void {
  state.gated =
    state.loading !== undefined ||
    state.pause !== undefined ||
    state.settings.maxMemoryBytes > 0 ||
    state.replication.role.kind === "replica" ||
    isShortOfReplicas(state) ||
    isMisconfigured(state);
}

/** @param bits the command's flags; for EXEC those of all queued commands */
export function verdictOn(
  state: ServerState,
  client: Client,
  command: Command,
  bits: number,
): Verdict {
  if (client.kind !== "master" && !client.connection.authenticated && !(bits & FLAG.noAuth)) {
    return { error: ERRORS.noAuth };
  }
  if (client.transaction !== undefined && bits & FLAG.noMulti) {
    return { error: ERRORS.notInTransaction };
  }
  if (client.kind === "replica" && takesKeys(command.keys)) {
    return { error: ERRORS.replicaKeyspace };
  }
  return state.gated ? verdictInUnusualTimes(state, client, command, bits) : RUN;
}

function verdictInUnusualTimes(
  state: ServerState,
  client: Client,
  command: Command,
  bits: number,
): Verdict {
  const isMasterLink = client.kind === "master";
  const { role } = state.replication;
  if (lacksMemory(state, client, command, bits)) return { error: ERRORS.outOfMemory };
  if (isMisconfigured(state) && (bits & FLAG.write || command.name === "ping") && !isMasterLink) {
    return { error: ERRORS.misconf };
  }
  if (!isMasterLink && bits & FLAG.write) {
    if (isShortOfReplicas(state)) return { error: ERRORS.noReplicas };
    if (role.kind === "replica" && state.settings.replicaReadOnly)
      return { error: ERRORS.readOnly };
  }
  if (!isMasterLink && isStale(state) && !(bits & FLAG.stale)) return { error: ERRORS.masterDown };
  const { loading } = state;
  if (loading !== undefined && !isMasterLink) {
    const refused = loading.serveMeanwhile ? bits & FLAG.noAsyncLoading : !(bits & FLAG.loading);
    if (refused) return { error: ERRORS.loading };
  }
  return mustPause(state, client, bits) ? "pause" : RUN;
}

/** Keys are evicted before any command; only then one that needs memory may have to be refused. */
function lacksMemory(state: ServerState, client: Client, command: Command, bits: number): boolean {
  if (!isEvicting(state) || makeRoom(state)) return false;
  if (bits & FLAG.denyoom) return true;
  return client.transaction !== undefined && !ENDS_TRANSACTION.has(command.name);
}

const ENDS_TRANSACTION: ReadonlySet<string> = new Set(["exec", "discard", "quit", "reset"]);

function mustPause(state: ServerState, client: Client, bits: number): boolean {
  if (state.pause === undefined || client.kind !== "normal") return false;
  return state.pause.scope === "all" || (bits & (FLAG.write | FLAG.mayReplicate)) !== 0;
}

/** A replica without a link that must not serve old data. */
function isStale(state: ServerState): boolean {
  const { role } = state.replication;
  return (
    role.kind === "replica" && role.link.at !== "connected" && !state.settings.replicaServeStaleData
  );
}

/** The last snapshot failed where one is configured, and writes must not go on (spec §7.4). */
export function isMisconfigured(state: ServerState): boolean {
  return (
    state.persistence.lastStatus === "err" &&
    state.settings.savePoints.length > 0 &&
    state.settings.stopWritesOnBgsaveError
  );
}

/** min-replicas-to-write, for masters (spec §6.3). */
function isShortOfReplicas(state: ServerState): boolean {
  const { minReplicasToWrite, minReplicasMaxLagSeconds } = state.settings;
  return (
    minReplicasToWrite > 0 &&
    minReplicasMaxLagSeconds > 0 &&
    state.replication.role.kind === "master" &&
    state.replication.goodReplicas < minReplicasToWrite
  );
}
