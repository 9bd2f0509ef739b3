import { nextFloat } from "../../base/random.ts";
import { notifyKeyspaceEvent } from "../keyspace-events.ts";
import type { Database, Entry } from "../keyspace.ts";
import { noteLatency } from "../observation/observation.ts";
import { propagate } from "../propagation.ts";
import type { Settings } from "../settings.ts";
import type { ServerState } from "../state.ts";
import { frequency, idleSeconds } from "./access.ts";
import { memoryCountedForEviction } from "./usage.ts";

/** Others want to be served too: the next command, or the next tick, goes on. */
const SLICE_MS = 5;
const KEYS_A_READING = 16;

/**
 * Removes keys by `maxmemory-policy` until the data fits, for a bounded time.
 * @returns whether there is room, or will be when it goes on; false where nothing can be removed
 */
export function makeRoom(state: ServerState): boolean {
  const { maxMemoryBytes, maxMemoryPolicy } = state.settings;
  if (memoryCountedForEviction(state) <= maxMemoryBytes) return true;
  if (maxMemoryPolicy === "noeviction") return false;
  const beganAt = state.environment.clock();
  let hasRoom = true;
  for (let removed = 1; memoryCountedForEviction(state) > maxMemoryBytes; removed++) {
    const chosen = chooseKey(state);
    if (chosen === undefined) {
      hasRoom = false;
      break;
    }
    evict(state, chosen);
    if (removed % KEYS_A_READING !== 0) continue;
    if (state.environment.clock() - beganAt > SLICE_MS) break;
  }
  noteLatency(state, "eviction-cycle", state.environment.clock() - beganAt);
  return hasRoom;
}

/** Whether this node removes keys by itself: a replica leaves that to its master. */
export function isEvicting(state: ServerState): boolean {
  const { maxMemoryBytes, replicaIgnoreMaxMemory } = state.settings;
  if (maxMemoryBytes === 0 || state.loading !== undefined || state.pause !== undefined)
    return false;
  return state.replication.role.kind === "master" || !replicaIgnoreMaxMemory;
}

interface Chosen {
  readonly database: Database;
  readonly entry: Entry;
}

function evict(state: ServerState, { database, entry }: Chosen): void {
  const { key } = entry;
  state.keyspace.remove(database, key);
  state.stats.evictedKeys++;
  propagate(state, database.index, [state.settings.lazyfreeLazyEviction ? "UNLINK" : "DEL", key]);
  notifyKeyspaceEvent(state, database, key, "evicted");
}

/** The best of some that were drawn from every database. */
function chooseKey(state: ServerState): Chosen | undefined {
  const { maxMemoryPolicy, maxMemorySamples } = state.settings;
  const isRandom = maxMemoryPolicy.endsWith("random");
  const draws = isRandom ? 1 : maxMemorySamples;
  let best: Chosen | undefined;
  let bestWorth = Number.NEGATIVE_INFINITY;
  for (const database of state.keyspace.databases) {
    for (let draw = 0; draw < draws; draw++) {
      const entry = drawKey(state, database, maxMemoryPolicy);
      if (entry === undefined) break;
      const worth = isRandom ? nextFloat(state.random) : worthOfRemoving(state, entry);
      if (worth <= bestWorth) continue;
      best = { database, entry };
      bestWorth = worth;
    }
  }
  return best;
}

function drawKey(
  state: ServerState,
  database: Database,
  policy: Settings["maxMemoryPolicy"],
): Entry | undefined {
  return policy.startsWith("volatile")
    ? database.expiring.random(state.random)?.entry
    : database.entries.random(state.random);
}

/** The higher the better it is to remove this one. */
function worthOfRemoving(state: ServerState, entry: Entry): number {
  const { maxMemoryPolicy } = state.settings;
  if (maxMemoryPolicy === "volatile-ttl") return -(entry.expireAt ?? 0);
  if (maxMemoryPolicy.endsWith("lfu")) {
    return -frequency(entry.access, state.unixNow, state.settings);
  }
  return idleSeconds(entry.access, state.unixNow);
}
