import type { ClientId } from "../../base/ids.ts";
import { endKeyWait } from "../blocking.ts";
import type { Client } from "../client.ts";
import { appendToStream } from "../propagation.ts";
import { emit, type ServerState } from "../state.ts";
import { replicationOffset } from "./state.ts";

type Kept = "in-memory" | "on-disk";

/** Online replicas that have everything up to `offset`. */
export function replicasAt(state: ServerState, offset: number, kept: Kept): number {
  let count = 0;
  for (const peer of state.replication.peers.values()) {
    const acknowledged = kept === "in-memory" ? peer.ackOffset : peer.diskOffset;
    if (peer.phase.kind === "online" && acknowledged >= offset) count++;
  }
  return count;
}

/** The reply to WAIT, or to WAITAOF: there is no append-only file here. */
export function answerWait(client: Client, count: number, kept: Kept): void {
  if (kept === "on-disk") {
    client.reply.array(2);
    client.reply.integer(0);
  }
  client.reply.integer(count);
}

/** Asks all replicas how far they are, at most once in a turn. */
export function requestAcks(state: ServerState): void {
  const { replication } = state;
  if (replication.acksRequested || replication.role.kind !== "master") return;
  // The stream holds still during a pause, and its end asks again (server spec §2.15).
  if (state.pause !== undefined) return;
  replication.acksRequested = true;
  const begin = replicationOffset(replication);
  appendToStream(state, ["REPLCONF", "GETACK", "*"]);
  replication.lastGetAck = { begin, end: replicationOffset(replication) };
}

/** Answers the clients whose WAIT is satisfied or whose time is up. */
export function releaseWaiters(state: ServerState): void {
  for (const client of state.waiters) {
    const { wait } = client;
    if (wait?.kind !== "replicas") {
      state.waiters.delete(client);
      continue;
    }
    const count = replicasAt(state, wait.offset, wait.kept);
    if (count < wait.count && state.now < wait.until) continue;
    answerWait(client, count, wait.kept);
    endWait(state, client);
  }
}

/** The client's next requests are executed again. */
export function endWait(state: ServerState, client: Client): void {
  client.wait = undefined;
  state.waiters.delete(client);
  emit(state, { kind: "resume-client", client: client.id });
}

const UNBLOCKED = "UNBLOCKED client unblocked via CLIENT UNBLOCK";

/** CLIENT UNBLOCK. @returns whether the client was waiting for replicas or for keys */
export function unblockClient(state: ServerState, id: ClientId, how: "timeout" | "error"): boolean {
  const client = state.clients.get(id);
  const wait = client?.wait;
  if (client === undefined) return false;
  if (wait?.kind === "keys") {
    endKeyWait(state, client, () => {
      if (how === "error") client.reply.error(UNBLOCKED);
      else client.reply.nullArray();
    });
    return true;
  }
  if (wait?.kind !== "replicas") return false;
  if (how === "error") client.reply.error(UNBLOCKED);
  else answerWait(client, replicasAt(state, wait.offset, wait.kept), wait.kept);
  endWait(state, client);
  return true;
}
