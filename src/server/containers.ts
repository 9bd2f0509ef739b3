import { unreachable } from "../base/assert.ts";
import type { Bytes } from "../base/bytes.ts";
import type { Client } from "./client.ts";
import { ERRORS } from "./errors.ts";
import { lookup, lookupRead } from "./expiry.ts";
import { dropExpiredFields, visibleHash } from "./field-expiry.ts";
import { type KeyspaceEvent, keyChanged, notifyKeyspaceEvent } from "./keyspace-events.ts";
import { type ContainerEntry, type Database, type Entry, NO_EXPIRY } from "./keyspace.ts";
import { replyError } from "./reply.ts";
import type { EncodingLimits } from "./settings.ts";
import type { ServerState } from "./state.ts";
import { Hash } from "./values/hash.ts";
import { List } from "./values/list.ts";
import { MemberSet } from "./values/member-set.ts";
import { SortedSet } from "./values/sorted-set.ts";
import { type Container, isString } from "./values/value.ts";

/**
 * How commands come to the value of a key: they name the type they are for, and a key of another
 * type is answered here with its error. To read: `readContainer`, `readString`. To change:
 * `openContainer` or `openOrCreate`, then the container's own methods, then `containerChanged`.
 */

/** The key holds something else, and the client has been told. */
export const WRONG_TYPE = Symbol("wrong type");
export type WrongType = typeof WRONG_TYPE;

interface Containers {
  list: List;
  set: MemberSet;
  hash: Hash;
  "sorted-set": SortedSet;
}

export type ContainerKind = keyof Containers;

/** To look at, counted as a hit or a miss. */
export function readContainer<Kind extends ContainerKind>(
  state: ServerState,
  client: Client,
  key: string,
  kind: Kind,
): Containers[Kind] | undefined | WrongType {
  const entry = lookupRead(state, client, key);
  if (entry === undefined) return undefined;
  if (!holds(entry, kind)) return refuse(client);
  return visible(state, client, entry);
}

/** A hash, if the key holds one; neither counted nor refused. */
export function lookupHash(state: ServerState, client: Client, key: string): Hash | undefined {
  const entry = lookup(state, client, key);
  if (entry === undefined || !holds(entry, "hash")) return undefined;
  return visible(state, client, entry);
}

export function readString(
  state: ServerState,
  client: Client,
  key: string,
): Bytes | undefined | WrongType {
  const entry = lookupRead(state, client, key);
  if (entry === undefined) return undefined;
  return isString(entry.value) ? entry.value : refuse(client);
}

/** The entry of a string that is going to be replaced by another. */
export function openString(
  state: ServerState,
  client: Client,
  key: string,
): (Entry & { readonly value: Bytes }) | undefined | WrongType {
  const entry = lookup(state, client, key);
  return entry === undefined || holdsString(entry) ? entry : refuse(client);
}

/** To change it in place, if the key is there. */
export function openContainer<Kind extends ContainerKind>(
  state: ServerState,
  client: Client,
  key: string,
  kind: Kind,
): ContainerEntry<Containers[Kind]> | undefined | WrongType {
  const entry = lookup(state, client, key);
  if (entry === undefined) return undefined;
  if (!holds(entry, kind)) return refuse(client);
  if (mayHaveExpiredFields(entry) && !dropExpiredFields(state, client, entry)) return undefined;
  state.keyspace.openContainer(client.database, entry);
  return entry;
}

/** To add to it: the caller must add something, since no key holds an empty container. */
export function openOrCreate<Kind extends ContainerKind>(
  state: ServerState,
  client: Client,
  key: string,
  kind: Kind,
): ContainerEntry<Containers[Kind]> | WrongType {
  const opened = openContainer(state, client, key, kind);
  if (opened !== undefined) return opened;
  const created = state.keyspace.put(client.database, key, newContainer(kind), NO_EXPIRY);
  return created as ContainerEntry<Containers[Kind]>;
}

/**
 * What was opened has been changed: the encoding it is told to have, watchers, save points, the
 * stream and subscribers follow, and a key without elements goes.
 */
export function containerChanged(
  state: ServerState,
  database: Database,
  entry: ContainerEntry,
  event: KeyspaceEvent,
): void {
  checkEncoding(state.settings, entry.value);
  const stays = state.keyspace.closeContainer(database, entry);
  keyChanged(state, database, entry.key, event);
  if (!stays) notifyKeyspaceEvent(state, database, entry.key, "del");
}

/**
 * The result of a `…STORE` command takes the key's place; without elements, it only removes what
 * was there.
 */
export function replaceContainer(
  state: ServerState,
  client: Client,
  key: string,
  { value, event }: { readonly value: Container; readonly event: KeyspaceEvent },
): void {
  const { database } = client;
  if (value.size === 0) {
    if (lookup(state, client, key) === undefined) return;
    state.keyspace.remove(database, key);
    keyChanged(state, database, key, "del");
    return;
  }
  checkEncoding(state.settings, value);
  state.keyspace.put(database, key, value, NO_EXPIRY);
  keyChanged(state, database, key, event);
}

/** Redis would convert a container that has grown beyond the limits set for compact ones. */
export function checkEncoding(limits: EncodingLimits, value: Container): void {
  switch (value.kind) {
    case "list":
      return;
    case "set":
      value.checkEncoding(limits.maxIntsetEntries);
      return;
    case "hash":
      value.checkEncoding(limits.hashPacking);
      return;
    case "sorted-set":
      value.checkEncoding(limits.sortedSetPacking);
      return;
    default:
      unreachable(value);
  }
}

export function newContainer(kind: ContainerKind): Container {
  switch (kind) {
    case "list":
      return new List();
    case "set":
      return new MemberSet();
    case "hash":
      return new Hash();
    case "sorted-set":
      return new SortedSet();
    default:
      return unreachable(kind);
  }
}

function holds<Kind extends ContainerKind>(
  entry: Entry,
  kind: Kind,
): entry is ContainerEntry<Containers[Kind]> {
  return !isString(entry.value) && entry.value.kind === kind;
}

function mayHaveExpiredFields(entry: ContainerEntry): entry is ContainerEntry<Hash> {
  return entry.value.kind === "hash" && entry.value.expiringFields > 0;
}

/** What this client may see of a container; undefined when that is nothing. */
function visible<Held extends Container>(
  state: ServerState,
  client: Client,
  entry: ContainerEntry<Held>,
): Held | undefined {
  const opened: ContainerEntry = entry;
  if (!mayHaveExpiredFields(opened)) return entry.value;
  return visibleHash(state, client, opened) as Held | undefined;
}

function holdsString(entry: Entry): entry is Entry & { readonly value: Bytes } {
  return isString(entry.value);
}

function refuse(client: Client): WrongType {
  replyError(client, ERRORS.wrongType);
  return WRONG_TYPE;
}
