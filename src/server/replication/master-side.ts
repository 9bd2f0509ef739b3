import { textOf } from "../../base/bytes.ts";
import type { ClientId } from "../../base/ids.ts";
import { formatContinue, formatFullResync, type PsyncRequest } from "../../wire/psync.ts";
import type { Client } from "../client.ts";
import type { Arguments } from "../environment.ts";
import { refreshGates } from "../gates.ts";
import { log } from "../log.ts";
import type { RunningSnapshot, SnapshotId } from "../persistence.ts";
import { appendToStream } from "../propagation.ts";
import {
  beginSnapshot,
  cancelSnapshot,
  noteSaved,
  noteSaveFailed,
  takeFinished,
} from "../saving.ts";
import { emit, type ServerState } from "../state.ts";
import { beginHistory, dropBacklog, openBacklog } from "./identity.ts";
import { decidePsync } from "./psync-decision.ts";
import { SilentWriter } from "./silent-writer.ts";
import { type ReplicaPeer, replicationOffset } from "./state.ts";
import { releaseWaiters } from "./wait.ts";

/** Makes the client a replica and gives it what it lacks, or everything (server spec §2.6, §2.7). */
export function attachReplica(
  state: ServerState,
  client: Client,
  request: PsyncRequest | "sync",
): void {
  const { replication, stats } = state;
  if (request !== "sync") {
    const decision = decidePsync(replication, request);
    if (decision.kind === "partial") {
      continuePartially(state, client, decision.from);
      return;
    }
    if (decision.refused) stats.syncPartialErr++;
  }
  stats.syncFull++;
  if (replication.backlog === undefined) {
    if (replication.peers.size === 0) beginHistory(state);
    openBacklog(state);
  }
  const peer = addPeer(state, client, {
    phase: { kind: "waiting", since: state.now },
    position: 0,
    sendsAcks: request !== "sync",
  });
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

function addPeer(
  state: ServerState,
  client: Client,
  beginning: Pick<ReplicaPeer, "phase" | "position" | "sendsAcks">,
): ReplicaPeer {
  const peer: ReplicaPeer = {
    client,
    ...beginning,
    ackOffset: 0,
    ackAt: state.now,
  };
  client.kind = "replica";
  client.reply = new SilentWriter();
  state.replication.peers.set(client.id, peer);
  state.replication.withoutReplicasSince = undefined;
  emit(state, { kind: "attach-replica", client: client.id });
  return peer;
}

function continuePartially(state: ServerState, client: Client, from: number): void {
  const { replication } = state;
  state.stats.syncPartialOk++;
  addPeer(state, client, { phase: { kind: "online" }, position: from, sendsAcks: true });
  const replid = client.replicaOptions.psync2 ? replication.replid : undefined;
  emit(state, { kind: "write-client", client: client.id, bytes: formatContinue(replid) });
  emit(state, { kind: "feed-replica", client: client.id });
  const lacking = replicationOffset(replication) + 1 - from;
  log(
    state,
    "notice",
    `Partial resynchronization request from ${nameOf(client)} accepted. Sending ${lacking} bytes of backlog starting from offset ${from}.`,
  );
  countGoodReplicas(state);
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
    closePeer(state, peer, "RDB only replica got its snapshot");
    return;
  }
  peer.phase = { kind: "awaiting-ack" };
  peer.ackAt = state.now;
}

export function onSnapshotSent(state: ServerState, id: ClientId): void {
  const peer = state.replication.peers.get(id);
  if (peer?.phase.kind !== "sending") return;
  if (peer.client.replicaOptions.rdbOnly)
    closePeer(state, peer, "RDB only replica got its snapshot");
  else goOnline(state, peer);
}

function goOnline(state: ServerState, peer: ReplicaPeer): void {
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
    const bytes = "-ERR BGSAVE failed, replication can't continue\r\n";
    emit(state, { kind: "write-client", client: peer.client.id, bytes });
    closePeer(state, peer, "BGSAVE failed");
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

/** REPLCONF ACK: offsets only grow; the first behind a payload lets the stream flow. */
export function onAck(state: ServerState, client: Client, offset: number): void {
  const peer = state.replication.peers.get(client.id);
  if (peer === undefined) return;
  if (offset > peer.ackOffset) peer.ackOffset = offset;
  peer.ackAt = state.now;
  if (peer.phase.kind === "awaiting-ack") goOnline(state, peer);
  releaseWaiters(state);
}

/** An empty line says that the replica lives: it sends them while it loads. */
export function onReplicaAlive(state: ServerState, client: Client): void {
  const peer = state.replication.peers.get(client.id);
  if (peer !== undefined) peer.ackAt = state.now;
}

/** What a replica is sent is the stream: a reply in between would be taken for a part of it. */
export function closeIfReplied(state: ServerState, client: Client, args: Arguments): void {
  const peer = state.replication.peers.get(client.id);
  if (peer === undefined || !(client.reply instanceof SilentWriter) || !client.reply.wrote) return;
  const name = textOf(args[0] ?? "").toLowerCase();
  const error = client.reply.firstError ?? "";
  log(
    state,
    "warning",
    `Replica generated a reply to command '${name}', disconnecting it: ${error}`,
  );
  closePeer(state, peer, "a reply was due to it");
}

/** Closes the connection; the shell reports when it is gone. */
export function closePeer(state: ServerState, peer: ReplicaPeer, reason: string): void {
  emit(state, { kind: "close-client", client: peer.client.id, reason });
  removePeer(state, peer.client.id);
}

export function removePeer(state: ServerState, id: ClientId): void {
  const { replication, persistence } = state;
  const peer = replication.peers.get(id);
  if (peer === undefined) return;
  replication.peers.delete(id);
  if (replication.peers.size === 0) replication.withoutReplicasSince = state.now;
  log(state, "notice", `Connection with replica ${nameOf(peer.client)} lost.`);
  countGoodReplicas(state);
  const { running } = persistence;
  if (peer.phase.kind !== "collecting" || running?.forReplicas !== true) return;
  const isWanted = [...replication.peers.values()].some(({ phase }) => phase.kind === "collecting");
  if (isWanted || (running.target.kind === "file" && state.settings.savePoints.length > 0)) return;
  log(state, "notice", "The snapshot is cancelled: no replica waits for it any more");
  cancelSnapshot(state);
  continueSaving(state);
}

/** They come back and learn the new id by a partial resynchronisation (server spec §2.11). */
export function disconnectPeers(state: ServerState, reason: string): void {
  for (const peer of state.replication.peers.values()) closePeer(state, peer, reason);
}

/** What a master does once a second (server spec §2.9). */
export function serveReplicas(state: ServerState): void {
  const { replication, settings } = state;
  const isMaster = replication.role.kind === "master";
  const pingDue = replication.seconds % settings.replPingReplicaPeriodSeconds === 0;
  if (isMaster && pingDue && replication.peers.size > 0 && state.pause === undefined) {
    appendToStream(state, ["ping"]);
  }
  for (const peer of replication.peers.values()) {
    if (needsKeepalive(peer)) {
      emit(state, { kind: "write-client", client: peer.client.id, bytes: "\n" });
    }
    if (isTimedOut(state, peer)) {
      log(
        state,
        "warning",
        `Disconnecting timedout replica (streaming sync): ${nameOf(peer.client)}`,
      );
      closePeer(state, peer, "replica timed out");
    }
  }
  dropUnusedBacklog(state);
  startDueSnapshot(state);
  countGoodReplicas(state);
}

/** Before the payload only: a byte inside it would be taken for a part of it. */
function needsKeepalive({ phase }: ReplicaPeer): boolean {
  return phase.kind === "waiting" || (phase.kind === "collecting" && phase.target === "file");
}

function isTimedOut(state: ServerState, peer: ReplicaPeer): boolean {
  const counts = peer.phase.kind === "online" || peer.phase.kind === "awaiting-ack";
  const silentMs = state.now - peer.ackAt;
  return counts && peer.sendsAcks && silentMs > state.settings.replTimeoutSeconds * 1000;
}

/** Without replicas for long, nobody can resume; and the next one must not mistake our history. */
function dropUnusedBacklog(state: ServerState): void {
  const { replication, settings } = state;
  const since = replication.withoutReplicasSince;
  if (replication.role.kind !== "master" || replication.backlog === undefined) return;
  if (since === undefined || settings.replBacklogTtlSeconds === 0) return;
  if (state.now - since <= settings.replBacklogTtlSeconds * 1000) return;
  log(
    state,
    "notice",
    `Replication backlog freed after ${settings.replBacklogTtlSeconds} seconds without connected replicas.`,
  );
  beginHistory(state);
  dropBacklog(state);
}

/** min-replicas-to-write looks at this number (server spec §6.3). */
export function countGoodReplicas(state: ServerState): void {
  const { replication, settings } = state;
  let good = 0;
  for (const peer of replication.peers.values()) {
    const lagMs = state.now - peer.ackAt;
    if (peer.phase.kind === "online" && lagMs <= settings.minReplicasMaxLagSeconds * 1000) good++;
  }
  replication.goodReplicas = good;
  refreshGates(state);
}

/** `ip:port` as the replica announces itself. */
export function nameOf(client: Client): string {
  return `${peerHost(client)}:${client.replicaOptions.listeningPort || portOf(client)}`;
}

/** The announced address, else where the connection comes from. */
export function peerHost(client: Client): string {
  const { announcedIp } = client.replicaOptions;
  if (announcedIp !== "") return announcedIp;
  const { remoteAddress } = client.connection;
  const host = remoteAddress.slice(0, remoteAddress.lastIndexOf(":"));
  return host.startsWith("[") ? host.slice(1, -1) : host;
}

function portOf(client: Client): string {
  const { remoteAddress } = client.connection;
  return remoteAddress.slice(remoteAddress.lastIndexOf(":") + 1);
}
