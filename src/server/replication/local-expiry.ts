import { textOf } from "../../base/bytes.ts";
import type { Client } from "../client.ts";
import type { Command, KeyPositions } from "../command.ts";
import type { Arguments } from "../environment.ts";
import { expire, isExpired } from "../expiry.ts";
import { type Database, NO_EXPIRY } from "../keyspace.ts";
import type { ServerState } from "../state.ts";

/** Looked at in each database at one tick. */
const KEYS_PER_TICK = 1000;

/**
 * A writable replica's own keys: its master knows nothing of them and will never delete them, so
 * those that were given an expiry here are expired here (server spec §2.15).
 */
export type LocalExpiries = Map<number, Set<string>>;

export function localExpiryCount(expiries: LocalExpiries): number {
  let count = 0;
  for (const keys of expiries.values()) count += keys.size;
  return count;
}

/** A client of this replica has changed something: remembers which of its keys have an expiry. */
export function noteLocalExpiry(
  state: ServerState,
  client: Client,
  command: Command,
  args: Arguments,
): void {
  const { database } = client;
  for (const at of positions(command.keys, args.length)) {
    const key = textOf(args[at] ?? "");
    if (database.entries.get(key)?.expireAt === NO_EXPIRY) continue;
    const { localExpiries } = state.replication;
    const keys = localExpiries.get(database.index) ?? new Set<string>();
    localExpiries.set(database.index, keys.add(key));
  }
}

function* positions({ first, last, step }: KeyPositions, count: number): Generator<number> {
  const end = last < 0 ? count + last : last;
  if (first > 0) for (let at = first; at <= end; at += step) yield at;
}

/** To be called at every tick of a replica. */
export function expireLocalKeys(state: ServerState): void {
  const { localExpiries } = state.replication;
  if (localExpiries.size === 0 || state.pause !== undefined || state.loading !== undefined) return;
  for (const [index, keys] of localExpiries) {
    const database = state.keyspace.databases[index];
    if (database !== undefined) for (const key of firstOf(keys)) look(state, database, keys, key);
    if (keys.size === 0) localExpiries.delete(index);
  }
}

function firstOf(keys: ReadonlySet<string>): string[] {
  const first: string[] = [];
  for (const key of keys) if (first.push(key) === KEYS_PER_TICK) break;
  return first;
}

/** A key whose time has not come goes to the end of the queue. */
function look(state: ServerState, database: Database, keys: Set<string>, key: string): void {
  keys.delete(key);
  const entry = database.entries.get(key);
  if (entry === undefined || entry.expireAt === NO_EXPIRY) return;
  if (isExpired(state, entry)) expire(state, database, key);
  else keys.add(key);
}
