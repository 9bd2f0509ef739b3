import type { ClientId } from "../../base/ids.ts";
import type { ServerState } from "../state.ts";

/**
 * The stream bytes that an online replica gets next; they count as sent from here on.
 * @param maxBytes may be exceeded by the last piece
 */
export function takeStream(state: ServerState, id: ClientId, maxBytes: number): readonly Buffer[] {
  const { backlog, peers } = state.replication;
  const peer = peers.get(id);
  if (backlog === undefined || peer?.phase.kind !== "online") return [];
  if (peer.position > backlog.endOffset) return [];
  const slices = backlog.slicesFrom(peer.position, maxBytes);
  for (const slice of slices) {
    peer.position += slice.length;
    state.stats.replicationOutputBytes += slice.length;
  }
  return slices;
}

/** Bytes kept for this replica that it was not sent yet; they count for its output limits. */
export function heldBytes(state: ServerState, id: ClientId): number {
  const { backlog, peers } = state.replication;
  const peer = peers.get(id);
  if (backlog === undefined || peer === undefined || peer.phase.kind === "waiting") return 0;
  return backlog.endOffset + 1 - peer.position;
}
