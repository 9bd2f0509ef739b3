import type { Database } from "./keyspace.ts";
import type { ServerState } from "./state.ts";

/** Events by the letter of `notify-keyspace-events` that asks for them (server spec §4.10). */
const EVENT_LETTERS = {
  set: "$",
  append: "$",
  setrange: "$",
  setbit: "$",
  incrby: "$",
  incrbyfloat: "$",
  lpush: "l",
  rpush: "l",
  lpop: "l",
  rpop: "l",
  linsert: "l",
  lset: "l",
  lrem: "l",
  ltrim: "l",
  sortstore: "l",
  sadd: "s",
  srem: "s",
  spop: "s",
  sinterstore: "s",
  sunionstore: "s",
  sdiffstore: "s",
  hset: "h",
  hdel: "h",
  hexpire: "h",
  hpersist: "h",
  hexpired: "h",
  hincrby: "h",
  hincrbyfloat: "h",
  zadd: "z",
  zincr: "z",
  zrem: "z",
  zremrangebyrank: "z",
  zremrangebyscore: "z",
  zremrangebylex: "z",
  zpopmin: "z",
  zpopmax: "z",
  zrangestore: "z",
  zunionstore: "z",
  zinterstore: "z",
  zdiffstore: "z",
  del: "g",
  expire: "g",
  persist: "g",
  restore: "g",
  rename_from: "g",
  rename_to: "g",
  copy_to: "g",
  move_from: "g",
  move_to: "g",
  expired: "x",
  evicted: "e",
  keymiss: "m",
  new: "n",
} as const;

export type KeyspaceEvent = keyof typeof EVENT_LETTERS;

/** `A` asks for all events but misses and new keys. */
const NOT_IN_ALL: ReadonlySet<string> = new Set(["m", "n"]);

/** A command changed this key: it counts for save points, enters the stream, and is told. */
export function keyChanged(
  state: ServerState,
  database: Database,
  key: string,
  event: KeyspaceEvent,
): void {
  state.persistence.changes++;
  notifyKeyspaceEvent(state, database, key, event);
}

/** Tells subscribers of the key and of the event, as far as the setting asks for it. */
export function notifyKeyspaceEvent(
  state: ServerState,
  database: Database,
  key: string,
  event: KeyspaceEvent,
): void {
  const wanted = state.settings.keyspaceEvents;
  if (wanted === "") return;
  const letter = EVENT_LETTERS[event];
  if (!wanted.includes(letter) && (NOT_IN_ALL.has(letter) || !wanted.includes("A"))) return;
  const { environment } = state;
  if (wanted.includes("K")) environment.publish(`__keyspace@${database.index}__:${key}`, event);
  if (wanted.includes("E")) environment.publish(`__keyevent@${database.index}__:${event}`, key);
}
