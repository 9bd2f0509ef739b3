import type { Client } from "./client.ts";
import type { ContainerEntry, Database } from "./keyspace.ts";
import { notifyKeyspaceEvent } from "./keyspace-events.ts";
import { propagate } from "./propagation.ts";
import type { ServerState } from "./state.ts";
import type { Hash } from "./values/hash.ts";

/**
 * Fields of hashes that expire, as keys do (server spec §2.15): a master deletes them when somebody
 * comes to the hash or when their moment has passed, and tells its replicas; a replica hides them
 * and waits for HDEL; commands of the master see them.
 */

/** Deleted from all hashes of a database at one tick. */
const FIELDS_PER_TICK = 10_000;

/** The hash as this client may look at it; undefined when no field is left. */
export function visibleHash(
  state: ServerState,
  client: Client,
  entry: ContainerEntry<Hash>,
): Hash | undefined {
  const hash = entry.value;
  if (!hasExpired(state, hash) || seesExpired(state, client)) return hash;
  if (mayExpire(state)) {
    return expireFields(state, client.database, entry, Number.POSITIVE_INFINITY) ? hash : undefined;
  }
  // Until HDEL comes; the copy shares what is large.
  const visible = hash.copy();
  for (const field of hash.expiredFields(state.unixNow, hash.size)) visible.delete(field);
  return visible.size === 0 ? undefined : visible;
}

/** Before the hash is changed. @returns whether the key is still there */
export function dropExpiredFields(
  state: ServerState,
  client: Client,
  entry: ContainerEntry<Hash>,
): boolean {
  if (!hasExpired(state, entry.value) || seesExpired(state, client)) return true;
  return expireFields(state, client.database, entry, Number.POSITIVE_INFINITY);
}

/** Of the hashes with fields that expire, visits only those in which one has (`expiringHashes`). */
export function expireFieldsInBackground(state: ServerState, database: Database): void {
  let left = FIELDS_PER_TICK;
  while (left > 0) {
    const next = database.expiringHashes.at(0);
    if (next === undefined || next.score >= state.unixNow) return;
    const entry = database.entries.get(next.member) as ContainerEntry<Hash>;
    const before = entry.value.size;
    expireFields(state, database, entry, left);
    left -= before - entry.value.size;
  }
}

/** Removes fields whose moment has passed, here and on replicas. @returns whether any field stays */
function expireFields(
  state: ServerState,
  database: Database,
  entry: ContainerEntry<Hash>,
  most: number,
): boolean {
  const hash = entry.value;
  state.keyspace.openContainer(database, entry);
  const fields = hash.expiredFields(state.unixNow, most);
  for (const field of fields) {
    hash.delete(field);
    propagate(state, database.index, ["HDEL", entry.key, field]);
  }
  state.stats.expiredFields += fields.length;
  const stays = state.keyspace.closeContainer(database, entry);
  notifyKeyspaceEvent(state, database, entry.key, "hexpired");
  if (!stays) notifyKeyspaceEvent(state, database, entry.key, "del");
  return stays;
}

function hasExpired(state: ServerState, hash: Hash): boolean {
  const earliest = hash.earliestExpiry();
  return earliest !== undefined && earliest < state.unixNow;
}

function seesExpired(state: ServerState, client: Client): boolean {
  return client.kind === "master" || state.loading !== undefined;
}

function mayExpire(state: ServerState): boolean {
  return state.replication.role.kind === "master" && state.pause === undefined;
}
