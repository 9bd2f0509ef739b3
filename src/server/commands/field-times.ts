import { textOf } from "../../base/bytes.ts";
import { parseInteger } from "../../wire/integers.ts";
import { EXPIRING_HASH_RDB_VERSION } from "../../wire/rdb/versions.ts";
import type { Client } from "../client.ts";
import { type Command, FIRST_KEY, flags } from "../command.ts";
import { containerChanged, openContainer, readContainer, WRONG_TYPE } from "../containers.ts";
import type { Arguments } from "../environment.ts";
import { ERRORS, invalidExpire } from "../errors.ts";
import { EX, EXAT, PX, PXAT, readExpireTime, type TimeForm } from "../expire-time.ts";
import { propagateAs } from "../propagation.ts";
import { replyError } from "../reply.ts";
import type { ServerState } from "../state.ts";
import { type Condition, holds, isCondition } from "./expiry-condition.ts";
import { keyAt } from "./strings.ts";

/** What is told of each field, in place of a time or beside it (server spec §5.6). */
const NO_FIELD = -2;
const NO_EXPIRY = -1;
const UNCHANGED = 0;
const DONE = 1;
const DELETED = 2;

/** The last moment that Redis takes, in Unix ms: later ones do not fit into its RDB files. */
const LAST_MOMENT = 2 ** 46 - 1;

/**
 * HEXPIRE and its three sisters: `key time [NX|XX|GT|LT] FIELDS count field…`. They are younger than
 * the version whose behaviour the server has, and as in Redis 7.4.
 */
function expireCommand(command: string, form: TimeForm) {
  return (state: ServerState, client: Client, args: Arguments): void => {
    const { unixNow } = state;
    const moment = readExpireTime(args[2] ?? "", form, { command, unixNow, allowed: "any" });
    const request = readRequest(args, 3);
    const error = momentError(moment, command) ?? request.error;
    if (error !== undefined || moment.error !== undefined || request.error !== undefined) {
      replyError(client, error ?? ERRORS.syntax);
      return;
    }
    const opened = openContainer(state, client, keyAt(args, 1), "hash");
    if (opened === WRONG_TYPE) return;
    const isPast = moment.at <= unixNow && client.kind !== "master";
    const changed: string[] = [];
    client.reply.array(request.fields.length);
    for (const field of request.fields) {
      if (opened?.value.has(field) !== true) {
        client.reply.integer(NO_FIELD);
        continue;
      }
      const hash = opened.value;
      const { condition } = request;
      if (condition !== undefined && !holds(condition, hash.expireAt(field), moment.at)) {
        client.reply.integer(UNCHANGED);
        continue;
      }
      if (isPast) hash.delete(field);
      else hash.setExpiry(field, moment.at);
      changed.push(field);
      client.reply.integer(isPast ? DELETED : DONE);
    }
    if (opened === undefined || changed.length === 0) return;
    const key = keyAt(args, 1);
    if (!isPast) state.keyspace.raiseRdbVersion(EXPIRING_HASH_RDB_VERSION);
    containerChanged(state, client.database, opened, isPast ? "hdel" : "hexpire");
    const words = isPast
      ? ["HDEL", key, ...changed]
      : ["HPEXPIREAT", key, String(moment.at), "FIELDS", String(changed.length), ...changed];
    propagateAs(state, words);
  };
}

function momentError(moment: ReturnType<typeof readExpireTime>, command: string) {
  if (moment.error !== undefined) return moment.error;
  if (moment.at < 0) return ERRORS.fieldExpireNegative;
  return moment.at > LAST_MOMENT ? invalidExpire(command) : undefined;
}

function hpersist(state: ServerState, client: Client, args: Arguments): void {
  const request = readRequest(args, 2);
  if (request.error !== undefined) {
    replyError(client, request.error);
    return;
  }
  const opened = openContainer(state, client, keyAt(args, 1), "hash");
  if (opened === WRONG_TYPE) return;
  let changed = 0;
  client.reply.array(request.fields.length);
  for (const field of request.fields) {
    if (opened?.value.has(field) !== true) {
      client.reply.integer(NO_FIELD);
    } else if (opened.value.expireAt(field) === undefined) {
      client.reply.integer(NO_EXPIRY);
    } else {
      opened.value.setExpiry(field, undefined);
      changed++;
      client.reply.integer(DONE);
    }
  }
  if (opened === undefined || changed === 0) return;
  containerChanged(state, client.database, opened, "hpersist");
}

/** HTTL and its three sisters: `key FIELDS count field…`; seconds are rounded up. */
function timeCommand(form: TimeForm) {
  return (state: ServerState, client: Client, args: Arguments): void => {
    const request = readRequest(args, 2);
    if (request.error !== undefined) {
      replyError(client, request.error);
      return;
    }
    const hash = readContainer(state, client, keyAt(args, 1), "hash");
    if (hash === WRONG_TYPE) return;
    client.reply.array(request.fields.length);
    for (const field of request.fields) {
      const at = hash?.expireAt(field);
      if (hash?.has(field) !== true) client.reply.integer(NO_FIELD);
      else if (at === undefined) client.reply.integer(NO_EXPIRY);
      else client.reply.integer(shown(at, form, state.unixNow));
    }
  };
}

function shown(expireAt: number, form: TimeForm, unixNow: number): number {
  const ms = form.relative ? Math.max(0, expireAt - unixNow) : expireAt;
  return Math.ceil(ms / form.unitMs);
}

type FieldsRequest =
  | {
      readonly condition: Condition | undefined;
      readonly fields: readonly string[];
      readonly error?: undefined;
    }
  | { readonly error: string };

/** `[NX|XX|GT|LT] FIELDS count field…` from `at` on; the condition only where there can be one. */
function readRequest(args: Arguments, at: number): FieldsRequest {
  const word = textOf(args[at] ?? "").toUpperCase();
  const condition = at === 3 && isCondition(word) ? word : undefined;
  const keyword = condition === undefined ? at : at + 1;
  if (textOf(args[keyword] ?? "").toUpperCase() !== "FIELDS") return { error: ERRORS.noFieldsWord };
  const count = parseInteger(textOf(args[keyword + 1] ?? ""));
  if (count === undefined || count < 1) return { error: ERRORS.fieldCountNotPositive };
  const fields = args.slice(keyword + 2).map(textOf);
  return fields.length === count ? { condition, fields } : { error: ERRORS.fieldCountWrong };
}

const WMF = flags("wmF");
const RF = flags("rF");

function expire(name: string, form: TimeForm): Command {
  const run = expireCommand(name, form);
  return { name, arity: -6, flags: WMF, keys: FIRST_KEY, group: "hash", run };
}

function time(name: string, form: TimeForm): Command {
  const run = timeCommand(form);
  return { name, arity: -5, flags: RF, keys: FIRST_KEY, group: "hash", run };
}

export const FIELD_TIME_COMMANDS: readonly Command[] = [
  expire("hexpire", EX),
  expire("hpexpire", PX),
  expire("hexpireat", EXAT),
  expire("hpexpireat", PXAT),
  time("httl", EX),
  time("hpttl", PX),
  time("hexpiretime", EXAT),
  time("hpexpiretime", PXAT),
  {
    name: "hpersist",
    arity: -5,
    flags: flags("wF"),
    keys: FIRST_KEY,
    group: "hash",
    run: hpersist,
  },
];
