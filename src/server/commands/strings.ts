import { type Bytes, textOf } from "../../base/bytes.ts";
import type { Client } from "../client.ts";
import {
  ALL_KEYS,
  type Command,
  FIRST_KEY,
  flags,
  type Group,
  type KeyPositions,
} from "../command.ts";
import { openString, readString, WRONG_TYPE } from "../containers.ts";
import type { Arguments } from "../environment.ts";
import { ERRORS, wrongArity } from "../errors.ts";
import { lookup, lookupRead } from "../expiry.ts";
import { keyChanged } from "../keyspace-events.ts";
import { NO_EXPIRY } from "../keyspace.ts";
import { propagateAs } from "../propagation.ts";
import { replyError, replyOk } from "../reply.ts";
import type { ServerState } from "../state.ts";
import { concat, overwritten, roughIntegerOf, slice, stored } from "../strings.ts";
import { isString } from "../values/value.ts";

const GROUP: Group = "string";
/** MSET's keys and values alternate. */
const EVERY_OTHER_KEY: KeyPositions = { first: 1, last: -1, step: 2 };

function get(state: ServerState, client: Client, args: Arguments): void {
  const value = readString(state, client, keyAt(args, 1));
  if (value !== WRONG_TYPE) replyValue(client, value);
}

function getDel(state: ServerState, client: Client, args: Arguments): void {
  const key = keyAt(args, 1);
  const value = readString(state, client, key);
  if (value === WRONG_TYPE) return;
  replyValue(client, value);
  if (value === undefined) return;
  state.keyspace.remove(client.database, key);
  keyChanged(state, client.database, key, "del");
  propagateAs(state, ["DEL", key]);
}

function getSet(state: ServerState, client: Client, args: Arguments): void {
  const key = keyAt(args, 1);
  const value = args[2] ?? "";
  const old = readString(state, client, key);
  if (old === WRONG_TYPE) return;
  replyValue(client, old);
  state.keyspace.put(client.database, key, stored(value), NO_EXPIRY);
  keyChanged(state, client.database, key, "set");
  propagateAs(state, ["SET", key, value]);
}

function setNx(state: ServerState, client: Client, args: Arguments): void {
  const key = keyAt(args, 1);
  if (lookup(state, client, key) !== undefined) {
    client.reply.integer(0);
    return;
  }
  state.keyspace.put(client.database, key, stored(args[2] ?? ""), NO_EXPIRY);
  keyChanged(state, client.database, key, "set");
  client.reply.integer(1);
}

function mget(state: ServerState, client: Client, args: Arguments): void {
  client.reply.array(args.length - 1);
  for (let at = 1; at < args.length; at++) {
    const value = lookupRead(state, client, keyAt(args, at))?.value;
    replyValue(client, value !== undefined && isString(value) ? value : undefined);
  }
}

function mset(state: ServerState, client: Client, args: Arguments): void {
  if (args.length % 2 === 0) {
    replyError(client, wrongArity("mset"));
    return;
  }
  putAll(state, client, args);
  replyOk(client);
}

function msetNx(state: ServerState, client: Client, args: Arguments): void {
  if (args.length % 2 === 0) {
    replyError(client, wrongArity("msetnx"));
    return;
  }
  for (let at = 1; at < args.length; at += 2) {
    if (lookup(state, client, keyAt(args, at)) !== undefined) {
      client.reply.integer(0);
      return;
    }
  }
  putAll(state, client, args);
  client.reply.integer(1);
}

function putAll(state: ServerState, client: Client, args: Arguments): void {
  for (let at = 1; at < args.length; at += 2) {
    const key = keyAt(args, at);
    state.keyspace.put(client.database, key, stored(args[at + 1] ?? ""), NO_EXPIRY);
    keyChanged(state, client.database, key, "set");
  }
}

function strlen(state: ServerState, client: Client, args: Arguments): void {
  const value = readString(state, client, keyAt(args, 1));
  if (value !== WRONG_TYPE) client.reply.integer(value?.length ?? 0);
}

function getRange(state: ServerState, client: Client, args: Arguments): void {
  const start = roughIntegerOf(args[2] ?? "");
  const end = roughIntegerOf(args[3] ?? "");
  if (start === undefined || end === undefined) {
    replyError(client, ERRORS.notAnInteger);
    return;
  }
  const value = readString(state, client, keyAt(args, 1)) ?? "";
  if (value === WRONG_TYPE) return;
  const first = Math.max(0, start < 0 ? value.length + start : start);
  const last = Math.min(value.length - 1, Math.max(0, end < 0 ? value.length + end : end));
  const isEmpty = value.length === 0 || first > last || (start < 0 && end < 0 && start > end);
  client.reply.bulk(isEmpty ? "" : slice(value, first, last));
}

function append(state: ServerState, client: Client, args: Arguments): void {
  const key = keyAt(args, 1);
  const suffix = args[2] ?? "";
  const entry = openString(state, client, key);
  if (entry === WRONG_TYPE) return;
  const length = (entry?.value.length ?? 0) + suffix.length;
  if (length > state.settings.maxBulkBytes) {
    replyError(client, ERRORS.tooLong);
    return;
  }
  if (entry === undefined) state.keyspace.put(client.database, key, stored(suffix), NO_EXPIRY);
  else state.keyspace.setValue(client.database, entry, concat(entry.value, suffix));
  keyChanged(state, client.database, key, "append");
  client.reply.integer(length);
}

function setRange(state: ServerState, client: Client, args: Arguments): void {
  const key = keyAt(args, 1);
  const offset = roughIntegerOf(args[2] ?? "");
  const patch = args[3] ?? "";
  if (offset === undefined) {
    replyError(client, ERRORS.notAnInteger);
    return;
  }
  if (offset < 0) {
    replyError(client, ERRORS.offsetOutOfRange);
    return;
  }
  const entry = openString(state, client, key);
  if (entry === WRONG_TYPE) return;
  if (patch.length === 0) {
    client.reply.integer(entry?.value.length ?? 0);
    return;
  }
  if (offset + patch.length > state.settings.maxBulkBytes) {
    replyError(client, ERRORS.tooLong);
    return;
  }
  const value = overwritten(entry?.value ?? "", offset, patch);
  if (entry === undefined) state.keyspace.put(client.database, key, value, NO_EXPIRY);
  else state.keyspace.setValue(client.database, entry, value);
  keyChanged(state, client.database, key, "setrange");
  client.reply.integer(value.length);
}

export function keyAt(args: Arguments, index: number): string {
  return textOf(args[index] ?? "");
}

export function replyValue(client: Client, value: Bytes | undefined): void {
  if (value === undefined) client.reply.null();
  else client.reply.bulk(value);
}

export const STRING_COMMANDS: readonly Command[] = [
  { name: "get", arity: 2, flags: flags("rF"), keys: FIRST_KEY, group: GROUP, run: get },
  { name: "getdel", arity: 2, flags: flags("wF"), keys: FIRST_KEY, group: GROUP, run: getDel },
  { name: "getset", arity: 3, flags: flags("wmF"), keys: FIRST_KEY, group: GROUP, run: getSet },
  { name: "setnx", arity: 3, flags: flags("wmF"), keys: FIRST_KEY, group: GROUP, run: setNx },
  { name: "mget", arity: -2, flags: flags("rF"), keys: ALL_KEYS, group: GROUP, run: mget },
  { name: "mset", arity: -3, flags: flags("wm"), keys: EVERY_OTHER_KEY, group: GROUP, run: mset },
  {
    name: "msetnx",
    arity: -3,
    flags: flags("wm"),
    keys: EVERY_OTHER_KEY,
    group: GROUP,
    run: msetNx,
  },
  { name: "strlen", arity: 2, flags: flags("rF"), keys: FIRST_KEY, group: GROUP, run: strlen },
  { name: "getrange", arity: 4, flags: flags("r"), keys: FIRST_KEY, group: GROUP, run: getRange },
  { name: "substr", arity: 4, flags: flags("r"), keys: FIRST_KEY, group: GROUP, run: getRange },
  { name: "append", arity: 3, flags: flags("wmF"), keys: FIRST_KEY, group: GROUP, run: append },
  { name: "setrange", arity: 4, flags: flags("wm"), keys: FIRST_KEY, group: GROUP, run: setRange },
];
