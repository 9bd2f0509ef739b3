import { after, type Millis } from "../base/units.ts";
import type { Client } from "./client.ts";
import { ERRORS } from "./errors.ts";
import { refreshGates } from "./gates.ts";
import { log } from "./log.ts";
import { resumePaused } from "./pause.ts";
import { nameOf } from "./replication/peers.ts";
import { type ReplicaPeer, replicationOffset } from "./replication/state.ts";
import { endWait, requestAcks } from "./replication/wait.ts";
import { cancelSnapshot, noteSaved } from "./saving.ts";
import { emit, type Shutdown, type ServerState } from "./state.ts";

export interface ShutdownRequest extends Pick<Shutdown, "save" | "force" | "askedBy"> {
  /** Without waiting for replicas that lag. */
  readonly now: boolean;
}

/** Lets replicas catch up for a while, then saves and exits (server spec §4.6). */
export function beginShutdown(state: ServerState, request: ShutdownRequest): void {
  const { shutdownTimeoutSeconds } = state.settings;
  const lagging = laggingPeers(state);
  const until = after(state.now, shutdownTimeoutSeconds * 1000);
  state.shutdown = { ...request, until };
  if (request.now || shutdownTimeoutSeconds === 0 || lagging.length === 0) {
    finishShutdown(state);
    return;
  }
  if (request.askedBy !== undefined) request.askedBy.wait = { kind: "shutdown" };
  requestAcks(state);
  state.pause = { until, scope: "write" };
  refreshGates(state);
  log(
    state,
    "notice",
    `Waiting for replicas before shutting down: ${lagging.length} of ${state.replication.peers.size} lag.`,
  );
}

/** SHUTDOWN ABORT. @returns false when none is in progress */
export function abortShutdown(state: ServerState): boolean {
  if (state.shutdown === undefined) return false;
  log(state, "warning", "Shutdown manually aborted.");
  giveUp(state);
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
  const offset = replicationOffset(state.replication);
  return [...state.replication.peers.values()].filter(
    (peer) => peer.phase.kind === "online" && peer.sendsAcks && peer.ackOffset < offset,
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
      `Lagging replica ${nameOf(peer.client)} reported offset ${peer.ackOffset} behind master, lag=${secondsOf(state.now, peer.ackAt)}, state=online.`,
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
  const askedBy = state.shutdown?.askedBy;
  state.shutdown = undefined;
  log(
    state,
    "warning",
    "Errors trying to shut down the server. Check the logs for more information.",
  );
  if (askedBy !== undefined) tell(state, askedBy);
  resumePaused(state);
}

function tell(state: ServerState, client: Client): void {
  client.reply.error(ERRORS.shutdownFailed);
  if (client.wait !== undefined) endWait(state, client);
}
