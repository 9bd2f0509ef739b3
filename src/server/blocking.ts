import { after, NEVER } from "../base/units.ts";
import type { Blocking, KeyWait } from "./blocking-state.ts";
import { call } from "./call.ts";
import type { Client } from "./client.ts";
import type { Database } from "./keyspace.ts";
import { noteEnd } from "./observation/observation.ts";
import { emit, type ServerState } from "./state.ts";
import { kindOf } from "./values/value.ts";

/** Inside a transaction nothing waits (server spec §4.9). */
export function mayBlock(state: ServerState): boolean {
  return state.propagation.depth <= 1;
}

/** The client's next requests wait until it is served, or its time is up. */
export function blockOnKeys(state: ServerState, client: Client, wait: KeyWait): void {
  const { blocking } = state;
  const { timeoutMs } = wait;
  const until =
    blocking.deadline ?? (timeoutMs === 0 ? NEVER : after(state.now, Math.ceil(timeoutMs)));
  client.wait = { kind: "keys", ...wait, until };
  blocking.clients.add(client);
  const { index } = client.database;
  const waiting = blocking.waiting.get(index) ?? new Map<string, Set<Client>>();
  blocking.waiting.set(index, waiting);
  for (const key of wait.keys) {
    const clients = waiting.get(key);
    if (clients === undefined) waiting.set(key, new Set([client]));
    else clients.add(client);
  }
  state.keyspace.onPut ??= (database, key) => noteReady(blocking, database, key);
}

function noteReady(blocking: Blocking, { index }: Database, key: string): void {
  if (blocking.waiting.get(index)?.has(key) === true) blocking.ready.push({ db: index, key });
}

/** SWAPDB has put other keys under this number. */
export function noteSwapped(state: ServerState, database: Database): void {
  for (const key of state.blocking.waiting.get(database.index)?.keys() ?? []) {
    if (database.entries.has(key)) state.blocking.ready.push({ db: database.index, key });
  }
}

/** The client waits for no key any more. */
export function forgetKeyWait(state: ServerState, client: Client): void {
  const { blocking } = state;
  if (!blocking.clients.delete(client)) return;
  if (client.wait?.kind === "keys") {
    const { index } = client.database;
    const waiting = blocking.waiting.get(index);
    for (const key of client.wait.keys) {
      const clients = waiting?.get(key);
      clients?.delete(client);
      if (clients?.size === 0) waiting?.delete(key);
    }
    client.wait = undefined;
  }
  if (blocking.clients.size === 0) state.keyspace.onPut = undefined;
}

/** To be called whenever a command or transaction is over. */
export function serveBlocked(state: ServerState): void {
  const { blocking } = state;
  if (blocking.isServing) return;
  blocking.isServing = true;
  while (blocking.ready.length > 0) {
    const ready = blocking.ready;
    blocking.ready = [];
    for (const { db, key } of ready) serveKey(state, db, key);
  }
  blocking.isServing = false;
}

function serveKey(state: ServerState, db: number, key: string): void {
  const { blocking } = state;
  // A copy: whoever waits again joins at the end.
  const clients = Array.from(blocking.waiting.get(db)?.get(key) ?? []);
  for (const client of clients) {
    const { wait } = client;
    const entry = client.database.entries.get(key);
    if (entry === undefined) return;
    if (wait?.kind !== "keys" || kindOf(entry.value) !== wait.holding) continue;
    forgetKeyWait(state, client);
    blocking.deadline = wait.until;
    call(state, client, wait.command, wait.args);
    blocking.deadline = undefined;
    if (client.wait === undefined) emit(state, { kind: "resume-client", client: client.id });
  }
}

/** Those whose time is up get the answer of a command that found nothing. */
export function releaseOverdue(state: ServerState): void {
  for (const client of state.blocking.clients) {
    if (client.wait?.kind !== "keys" || state.now < client.wait.until) continue;
    endKeyWait(state, client, () => client.reply.nullArray());
  }
}

/** @param answer what the client gets in place of an element */
export function endKeyWait(state: ServerState, client: Client, answer: () => void): void {
  const { wait } = client;
  forgetKeyWait(state, client);
  answer();
  if (wait?.kind === "keys") noteEnd(state, client, wait.command, wait.args, state.now);
  emit(state, { kind: "resume-client", client: client.id });
}
