import { bufferOf, textOf } from "../../base/bytes.ts";
import { dumpOf, isIntactDump } from "../../wire/rdb/dump.ts";
import { excerpt } from "../../wire/rdb/excerpt.ts";
import type { Client } from "../client.ts";
import { type Command, FIRST_KEY, flags } from "../command.ts";
import type { Arguments } from "../environment.ts";
import { ERRORS } from "../errors.ts";
import { lookup, lookupRead } from "../expiry.ts";
import { keyChanged } from "../keyspace-events.ts";
import { type Expiry, isPast, NO_EXPIRY } from "../keyspace.ts";
import { log } from "../log.ts";
import { type Access, accessWithCount, lruClock } from "../memory/access.ts";
import { isLfu } from "../memory/policy.ts";
import { propagateAs } from "../propagation.ts";
import { replyError, replyOk } from "../reply.ts";
import type { ServerState } from "../state.ts";
import { integerOf } from "../strings.ts";
import { recordOf, valueInDump } from "../value-record.ts";
import { keyAt } from "./strings.ts";

function dump(state: ServerState, client: Client, args: Arguments): void {
  const entry = lookupRead(state, client, keyAt(args, 1));
  if (entry === undefined) client.reply.null();
  else client.reply.bulk(dumpOf(recordOf(entry.value)));
}

interface RestoreOptions {
  replace: boolean;
  absolute: boolean;
  /** IDLETIME in s; counts unless uses are counted (LFU). */
  idleSeconds: number | undefined;
  /** FREQ; counts only where uses are counted. */
  frequency: number | undefined;
}

/** RESTORE key ttl dump [REPLACE] [ABSTTL] [IDLETIME seconds] [FREQ frequency] (server spec §3.10) */
function restore(state: ServerState, client: Client, args: Arguments): void {
  const options = readOptions(args);
  if (typeof options === "string") {
    replyError(client, options);
    return;
  }
  const key = keyAt(args, 1);
  if (!options.replace && lookup(state, client, key) !== undefined) {
    replyError(client, ERRORS.busyKey);
    return;
  }
  const time = integerOf(args[2] ?? "");
  if (time === undefined || time < 0) {
    replyError(client, time === undefined ? ERRORS.notAnInteger : ERRORS.invalidTtl);
    return;
  }
  const bytes = bufferOf(args[3] ?? "");
  if (!isIntactDump(bytes, { checksum: state.checksums })) {
    replyError(client, ERRORS.badDump);
    return;
  }
  const read = valueInDump(bytes, state.settings);
  if (typeof read === "string") {
    log(state, "warning", `RESTORE of ${excerpt(key)}: integrity check failed: ${read}`);
    replyError(client, ERRORS.badDumpFormat);
    return;
  }
  const expireAt = momentOf(state, Number(time), options);
  replyOk(client);
  const isLate = expireAt !== NO_EXPIRY && isPast({ expireAt }, state.unixNow);
  if (isLate && client.kind !== "master") {
    removeReplaced(state, client, key);
    return;
  }
  state.keyspace.raiseRdbVersion(read.rdbVersion);
  state.keyspace.remove(client.database, key);
  const entry = state.keyspace.put(client.database, key, read.value, expireAt);
  entry.access = accessOf(state, options) ?? entry.access;
  keyChanged(state, client.database, key, "restore");
  if (expireAt !== NO_EXPIRY && !options.absolute) {
    propagateAs(state, [...args.slice(0, 2), String(expireAt), ...args.slice(3), "ABSTTL"]);
  }
}

/** @returns what the entry remembers of its use, if the request tells in the terms of the policy */
function accessOf(
  state: ServerState,
  { idleSeconds, frequency }: RestoreOptions,
): Access | undefined {
  if (isLfu(state)) {
    return frequency === undefined ? undefined : accessWithCount(state.unixNow, frequency);
  }
  return idleSeconds === undefined ? undefined : lruClock(state.unixNow - idleSeconds * 1000);
}

/** The new value is past its time, so only the old one's end is left of the command. */
function removeReplaced(state: ServerState, client: Client, key: string): void {
  if (!state.keyspace.remove(client.database, key)) return;
  keyChanged(state, client.database, key, "del");
  propagateAs(state, ["DEL", key]);
}

/** 0 is for ever. */
function momentOf(state: ServerState, time: number, options: RestoreOptions): Expiry {
  if (time === 0) return NO_EXPIRY;
  return options.absolute ? time : state.unixNow + time;
}

/** @returns the error's text for a word that is none of the options, or a wrong number */
function readOptions(args: Arguments): RestoreOptions | string {
  const options: RestoreOptions = {
    replace: false,
    absolute: false,
    idleSeconds: undefined,
    frequency: undefined,
  };
  let usage: string | undefined;
  for (let at = 4; at < args.length; at++) {
    const word = textOf(args[at] ?? "").toLowerCase();
    if (word === "replace") {
      options.replace = true;
    } else if (word === "absttl") {
      options.absolute = true;
    } else if (word in USAGE && at + 1 < args.length && (usage ?? word) === word) {
      const amount = integerOf(args[++at] ?? "");
      if (amount === undefined) return ERRORS.notAnInteger;
      const most = USAGE[word];
      if (amount < 0 || (most !== undefined && amount > most)) {
        return word === "freq" ? ERRORS.invalidFrequency : ERRORS.invalidIdleTime;
      }
      usage = word;
      if (word === "freq") options.frequency = Number(amount);
      else options.idleSeconds = Number(amount);
    } else {
      return ERRORS.syntax;
    }
  }
  return options;
}

/** Words that say how much the value was used, with the highest number they take. */
const USAGE: Readonly<Record<string, number | undefined>> = { idletime: undefined, freq: 255 };

export const DUMP_COMMANDS: readonly Command[] = [
  { name: "dump", arity: 2, flags: flags("r"), keys: FIRST_KEY, group: "generic", run: dump },
  {
    name: "restore",
    arity: -4,
    flags: flags("wm"),
    keys: FIRST_KEY,
    group: "generic",
    run: restore,
  },
];
