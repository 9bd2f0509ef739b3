import { textOf } from "../../base/bytes.ts";
import type { Client } from "../client.ts";
import { type Command, FIRST_KEY, flags } from "../command.ts";
import type { Arguments } from "../environment.ts";
import { ERRORS, unsupportedOption } from "../errors.ts";
import { EX, EXAT, PX, PXAT, readExpireTime, type TimeForm } from "../expire-time.ts";
import { lookup, peekRead } from "../expiry.ts";
import { keyChanged } from "../keyspace-events.ts";
import { NO_EXPIRY } from "../keyspace.ts";
import { propagateAs } from "../propagation.ts";
import { replyError } from "../reply.ts";
import type { ServerState } from "../state.ts";
import { type Condition, holds, isCondition } from "./expiry-condition.ts";
import { keyAt } from "./strings.ts";

/** EXPIRE and its three sisters; a moment that has passed deletes at once (server spec §2.15). */
function expireCommand(command: string, form: TimeForm) {
  return (state: ServerState, client: Client, args: Arguments): void => {
    const conditions = readConditions(args);
    if (typeof conditions === "string") {
      replyError(client, conditions);
      return;
    }
    const { unixNow } = state;
    const moment = readExpireTime(args[2] ?? "", form, { command, unixNow, allowed: "any" });
    if (moment.error !== undefined) {
      replyError(client, moment.error);
      return;
    }
    const key = keyAt(args, 1);
    const entry = lookup(state, client, key);
    if (entry === undefined || !conditions.every((one) => holds(one, entry.expireAt, moment.at))) {
      client.reply.integer(0);
      return;
    }
    if (moment.at <= unixNow && client.kind !== "master") {
      state.keyspace.remove(client.database, key);
      keyChanged(state, client.database, key, "del");
      propagateAs(state, [state.settings.lazyfreeLazyExpire ? "UNLINK" : "DEL", key]);
    } else {
      state.keyspace.setExpiry(client.database, entry, moment.at);
      keyChanged(state, client.database, key, "expire");
      propagateAs(state, ["PEXPIREAT", key, String(moment.at), ...args.slice(3)]);
    }
    client.reply.integer(1);
  };
}

/** @returns the error's text for words that are no condition or exclude each other */
function readConditions(args: Arguments): readonly Condition[] | string {
  const conditions: Condition[] = [];
  for (let at = 3; at < args.length; at++) {
    const word = textOf(args[at] ?? "");
    const condition = word.toUpperCase();
    if (!isCondition(condition)) return unsupportedOption(word);
    conditions.push(condition);
  }
  const has = (word: Condition): boolean => conditions.includes(word);
  if (has("NX") && (has("XX") || has("GT") || has("LT"))) return ERRORS.expireNxIncompatible;
  if (has("GT") && has("LT")) return ERRORS.expireGtLtIncompatible;
  return conditions;
}

/** TTL, PTTL, EXPIRETIME, PEXPIRETIME: -2 without the key, -1 without an expiry. */
function timeCommand(form: TimeForm) {
  return (state: ServerState, client: Client, args: Arguments): void => {
    const entry = peekRead(state, client, keyAt(args, 1));
    if (entry === undefined) client.reply.integer(-2);
    else if (entry.expireAt === NO_EXPIRY) client.reply.integer(-1);
    else client.reply.integer(shown(entry.expireAt, form, state.unixNow));
  };
}

function shown(expireAt: number, form: TimeForm, unixNow: number): number {
  const ms = form.relative ? Math.max(0, expireAt - unixNow) : expireAt;
  return form.unitMs === 1 ? ms : Math.floor((ms + 500) / 1000);
}

function persist(state: ServerState, client: Client, args: Arguments): void {
  const key = keyAt(args, 1);
  const entry = lookup(state, client, key);
  if (entry === undefined || entry.expireAt === NO_EXPIRY) {
    client.reply.integer(0);
    return;
  }
  state.keyspace.setExpiry(client.database, entry, NO_EXPIRY);
  keyChanged(state, client.database, key, "persist");
  client.reply.integer(1);
}

function expire(name: string, form: TimeForm): Command {
  const run = expireCommand(name, form);
  return { name, arity: -3, flags: flags("wF"), keys: FIRST_KEY, group: "generic", run };
}

function time(name: string, form: TimeForm): Command {
  const run = timeCommand(form);
  return { name, arity: 2, flags: flags("rF"), keys: FIRST_KEY, group: "generic", run };
}

export const KEY_TIME_COMMANDS: readonly Command[] = [
  expire("expire", EX),
  expire("pexpire", PX),
  expire("expireat", EXAT),
  expire("pexpireat", PXAT),
  time("ttl", EX),
  time("pttl", PX),
  time("expiretime", EXAT),
  time("pexpiretime", PXAT),
  {
    name: "persist",
    arity: 2,
    flags: flags("wF"),
    keys: FIRST_KEY,
    group: "generic",
    run: persist,
  },
];
