import type { Client, QueuedCommand, Transaction } from "./client.ts";
import { type Database, isPast, type Keyspace } from "./keyspace.ts";

/** Holds the command back until EXEC. */
export function enqueue(client: Client, queued: QueuedCommand, flags: number): void {
  if (client.transaction === undefined) return;
  client.transaction.queued.push(queued);
  client.transaction.flags |= flags;
  client.transaction.lacking |= ~flags;
  client.reply.simple("QUEUED");
}

export function beginTransaction(client: Client): void {
  client.transaction = { queued: [], flags: 0, lacking: 0, spoiled: false };
}

/** Ends the transaction and forgets the watched keys. @returns what was queued */
export function discardTransaction(client: Client): Transaction | undefined {
  const { transaction } = client;
  client.transaction = undefined;
  unwatchAll(client);
  return transaction;
}

/** @param expired whether the key is past its time already: then its removal is no change */
export function watch(
  client: Client,
  key: string,
  { database, expired }: { readonly database: Database; readonly expired: boolean },
): void {
  if (client.watched.some((known) => known.database === database && known.key === key)) return;
  const watched = { database, key, expired, watcher: client.watcher };
  client.watched.push(watched);
  const watches = database.watchers.get(key);
  if (watches === undefined) database.watchers.set(key, new Set([watched]));
  else watches.add(watched);
}

export function unwatchAll(client: Client): void {
  for (const watched of client.watched) {
    const { database, key } = watched;
    const watches = database.watchers.get(key);
    watches?.delete(watched);
    if (watches?.size === 0) database.watchers.delete(key);
  }
  client.watched.length = 0;
  client.watcher.invalidated = false;
}

/** Whether a watched key changed, or expired, since it was watched. */
export function isInvalidated(client: Client, unixNow: number): boolean {
  if (client.watcher.invalidated) return true;
  return client.watched.some(({ database, key, expired }) => {
    const entry = database.entries.get(key);
    return !expired && entry !== undefined && isPast(entry, unixNow);
  });
}

export function watchedKeyCount(keyspace: Keyspace): number {
  return keyspace.databases.reduce((sum, database) => sum + database.watchers.size, 0);
}
