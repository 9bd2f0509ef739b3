import type { Client } from "./client.ts";
import { expireFieldsInBackground } from "./field-expiry.ts";
import { type Database, type Entry, isPast } from "./keyspace.ts";
import { notifyKeyspaceEvent } from "./keyspace-events.ts";
import { isLfu } from "./memory/policy.ts";
import { usedOnceMore } from "./memory/access.ts";
import { propagate } from "./propagation.ts";
import type { ExpiryCycle, ServerState } from "./state.ts";

/** Keys looked at in one pass over a database before another is due. */
const KEYS_PER_PASS = 400;
/** Most buckets of a table that is shrinking are empty. */
const BUCKETS_PER_PASS = 4 * KEYS_PER_PASS;
/** A pass that finds this share expired is repeated at once. */
const BUSY_SHARE = 0.1;
const MAX_PASSES = 16;

/**
 * The key's entry as this client may see it. A key past its time is deleted here by a master; a
 * replica hides it and waits for its master's DEL; commands of the master see it (spec §2.15).
 */
export function lookup(
  state: ServerState,
  client: Client,
  key: string,
  database: Database = client.database,
): Entry | undefined {
  const entry = peek(state, client, key, database);
  if (entry !== undefined && !client.connection.noTouch) noteAccess(state, entry);
  return entry;
}

/** As `lookup`, which is no use of the key. */
export function peek(
  state: ServerState,
  client: Client,
  key: string,
  database: Database = client.database,
): Entry | undefined {
  const entry = database.entries.get(key);
  if (entry === undefined || !isPast(entry, state.unixNow)) return entry;
  return expireOnAccess(state, client, database, key) ? undefined : entry;
}

/** As `lookup`, counted as a hit or a miss. */
export function lookupRead(state: ServerState, client: Client, key: string): Entry | undefined {
  return countRead(state, client, key, lookup(state, client, key));
}

/** As `peek`, counted as a hit or a miss. */
export function peekRead(state: ServerState, client: Client, key: string): Entry | undefined {
  return countRead(state, client, key, peek(state, client, key));
}

function countRead(
  state: ServerState,
  client: Client,
  key: string,
  entry: Entry | undefined,
): Entry | undefined {
  if (entry === undefined) {
    state.stats.keyspaceMisses++;
    notifyKeyspaceEvent(state, client.database, key, "keymiss");
  } else {
    state.stats.keyspaceHits++;
  }
  return entry;
}

function noteAccess(state: ServerState, entry: Entry): void {
  entry.access = isLfu(state)
    ? usedOnceMore(entry.access, state.unixNow, state)
    : state.keyspace.newAccess;
}

/** @returns whether the key is gone for this client */
function expireOnAccess(
  state: ServerState,
  client: Client,
  database: Database,
  key: string,
): boolean {
  if (client.kind === "master" || state.loading !== undefined) return false;
  if (state.replication.role.kind === "replica" || state.pause !== undefined) return true;
  expire(state, database, key);
  return true;
}

/** Removes a key whose time has come, here and on replicas. */
export function expire(state: ServerState, database: Database, key: string): void {
  state.keyspace.remove(database, key);
  state.stats.expiredKeys++;
  propagate(state, database.index, [state.settings.lazyfreeLazyExpire ? "UNLINK" : "DEL", key]);
  notifyKeyspaceEvent(state, database, key, "expired");
}

/** Whether the key is past its time, whoever will remove it. */
export function isExpired(state: ServerState, entry: Readonly<Entry>): boolean {
  return isPast(entry, state.unixNow);
}

/**
 * Removes keys whose time has come although nobody asks for them: a bounded number in each pass,
 * more while many of those looked at are expired. Masters only; each is its own unit (§2.14).
 */
export function expireInBackground(state: ServerState, cycle: ExpiryCycle): void {
  if (state.replication.role.kind === "replica" || state.pause !== undefined) return;
  if (state.loading !== undefined || !state.activeExpiry) return;
  for (const database of state.keyspace.databases) {
    if (database.expiringHashes.size > 0) expireFieldsInBackground(state, database);
    if (database.expiring.size === 0) continue;
    for (let pass = 0; pass < MAX_PASSES; pass++) {
      const share = expirePass(state, database, cycle);
      if (share < BUSY_SHARE) break;
      if (pass === MAX_PASSES - 1) state.stats.expireCapReached++;
    }
  }
}

/** @returns which share of the keys looked at was expired */
function expirePass(state: ServerState, database: Database, cycle: ExpiryCycle): number {
  const due: string[] = [];
  const seen = { keys: 0, buckets: 0 };
  let cursor = cycle.cursors[database.index] ?? 0;
  do {
    cursor = database.expiring.scan(cursor, ({ key, entry }) => {
      seen.keys++;
      if (state.unixNow >= (entry.expireAt ?? Number.POSITIVE_INFINITY)) due.push(key);
    });
    seen.buckets++;
  } while (cursor !== 0 && seen.keys < KEYS_PER_PASS && seen.buckets < BUCKETS_PER_PASS);
  cycle.cursors[database.index] = cursor;
  for (const key of due) expire(state, database, key);
  return seen.keys === 0 ? 0 : due.length / seen.keys;
}
