import { NO_REPLICATION_ID, type ReplicationId } from "../../wire/psync.ts";
import type { ServerState } from "../state.ts";
import { Backlog } from "./backlog.ts";
import { replicationOffset } from "./state.ts";

/** A new history without a predecessor (server spec §2.11). */
export function beginHistory(state: ServerState): void {
  state.replication.replid = state.environment.newId() as ReplicationId;
  forgetPredecessor(state);
}

export function forgetPredecessor(state: ServerState): void {
  state.replication.replid2 = NO_REPLICATION_ID;
  state.replication.secondOffset = -1;
}

/** What was our history up to now goes on under `replid`; the old id stays good up to here. */
export function continueHistoryAs(state: ServerState, replid: ReplicationId): void {
  const { replication } = state;
  replication.replid2 = replication.replid;
  replication.secondOffset = replicationOffset(replication) + 1;
  replication.replid = replid;
}

/** Takes over a master's history behind a full synchronisation. */
export function adoptHistory(
  state: ServerState,
  history: { readonly replid: ReplicationId; readonly offset: number },
): void {
  state.replication.replid = history.replid;
  forgetPredecessor(state);
  dropBacklog(state);
  state.replication.offsetWithoutBacklog = history.offset;
  openBacklog(state);
}

export function openBacklog(state: ServerState): Backlog {
  const { replication } = state;
  replication.backlog ??= new Backlog(
    replication.offsetWithoutBacklog,
    state.settings.replBacklogSizeBytes,
  );
  return replication.backlog;
}

export function dropBacklog(state: ServerState): void {
  const { replication } = state;
  replication.offsetWithoutBacklog = replicationOffset(replication);
  replication.backlog = undefined;
}

/** Lets go of stream bytes that neither the backlog's size nor a replica calls for. */
export function trimBacklog(state: ServerState): void {
  const { backlog, peers } = state.replication;
  if (backlog === undefined || backlog.length <= backlog.size) return;
  let needed = backlog.endOffset + 1;
  for (const peer of peers.values()) {
    if (peer.phase.kind !== "waiting") needed = Math.min(needed, peer.position);
  }
  backlog.trim(needed);
}
