import { unreachable } from "../../base/assert.ts";
import { textOf } from "../../base/bytes.ts";
import type { Client } from "../client.ts";
import { type Command, FIRST_KEY, flags } from "../command.ts";
import type { Arguments } from "../environment.ts";
import { ERRORS, unsupportedOption } from "../errors.ts";
import { EX, EXAT, PX, PXAT, readExpireTime, type TimeForm } from "../expire-time.ts";
import { lookup, peekRead } from "../expiry.ts";
import { keyChanged } from "../keyspace-events.ts";
import { type Expiry, NO_EXPIRY } from "../keyspace.ts";
import { propagateAs } from "../propagation.ts";
import { replyError } from "../reply.ts";
import type { ServerState } from "../state.ts";
import { keyAt } from "./strings.ts";

type Condition = "NX" | "XX" | "GT" | "LT";
const CONDITIONS: ReadonlySet<string> = new Set(["NX", "XX", "GT", "LT"]);

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
  const words: string[] = [];
  for (let at = 3; at < args.length; at++) {
    const word = textOf(args[at] ?? "");
    if (!CONDITIONS.has(word.toUpperCase())) return unsupportedOption(word);
    words.push(word.toUpperCase());
  }
  const has = (word: Condition): boolean => words.includes(word);
  if (has("NX") && (has("XX") || has("GT") || has("LT"))) return ERRORS.expireNxIncompatible;
  if (has("GT") && has("LT")) return ERRORS.expireGtLtIncompatible;
  return words as Condition[];
}

/** Keys without an expiry count as staying for ever. */
function holds(condition: Condition, current: Expiry, wanted: number): boolean {
  const end = current ?? Number.POSITIVE_INFINITY;
  switch (condition) {
    case "NX":
      return current === NO_EXPIRY;
    case "XX":
      return current !== NO_EXPIRY;
    case "GT":
      return wanted > end;
    case "LT":
      return wanted < end;
    default:
      return unreachable(condition);
  }
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
