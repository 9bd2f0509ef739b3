import type { Client } from "../client.ts";
import { type Command, FIRST_KEY, flags, type Run } from "../command.ts";
import {
  containerChanged,
  openContainer,
  openOrCreate,
  readContainer,
  WRONG_TYPE,
} from "../containers.ts";
import type { Arguments } from "../environment.ts";
import { wrongArity } from "../errors.ts";
import { replyError, replyOk } from "../reply.ts";
import type { ServerState } from "../state.ts";
import { stored } from "../strings.ts";
import type { Hash } from "../values/hash.ts";
import { keyAt, replyValue } from "./strings.ts";

function hset(state: ServerState, client: Client, args: Arguments): void {
  const added = setFields(state, client, args, "hset");
  if (added !== undefined) client.reply.integer(added);
}

function hmset(state: ServerState, client: Client, args: Arguments): void {
  if (setFields(state, client, args, "hmset") !== undefined) replyOk(client);
}

/** @returns how many fields are new; undefined when the client has been told an error */
function setFields(
  state: ServerState,
  client: Client,
  args: Arguments,
  name: string,
): number | undefined {
  if (args.length % 2 === 1) {
    replyError(client, wrongArity(name));
    return undefined;
  }
  const opened = openOrCreate(state, client, keyAt(args, 1), "hash");
  if (opened === WRONG_TYPE) return undefined;
  const hash = opened.value;
  let added = 0;
  for (let at = 2; at < args.length; at += 2) {
    if (hash.set(keyAt(args, at), stored(args[at + 1] ?? ""))) added++;
  }
  containerChanged(state, client.database, opened, "hset");
  state.persistence.changes += args.length / 2 - 2;
  return added;
}

function hsetNx(state: ServerState, client: Client, args: Arguments): void {
  const field = keyAt(args, 2);
  const known = openContainer(state, client, keyAt(args, 1), "hash");
  if (known === WRONG_TYPE) return;
  if (known?.value.has(field) === true) {
    client.reply.integer(0);
    return;
  }
  const opened = known ?? openOrCreate(state, client, keyAt(args, 1), "hash");
  if (opened === WRONG_TYPE) return;
  opened.value.set(field, stored(args[3] ?? ""));
  containerChanged(state, client.database, opened, "hset");
  client.reply.integer(1);
}

function hget(state: ServerState, client: Client, args: Arguments): void {
  const hash = hashAt(state, client, args);
  if (hash !== WRONG_TYPE) replyValue(client, hash?.get(keyAt(args, 2)));
}

function hmget(state: ServerState, client: Client, args: Arguments): void {
  const hash = hashAt(state, client, args);
  if (hash === WRONG_TYPE) return;
  client.reply.array(args.length - 2);
  for (let at = 2; at < args.length; at++) replyValue(client, hash?.get(keyAt(args, at)));
}

function hlen(state: ServerState, client: Client, args: Arguments): void {
  const hash = hashAt(state, client, args);
  if (hash !== WRONG_TYPE) client.reply.integer(hash?.size ?? 0);
}

function hexists(state: ServerState, client: Client, args: Arguments): void {
  const hash = hashAt(state, client, args);
  if (hash !== WRONG_TYPE) client.reply.integer(hash?.has(keyAt(args, 2)) === true ? 1 : 0);
}

function hstrlen(state: ServerState, client: Client, args: Arguments): void {
  const hash = hashAt(state, client, args);
  if (hash !== WRONG_TYPE) client.reply.integer(hash?.get(keyAt(args, 2))?.length ?? 0);
}

function hgetAll(state: ServerState, client: Client, args: Arguments): void {
  const hash = hashAt(state, client, args);
  if (hash === WRONG_TYPE) return;
  client.reply.map(hash?.size ?? 0);
  for (const [field, value] of hash ?? []) {
    client.reply.bulk(field);
    client.reply.bulk(value);
  }
}

function hkeys(state: ServerState, client: Client, args: Arguments): void {
  const hash = hashAt(state, client, args);
  if (hash === WRONG_TYPE) return;
  client.reply.array(hash?.size ?? 0);
  for (const [field] of hash ?? []) client.reply.bulk(field);
}

function hvals(state: ServerState, client: Client, args: Arguments): void {
  const hash = hashAt(state, client, args);
  if (hash === WRONG_TYPE) return;
  client.reply.array(hash?.size ?? 0);
  for (const [, value] of hash ?? []) client.reply.bulk(value);
}

function hdel(state: ServerState, client: Client, args: Arguments): void {
  const opened = openContainer(state, client, keyAt(args, 1), "hash");
  if (opened === WRONG_TYPE) return;
  let removed = 0;
  for (let at = 2; at < args.length; at++) {
    if (opened?.value.delete(keyAt(args, at)) === true) removed++;
  }
  if (opened !== undefined && removed > 0) {
    containerChanged(state, client.database, opened, "hdel");
    state.persistence.changes += removed - 1;
  }
  client.reply.integer(removed);
}

function hashAt(
  state: ServerState,
  client: Client,
  args: Arguments,
): Hash | undefined | typeof WRONG_TYPE {
  return readContainer(state, client, keyAt(args, 1), "hash");
}

const R = flags("r");
const RF = flags("rF");
const WMF = flags("wmF");

function hashCommand(name: string, arity: number, bits: number, run: Run): Command {
  return { name, arity, flags: bits, keys: FIRST_KEY, group: "hash", run };
}

export const HASH_COMMANDS: readonly Command[] = [
  hashCommand("hset", -4, WMF, hset),
  hashCommand("hmset", -4, WMF, hmset),
  hashCommand("hsetnx", 4, WMF, hsetNx),
  hashCommand("hget", 3, RF, hget),
  hashCommand("hmget", -3, RF, hmget),
  hashCommand("hgetall", 2, R, hgetAll),
  hashCommand("hkeys", 2, R, hkeys),
  hashCommand("hvals", 2, R, hvals),
  hashCommand("hlen", 2, RF, hlen),
  hashCommand("hexists", 3, RF, hexists),
  hashCommand("hstrlen", 3, RF, hstrlen),
  hashCommand("hdel", -3, flags("wF"), hdel),
];
