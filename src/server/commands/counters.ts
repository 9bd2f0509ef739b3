import { textOf } from "../../base/bytes.ts";
import type { Client } from "../client.ts";
import { type Command, FIRST_KEY, flags } from "../command.ts";
import { openString, WRONG_TYPE } from "../containers.ts";
import type { Arguments } from "../environment.ts";
import { ERRORS } from "../errors.ts";
import { addExtended, formatExtended, parseFloatText } from "../extended-float.ts";
import { keyChanged } from "../keyspace-events.ts";
import { NO_EXPIRY } from "../keyspace.ts";
import { propagateAs } from "../propagation.ts";
import { replyError } from "../reply.ts";
import type { ServerState } from "../state.ts";
import { addIntegers, integerOf } from "../strings.ts";
import { keyAt } from "./strings.ts";

const SMALLEST_INT64 = -(2n ** 63n);

function incr(state: ServerState, client: Client, args: Arguments): void {
  add(state, client, keyAt(args, 1), 1);
}

function decr(state: ServerState, client: Client, args: Arguments): void {
  add(state, client, keyAt(args, 1), -1);
}

function incrBy(state: ServerState, client: Client, args: Arguments): void {
  const amount = integerOf(args[2] ?? "");
  if (amount === undefined) replyError(client, ERRORS.notAnInteger);
  else add(state, client, keyAt(args, 1), amount);
}

function decrBy(state: ServerState, client: Client, args: Arguments): void {
  const amount = integerOf(args[2] ?? "");
  if (amount === undefined) replyError(client, ERRORS.notAnInteger);
  else if (amount === SMALLEST_INT64) replyError(client, ERRORS.decrementOverflow);
  else add(state, client, keyAt(args, 1), -amount);
}

function add(state: ServerState, client: Client, key: string, amount: number | bigint): void {
  const entry = openString(state, client, key);
  if (entry === WRONG_TYPE) return;
  const old = entry === undefined ? 0 : integerOf(entry.value);
  if (old === undefined) {
    replyError(client, ERRORS.notAnInteger);
    return;
  }
  const sum = addIntegers(old, amount);
  if (sum === undefined) {
    replyError(client, ERRORS.overflow);
    return;
  }
  const value = String(sum);
  if (entry === undefined) state.keyspace.put(client.database, key, value, NO_EXPIRY);
  else state.keyspace.setValue(client.database, entry, value);
  keyChanged(state, client.database, key, "incrby");
  client.reply.integer(sum);
}

/** Replicas get the result, so that no rounding of theirs can differ (server spec §2.14). */
function incrByFloat(state: ServerState, client: Client, args: Arguments): void {
  const key = keyAt(args, 1);
  const entry = openString(state, client, key);
  if (entry === WRONG_TYPE) return;
  const old = parseFloatText(textOf(entry?.value ?? "0"));
  const amount = parseFloatText(textOf(args[2] ?? ""));
  if (old === undefined || amount === undefined) {
    replyError(client, ERRORS.notAFloat);
    return;
  }
  if (old === "infinite" || amount === "infinite") {
    replyError(client, ERRORS.notANumber);
    return;
  }
  const value = formatExtended(addExtended(old, amount));
  if (entry === undefined) state.keyspace.put(client.database, key, value, NO_EXPIRY);
  else state.keyspace.setValue(client.database, entry, value);
  keyChanged(state, client.database, key, "incrbyfloat");
  propagateAs(state, ["SET", key, value, "KEEPTTL"]);
  client.reply.bulk(value);
}

const WMF = flags("wmF");

export const COUNTER_COMMANDS: readonly Command[] = [
  { name: "incr", arity: 2, flags: WMF, keys: FIRST_KEY, group: "string", run: incr },
  { name: "decr", arity: 2, flags: WMF, keys: FIRST_KEY, group: "string", run: decr },
  { name: "incrby", arity: 3, flags: WMF, keys: FIRST_KEY, group: "string", run: incrBy },
  { name: "decrby", arity: 3, flags: WMF, keys: FIRST_KEY, group: "string", run: decrBy },
  { name: "incrbyfloat", arity: 3, flags: WMF, keys: FIRST_KEY, group: "string", run: incrByFloat },
];
