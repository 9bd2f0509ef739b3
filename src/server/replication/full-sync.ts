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
  } else if (mayJoin(state, peer, running)) {
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
function mayJoin(state: ServerState, peer: ReplicaPeer, running: RunningSnapshot): boolean {
  return (
    peer.client.replicaOptions.rdbFilter === "everything" &&
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
  const [first, ...others] = waitingPeers(state);
  if (first === undefined) return;
  const { settings } = state;
  const { rdbFilter: contents } = first.client.replicaOptions;
  // Those that want something else get the next one.
  const waiting = [
    first,
    ...others.filter(({ client }) => client.replicaOptions.rdbFilter === contents),
  ];
  // A snapshot that lacks something must never get the file's name.
  const mayBeDiskless = settings.replDisklessSync || contents !== "everything";
  const diskless = mayBeDiskless && waiting.every((peer) => peer.client.replicaOptions.eof);
  if (diskless && !isDisklessSyncDue(state, waiting)) return;
  const clients = waiting.map((peer) => peer.client.id);
  const where = diskless ? "replicas sockets" : "disk";
  log(state, "notice", `Starting BGSAVE for SYNC with target: ${where}`);
  const started = diskless ? "Background RDB transfer" : "Background saving";
  log(state, "notice", `${started} started by pid ${state.environment.facts().processId}`);
  beginSnapshot(
    state,
    diskless ? { kind: "replicas", clients, marker: state.environment.newId() } : { kind: "file" },
    { forReplicas: true, contents },
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
    const receivers = collectingPeers(state).length;
    log(
      state,
      "warning",
      `Diskless rdb transfer, done reading from pipe, ${receivers} replicas still up.`,
    );
    log(state, "notice", "Background RDB transfer terminated with success");
  }
  state.replication.syncFileRemains ||= running.target.kind === "file" && running.forReplicas;
  for (const peer of collectingPeers(state)) {
    if (running.target.kind === "file") sendFile(state, peer);
    else awaitAck(state, peer);
  }
  continueSaving(state);
}

function collectingPeers(state: ServerState): ReplicaPeer[] {
  return [...state.replication.peers.values()].filter(({ phase }) => phase.kind === "collecting");
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
  log(
    state,
    "notice",
    `Streamed RDB transfer with replica ${nameOf(peer.client)} succeeded (socket). Waiting for REPLCONF ACK from replica to enable streaming`,
  );
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
  dismissCollecting(state, running);
  continueSaving(state);
}

/** Replicas that wait for a snapshot that will not come; in a begun payload nothing can be said. */
function dismissCollecting(state: ServerState, running: RunningSnapshot): void {
  for (const peer of collectingPeers(state)) {
    if (running.target.kind === "file") {
      const bytes = `-${ERRORS.bgsaveFailedForReplica}\r\n`;
      emit(state, { kind: "write-client", client: peer.client.id, bytes });
    }
    dismissPeer(state, peer, "BGSAVE failed");
  }
}

/** FLUSHALL: what the snapshot shows is gone on purpose. Replicas come back for what is left. */
export function abandonSnapshot(state: ServerState): void {
  const { running } = state.persistence;
  if (running === undefined) return;
  log(state, "notice", "The snapshot is given up: its data was flushed");
  cancelSnapshot(state);
  if (running.forReplicas) dismissCollecting(state, running);
}

/**
 * A file that only replicas needed goes when the last of them has it, where it is wanted
 * (`rdb-del-sync-files`).
 */
export function removeSyncFile(state: ServerState): void {
  const { replication, settings, persistence } = state;
  if (!replication.syncFileRemains || !settings.rdbDelSyncFiles) return;
  if (settings.savePoints.length > 0 || persistence.running !== undefined) return;
  if ([...replication.peers.values()].some(({ phase }) => phase.kind === "sending")) return;
  replication.syncFileRemains = false;
  log(
    state,
    "notice",
    "Removing the RDB file used to feed replicas in a persistence-less instance",
  );
  emit(state, { kind: "delete-snapshot-file" });
}

/** Begins what waits for the running snapshot to end; to be called at every tick too. */
export function continueSaving(state: ServerState): void {
  startDueSnapshot(state);
  const { persistence } = state;
  if (!persistence.scheduled || persistence.running !== undefined) return;
  if (state.loading !== undefined) return;
  persistence.scheduled = false;
  beginSnapshot(state, { kind: "file" }, { forReplicas: false });
}

/** Gives up a snapshot that no replica waits for any more, unless it serves as a save too. */
export function cancelUnwantedSnapshot(state: ServerState): void {
  const { running } = state.persistence;
  if (running?.forReplicas !== true) return;
  if (collectingPeers(state).length > 0) return;
  if (running.target.kind === "file") {
    if (state.settings.savePoints.length > 0) return;
    log(state, "notice", "The snapshot is cancelled: no replica waits for it any more");
  } else {
    log(state, "warning", "Diskless rdb transfer, last replica dropped, killing fork child.");
  }
  cancelSnapshot(state);
  continueSaving(state);
}
