import type { ServerState } from "../state.ts";

/** What the server needs without any data, roughly: INFO's `used_memory_startup`. */
export const STARTUP_BYTES = 1024 * 1024;

/** What is in use by our own account: data, what is kept for replicas, buffers of clients. */
export function usedMemory(state: ServerState): number {
  const backlog = state.replication.backlog?.length ?? 0;
  return STARTUP_BYTES + state.keyspace.bytes + backlog + state.clientBytes;
}

/** What is kept for slow replicas beyond the backlog: they must not cost keys (server spec §6.4). */
export function memoryOfReplicas(state: ServerState): number {
  const { backlog } = state.replication;
  return backlog === undefined ? 0 : Math.max(0, backlog.length - backlog.size);
}

export function memoryCountedForEviction(state: ServerState): number {
  return usedMemory(state) - memoryOfReplicas(state);
}
