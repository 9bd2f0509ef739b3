import { after, type Millis, NEVER } from "../base/units.ts";
import type { Client } from "./client.ts";
import { ERRORS } from "./errors.ts";
import { log } from "./log.ts";
import { beginPause, endPause } from "./pause.ts";
import { hasEverything, nameOf } from "./replication/peers.ts";
import { type ReplicaPeer, replicationOffset } from "./replication/state.ts";
import { endWait, requestAcks } from "./replication/wait.ts";
import { cancelSnapshot, noteSaved } from "./saving.ts";
import { emit, type Shutdown, type ServerState } from "./state.ts";

export interface ShutdownRequest extends Pick<Shutdown, "save" | "force"> {
  /** Absent when a signal asks. */
  readonly askedBy: Client | undefined;
  /** Without waiting for replicas that lag. */
  readonly now: boolean;
}

/** Lets replicas catch up for a while, then saves and exits (server spec §4.6). */
export function beginShutdown(state: ServerState, request: ShutdownRequest): void {
  const { shutdownTimeoutSeconds } = state.settings;
  const lagging = laggingPeers(state);
  const until = after(state.now, shutdownTimeoutSeconds * 1000);
  const { save, force, askedBy } = request;
  state.shutdown = { save, force, until, askers: askedBy === undefined ? [] : [askedBy] };
  if (request.now || shutdownTimeoutSeconds === 0 || lagging.length === 0) {
    finishShutdown(state);
    return;
  }
  if (askedBy !== undefined) askedBy.wait = { kind: "shutdown" };
  requestAcks(state);
  beginPause(state, "shutdown", { until: NEVER, scope: "write" });
  log(
    state,
    "notice",
    `Waiting for replicas before shutting down: ${lagging.length} of ${state.replication.peers.size} lag.`,
  );
}

/** SHUTDOWN while another one waits: it waits too, or ends the waiting. */
export function joinShutdown(state: ServerState, request: ShutdownRequest): void {
  const { shutdown } = state;
  if (shutdown === undefined) return;
  if (request.askedBy !== undefined) {
    shutdown.askers.push(request.askedBy);
    if (!request.now) request.askedBy.wait = { kind: "shutdown" };
  }
  if (request.now) finishShutdown(state);
}

/** SHUTDOWN ABORT. @returns false when none is in progress */
export function abortShutdown(state: ServerState): boolean {
  if (state.shutdown === undefined && state.waitingSignal === undefined) return false;
  log(state, "warning", "Shutdown manually aborted.");
  state.waitingSignal = undefined;
  if (state.shutdown !== undefined) giveUp(state);
  return true;
}

/** Goes on when all replicas have everything, or when the time is up. */
export function watchShutdown(state: ServerState): void {
  const { shutdown } = state;
  if (shutdown === undefined) return;
  if (laggingPeers(state).length > 0 && state.now < shutdown.until) return;
  finishShutdown(state);
}

function laggingPeers(state: ServerState): ReplicaPeer[] {
  return [...state.replication.peers.values()].filter(
    (peer) => peer.phase.kind === "online" && peer.sendsAcks && !hasEverything(state, peer),
  );
}

function finishShutdown(state: ServerState): void {
  const { shutdown, persistence } = state;
  if (shutdown === undefined) return;
  const lagging = laggingPeers(state);
  for (const peer of lagging) {
    log(
      state,
      "warning",
      `Lagging replica ${nameOf(peer.client)} reported offset ${replicationOffset(state.replication) - peer.ackOffset} behind master, lag=${secondsOf(state.now, peer.ackAt)}, state=online.`,
    );
  }
  const online = [...state.replication.peers.values()].filter(
    (peer) => peer.phase.kind === "online",
  );
  if (online.length > 0) {
    log(
      state,
      "notice",
      `${online.length - lagging.length} of ${online.length} replicas are in sync when shutting down.`,
    );
  }
  cancelSnapshot(state);
  const mustSave =
    shutdown.save === "always" ||
    (shutdown.save === "if-configured" && state.settings.savePoints.length > 0);
  if (mustSave && state.loading === undefined) {
    log(state, "notice", "Saving the final RDB snapshot before exiting.");
    if (state.environment.saveNow()) {
      noteSaved(state, { changes: persistence.changes, durationMs: 0 });
    } else if (!shutdown.force) {
      log(state, "warning", "Error trying to save the DB, can't exit.");
      giveUp(state);
      return;
    }
  }
  log(state, "warning", "vedette-server is now ready to exit, bye bye...");
  emit(state, { kind: "exit", status: 0 });
}

function secondsOf(now: Millis, then: Millis): number {
  return Math.floor((now - then) / 1000);
}

function giveUp(state: ServerState): void {
  const askers = state.shutdown?.askers ?? [];
  state.shutdown = undefined;
  log(
    state,
    "warning",
    "Errors trying to shut down the server. Check the logs for more information.",
  );
  for (const client of askers) tell(state, client);
  endPause(state, "shutdown");
}

function tell(state: ServerState, client: Client): void {
  // Gone meanwhile, or there to be told.
  if (!state.clients.has(client.id)) return;
  client.reply.error(ERRORS.shutdownFailed);
  if (client.wait !== undefined) endWait(state, client);
}
