import { formatContinue, type PsyncRequest } from "../../wire/psync.ts";
import type { Client } from "../client.ts";
import { log } from "../log.ts";
import { appendToStream } from "../propagation.ts";
import { emit, type ServerState } from "../state.ts";
import { goOnline, provideSnapshot, removeSyncFile, startDueSnapshot } from "./full-sync.ts";
import { watchFailover } from "./failover.ts";
import { beginHistory, dropBacklog, openBacklog } from "./identity.ts";
import { addPeer, closePeer, countGoodReplicas, nameOf } from "./peers.ts";
import { decidePsync } from "./psync-decision.ts";
import { type ReplicaPeer, type Replication, replicationOffset } from "./state.ts";
import { releaseWaiters } from "./wait.ts";
import { watchShutdown } from "../shutdown.ts";

/** Makes the client a replica and gives it what it lacks, or everything (server spec §2.6, §2.7). */
export function attachReplica(
  state: ServerState,
  client: Client,
  request: PsyncRequest | "sync",
): void {
  const { replication, stats } = state;
  if (replication.peers.size === 0) warnOfEmptyRestart(state);
  if (request !== "sync") {
    const decision = decidePsync(replication, request);
    if (decision.kind === "partial") {
      continuePartially(state, client, decision.from);
      return;
    }
    if (decision.refused) {
      stats.syncPartialErr++;
      log(state, "notice", whyRefused(replication, client, request));
    }
  }
  stats.syncFull++;
  if (replication.backlog === undefined) {
    if (replication.peers.size === 0) beginHistory(state);
    openBacklog(state);
    log(
      state,
      "notice",
      `Replication backlog created, my new replication IDs are '${replication.replid}' and '${replication.replid2}'`,
    );
  }
  const peer = addPeer(state, client, {
    phase: { kind: "waiting", since: state.now },
    position: 0,
    sendsAcks: request !== "sync",
  });
  provideSnapshot(state, peer);
}

/** What operators learn too late (server spec §2.13). */
function warnOfEmptyRestart(state: ServerState): void {
  if (state.settings.savePoints.length > 0 || state.replication.role.kind === "replica") return;
  log(
    state,
    "notice",
    "This master saves nothing: restarted, it comes back empty, and so will its replicas. Set save, or vedette-empty-master-guard on the replicas.",
  );
}

function whyRefused(
  replication: Readonly<Replication>,
  client: Client,
  request: PsyncRequest,
): string {
  const { replid, replid2, secondOffset } = replication;
  if (request.kind !== "partial") {
    return "Partial resynchronization not accepted: the replica names no replication ID";
  }
  const asked = request.resume;
  if (asked.replid !== replid && asked.replid !== replid2) {
    return `Partial resynchronization not accepted: Replication ID mismatch (Replica asked for '${asked.replid}', my replication IDs are '${replid}' and '${replid2}')`;
  }
  if (asked.replid !== replid && asked.offset > secondOffset) {
    return `Partial resynchronization not accepted: Requested offset for second ID was ${asked.offset}, but I can reply up to ${secondOffset}`;
  }
  return `Unable to partial resync with replica ${nameOf(client)} for lack of backlog (Replica request was: ${asked.offset}).`;
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

/**
 * REPLCONF ACK: offsets only grow; the first behind a payload lets the stream flow.
 * @param offsets of what is applied, and of what is in the replica's append-only file
 */
export function onAck(
  state: ServerState,
  client: Client,
  { applied, onDisk }: { readonly applied: number; readonly onDisk: number },
): void {
  const peer = state.replication.peers.get(client.id);
  if (peer === undefined) return;
  peer.ackOffset = Math.max(peer.ackOffset, applied);
  peer.diskOffset = Math.max(peer.diskOffset, onDisk);
  peer.ackSeenAt = replicationOffset(state.replication);
  peer.ackAt = state.now;
  if (peer.phase.kind === "awaiting-ack") goOnline(state, peer);
  releaseWaiters(state);
  watchFailover(state);
  watchShutdown(state);
}

/** An empty line says that the replica lives: it sends them while it loads. */
export function onReplicaAlive(state: ServerState, client: Client): void {
  const peer = state.replication.peers.get(client.id);
  if (peer !== undefined) peer.ackAt = state.now;
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
  removeSyncFile(state);
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
