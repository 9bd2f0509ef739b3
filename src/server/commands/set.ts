import type { Bytes } from "../../base/bytes.ts";
import { textOf } from "../../base/bytes.ts";
import type { Client } from "../client.ts";
import { type Command, FIRST_KEY, flags } from "../command.ts";
import type { Arguments } from "../environment.ts";
import { ERRORS } from "../errors.ts";
import { EX, PX, readExpireTime, TIME_FORMS, type TimeForm } from "../expire-time.ts";
import { lookup, lookupRead } from "../expiry.ts";
import { keyChanged, notifyKeyspaceEvent } from "../keyspace-events.ts";
import { type Entry, type Expiry, NO_EXPIRY } from "../keyspace.ts";
import { propagateAs } from "../propagation.ts";
import { replyError, replyOk } from "../reply.ts";
import type { ServerState } from "../state.ts";
import { stored } from "../strings.ts";
import { isString } from "../values/value.ts";
import { keyAt, replyValue } from "./strings.ts";

/** What stands behind SET's value or GETEX's key. */
interface Options {
  condition: "NX" | "XX" | undefined;
  get: boolean;
  /** `keep` is KEEPTTL, `none` is GETEX's PERSIST. */
  time: { readonly form: TimeForm; readonly amount: Bytes } | "keep" | "none" | undefined;
}

/** @returns undefined for a syntax error: an unknown word, or two that exclude each other */
function readOptions(
  args: Arguments,
  from: number,
  known: { readonly set: boolean },
): Options | undefined {
  const options: Options = { condition: undefined, get: false, time: undefined };
  for (let at = from; at < args.length; at++) {
    const word = textOf(args[at] ?? "").toUpperCase();
    const form = TIME_FORMS[word];
    if (form !== undefined && mayBe(options.time, form) && at + 1 < args.length) {
      options.time = { form, amount: args[++at] ?? "" };
    } else if (word === "KEEPTTL" && known.set && mayBe(options.time, "keep")) {
      options.time = "keep";
    } else if (word === "PERSIST" && !known.set && mayBe(options.time, "none")) {
      options.time = "none";
    } else if (word === "GET" && known.set) {
      options.get = true;
    } else if ((word === "NX" || word === "XX") && known.set) {
      if (options.condition !== undefined && options.condition !== word) return undefined;
      options.condition = word;
    } else {
      return undefined;
    }
  }
  return options;
}

/** The same word may be said again, and the last one counts; two different ones exclude each other. */
function mayBe(time: Options["time"], wanted: TimeForm | "keep" | "none"): boolean {
  if (time === undefined) return true;
  return typeof time === "object" ? time.form === wanted : time === wanted;
}

function set(state: ServerState, client: Client, args: Arguments): void {
  const value = args[2] ?? "";
  if (args.length === 3) {
    const key = keyAt(args, 1);
    state.keyspace.put(client.database, key, stored(value), NO_EXPIRY);
    keyChanged(state, client.database, key, "set");
    client.reply.simple("OK");
    return;
  }
  const options = readOptions(args, 3, { set: true });
  if (options === undefined) replyError(client, ERRORS.syntax);
  else setWith(state, client, { key: keyAt(args, 1), value, options, words: args });
}

interface Setting {
  readonly key: string;
  readonly value: Bytes;
  readonly options: Options;
  readonly words: Arguments;
}

function setWith(state: ServerState, client: Client, setting: Setting): void {
  const { key, value, options } = setting;
  const moment = momentOf(state, options, "set");
  if (moment.error !== undefined) {
    replyError(client, moment.error);
    return;
  }
  const entry = options.get ? lookupRead(state, client, key) : lookup(state, client, key);
  if (options.get) {
    const old = entry?.value;
    if (old !== undefined && !isString(old)) {
      replyError(client, ERRORS.wrongType);
      return;
    }
    replyValue(client, old);
  }
  if ((options.condition === "NX") === (entry !== undefined) && options.condition !== undefined) {
    if (!options.get) client.reply.null();
    return;
  }
  const expireAt = options.time === "keep" ? (entry?.expireAt ?? NO_EXPIRY) : moment.at;
  state.keyspace.put(client.database, key, stored(value), expireAt);
  keyChanged(state, client.database, key, "set");
  if (!options.get) client.reply.simple("OK");
  if (typeof options.time === "object") {
    notifyKeyspaceEvent(state, client.database, key, "expire");
    propagateAs(state, ["SET", key, value, "PXAT", String(moment.at)]);
  } else if (options.get) {
    propagateAs(state, withoutGet(setting.words));
  }
}

/** The old value is nobody's business behind the master (server spec §2.14). */
function withoutGet(words: Arguments): Arguments {
  return words.filter((word, at) => at < 3 || textOf(word).toUpperCase() !== "GET");
}

function momentOf(
  state: ServerState,
  options: Options,
  command: string,
): { readonly at: Expiry; readonly error?: undefined } | { readonly error: string } {
  if (typeof options.time !== "object") return { at: NO_EXPIRY };
  const { form, amount } = options.time;
  return readExpireTime(amount, form, { command, unixNow: state.unixNow, allowed: "positive" });
}

function getEx(state: ServerState, client: Client, args: Arguments): void {
  const key = keyAt(args, 1);
  const options = readOptions(args, 2, { set: false });
  if (options === undefined) {
    replyError(client, ERRORS.syntax);
    return;
  }
  const entry = lookupRead(state, client, key);
  if (entry === undefined) {
    client.reply.null();
    return;
  }
  const { value } = entry;
  if (!isString(value)) {
    replyError(client, ERRORS.wrongType);
    return;
  }
  const moment = momentOf(state, options, "getex");
  if (moment.error !== undefined) {
    replyError(client, moment.error);
    return;
  }
  replyValue(client, value);
  if (options.time === "none") persist(state, client, key, entry);
  else if (moment.at !== NO_EXPIRY) expireAtMoment(state, client, { key, entry, at: moment.at });
}

function persist(state: ServerState, client: Client, key: string, entry: Entry): void {
  if (entry.expireAt === NO_EXPIRY) return;
  state.keyspace.setExpiry(client.database, entry, NO_EXPIRY);
  keyChanged(state, client.database, key, "persist");
  propagateAs(state, ["PERSIST", key]);
}

function expireAtMoment(
  state: ServerState,
  client: Client,
  { key, entry, at }: { readonly key: string; readonly entry: Entry; readonly at: number },
): void {
  if (at <= state.unixNow && client.kind !== "master") {
    state.keyspace.remove(client.database, key);
    keyChanged(state, client.database, key, "del");
    propagateAs(state, ["DEL", key]);
    return;
  }
  state.keyspace.setExpiry(client.database, entry, at);
  keyChanged(state, client.database, key, "expire");
  propagateAs(state, ["PEXPIREAT", key, String(at)]);
}

/** SETEX and PSETEX, the old spellings of SET … EX and SET … PX. */
function setWithTime(command: string, form: TimeForm) {
  return (state: ServerState, client: Client, args: Arguments): void => {
    const { unixNow } = state;
    const moment = readExpireTime(args[2] ?? "", form, { command, unixNow, allowed: "positive" });
    if (moment.error !== undefined) {
      replyError(client, moment.error);
      return;
    }
    const key = keyAt(args, 1);
    const value = args[3] ?? "";
    state.keyspace.put(client.database, key, stored(value), moment.at);
    keyChanged(state, client.database, key, "set");
    notifyKeyspaceEvent(state, client.database, key, "expire");
    propagateAs(state, ["SET", key, value, "PXAT", String(moment.at)]);
    replyOk(client);
  };
}

const setEx = setWithTime("setex", EX);
const pSetEx = setWithTime("psetex", PX);

export const SET_COMMANDS: readonly Command[] = [
  { name: "set", arity: -3, flags: flags("wm"), keys: FIRST_KEY, group: "string", run: set },
  { name: "setex", arity: 4, flags: flags("wm"), keys: FIRST_KEY, group: "string", run: setEx },
  { name: "psetex", arity: 4, flags: flags("wm"), keys: FIRST_KEY, group: "string", run: pSetEx },
  { name: "getex", arity: -2, flags: flags("wF"), keys: FIRST_KEY, group: "string", run: getEx },
];
