import type { ClientId } from "../../base/ids.ts";
import type { Client } from "../client.ts";
import { appendToStream } from "../propagation.ts";
import { emit, type ServerState } from "../state.ts";

/** Online replicas that have everything up to `offset`. */
export function replicasAt(state: ServerState, offset: number): number {
  let count = 0;
  for (const peer of state.replication.peers.values()) {
    if (peer.phase.kind === "online" && peer.ackOffset >= offset) count++;
  }
  return count;
}

/** Asks all replicas how far they are, at most once in a turn. */
export function requestAcks(state: ServerState): void {
  const { replication } = state;
  if (replication.acksRequested || replication.role.kind !== "master") return;
  replication.acksRequested = true;
  appendToStream(state, ["REPLCONF", "GETACK", "*"]);
}

/** Answers the clients whose WAIT is satisfied or whose time is up. */
export function releaseWaiters(state: ServerState): void {
  for (const client of state.waiters) {
    const { wait } = client;
    if (wait?.kind !== "replicas") {
      state.waiters.delete(client);
      continue;
    }
    const count = replicasAt(state, wait.offset);
    if (count < wait.count && state.now < wait.until) continue;
    client.reply.integer(count);
    endWait(state, client);
  }
}

/** The client's next requests are executed again. */
export function endWait(state: ServerState, client: Client): void {
  client.wait = undefined;
  state.waiters.delete(client);
  emit(state, { kind: "resume-client", client: client.id });
}

/** CLIENT UNBLOCK. @returns whether the client was waiting for replicas */
export function unblockClient(state: ServerState, id: ClientId, how: "timeout" | "error"): boolean {
  const client = state.clients.get(id);
  if (client?.wait?.kind !== "replicas") return false;
  if (how === "error") client.reply.error("UNBLOCKED client unblocked via CLIENT UNBLOCK");
  else client.reply.integer(replicasAt(state, client.wait.offset));
  endWait(state, client);
  return true;
}
