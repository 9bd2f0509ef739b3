import type { ClientId } from "../../base/ids.ts";
import { formatFullResync } from "../../wire/psync.ts";
import { ERRORS } from "../errors.ts";
import { log } from "../log.ts";
import type { RunningSnapshot, SnapshotId } from "../persistence.ts";
import {
  beginSnapshot,
  cancelSnapshot,
  noteSaved,
  noteSaveFailed,
  takeFinished,
} from "../saving.ts";
import { emit, type ServerState } from "../state.ts";
import { countGoodReplicas, dismissPeer, nameOf } from "./peers.ts";
import type { ReplicaPeer } from "./state.ts";

/** A new replica that needs everything: the running snapshot may do for it, or the next one. */
export function provideSnapshot(state: ServerState, peer: ReplicaPeer): void {
  const { running } = state.persistence;
  if (running === undefined) {
    startDueSnapshot(state);
  } else if (mayJoin(state, running)) {
    log(state, "notice", "Waiting for end of BGSAVE for SYNC");
    collect(state, peer, running);
  } else {
    log(
      state,
      "notice",
      "Can't attach the replica to the current BGSAVE. Waiting for next BGSAVE for SYNC",
    );
  }
}

/** A file that others already wait for serves one more: its stream is still held for them. */
function mayJoin(state: ServerState, running: RunningSnapshot): boolean {
  return (
    running.target.kind === "file" &&
    running.forReplicas &&
    (state.replication.backlog?.holds(running.offset + 1) ?? false)
  );
}

/** From the snapshot's moment on the stream is kept for this replica. */
function collect(state: ServerState, peer: ReplicaPeer, running: RunningSnapshot): void {
  peer.phase = { kind: "collecting", target: running.target.kind };
  peer.position = running.offset + 1;
  if (!peer.sendsAcks) return;
  const { replid } = state.replication;
  const bytes = formatFullResync({ replid, offset: running.offset });
  emit(state, { kind: "write-client", client: peer.client.id, bytes });
}

/** Begins a snapshot for the replicas that wait for one, if it is time for it. */
export function startDueSnapshot(state: ServerState): void {
  if (state.persistence.running !== undefined || state.loading !== undefined) return;
  const waiting = waitingPeers(state);
  if (waiting.length === 0) return;
  const { settings } = state;
  const diskless =
    settings.replDisklessSync && waiting.every((peer) => peer.client.replicaOptions.eof);
  if (diskless && !isDisklessSyncDue(state, waiting)) return;
  const clients = waiting.map((peer) => peer.client.id);
  const where = diskless ? "replicas sockets" : "disk";
  log(state, "notice", `Starting BGSAVE for SYNC with target: ${where}`);
  beginSnapshot(
    state,
    diskless ? { kind: "replicas", clients, marker: state.environment.newId() } : { kind: "file" },
    { forReplicas: true },
    (running) => {
      // A replica's stream is its master's, which selects its databases itself.
      if (state.replication.role.kind === "master") state.replication.streamDb = -1;
      for (const peer of waiting) collect(state, peer, running);
    },
  );
}

function waitingPeers(state: ServerState): ReplicaPeer[] {
  return [...state.replication.peers.values()].filter((peer) => peer.phase.kind === "waiting");
}

/** More replicas may come and share the transfer, for a while (repl-diskless-sync-delay). */
function isDisklessSyncDue(state: ServerState, waiting: readonly ReplicaPeer[]): boolean {
  const { replDisklessSyncDelaySeconds, replDisklessSyncMaxReplicas } = state.settings;
  const isCrowd = replDisklessSyncMaxReplicas > 0 && waiting.length >= replDisklessSyncMaxReplicas;
  return (
    isCrowd ||
    waiting.some(({ phase }) => {
      return (
        phase.kind === "waiting" && state.now - phase.since >= replDisklessSyncDelaySeconds * 1000
      );
    })
  );
}

export function onSnapshotWritten(state: ServerState, id: SnapshotId): void {
  const running = takeFinished(state, id);
  if (running === undefined) return;
  const durationMs = state.now - running.startedAt;
  if (running.target.kind === "file") {
    noteSaved(state, { changes: running.changesAtStart, durationMs });
    log(state, "notice", "Background saving terminated with success");
  } else {
    log(state, "notice", "Background RDB transfer terminated with success");
  }
  for (const peer of state.replication.peers.values()) {
    if (peer.phase.kind !== "collecting") continue;
    if (running.target.kind === "file") sendFile(state, peer);
    else awaitAck(state, peer);
  }
  continueSaving(state);
}

function sendFile(state: ServerState, peer: ReplicaPeer): void {
  peer.phase = { kind: "sending" };
  emit(state, { kind: "send-snapshot-file", client: peer.client.id });
}

function awaitAck(state: ServerState, peer: ReplicaPeer): void {
  if (peer.client.replicaOptions.rdbOnly) {
    dismissPeer(state, peer, "RDB only replica got its snapshot");
    return;
  }
  peer.phase = { kind: "awaiting-ack" };
  peer.ackAt = state.now;
}

export function onSnapshotSent(state: ServerState, id: ClientId): void {
  const peer = state.replication.peers.get(id);
  if (peer?.phase.kind !== "sending") return;
  if (peer.client.replicaOptions.rdbOnly)
    dismissPeer(state, peer, "RDB only replica got its snapshot");
  else goOnline(state, peer);
}

export function goOnline(state: ServerState, peer: ReplicaPeer): void {
  peer.phase = { kind: "online" };
  peer.ackAt = state.now;
  emit(state, { kind: "feed-replica", client: peer.client.id });
  log(state, "notice", `Synchronization with replica ${nameOf(peer.client)} succeeded`);
  countGoodReplicas(state);
}

export function onSnapshotFailed(state: ServerState, id: SnapshotId, reason: string): void {
  const running = takeFinished(state, id);
  if (running === undefined) return;
  log(state, "warning", `Background saving error: ${reason}`);
  if (running.target.kind === "file") noteSaveFailed(state);
  for (const peer of state.replication.peers.values()) {
    if (peer.phase.kind !== "collecting") continue;
    const bytes = `-${ERRORS.bgsaveFailedForReplica}\r\n`;
    emit(state, { kind: "write-client", client: peer.client.id, bytes });
    dismissPeer(state, peer, "BGSAVE failed");
  }
  continueSaving(state);
}

function continueSaving(state: ServerState): void {
  startDueSnapshot(state);
  const { persistence } = state;
  if (!persistence.scheduled || persistence.running !== undefined) return;
  persistence.scheduled = false;
  beginSnapshot(state, { kind: "file" }, { forReplicas: false });
}

/** Gives up a snapshot that no replica waits for any more, unless it serves as a save too. */
export function cancelUnwantedSnapshot(state: ServerState): void {
  const { running } = state.persistence;
  if (running?.forReplicas !== true) return;
  const { peers } = state.replication;
  const isWanted = [...peers.values()].some(({ phase }) => phase.kind === "collecting");
  if (isWanted || (running.target.kind === "file" && state.settings.savePoints.length > 0)) return;
  log(state, "notice", "The snapshot is cancelled: no replica waits for it any more");
  cancelSnapshot(state);
  continueSaving(state);
}
