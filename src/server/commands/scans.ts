import { textOf } from "../../base/bytes.ts";
import { globMatch } from "../../base/glob.ts";
import { parseInteger } from "../../wire/integers.ts";
import type { Client } from "../client.ts";
import { type Command, flags, NO_KEYS } from "../command.ts";
import type { Arguments } from "../environment.ts";
import { ERRORS } from "../errors.ts";
import { expire, isExpired } from "../expiry.ts";
import { replyError } from "../reply.ts";
import type { ServerState } from "../state.ts";
import { typeName } from "../values/value.ts";
import { keyAt } from "./strings.ts";

function keys(state: ServerState, client: Client, args: Arguments): void {
  const pattern = keyAt(args, 1);
  const found: string[] = [];
  for (const entry of client.database.entries) {
    if (isExpired(state, entry)) continue;
    if (pattern === "*" || globMatch(pattern, entry.key)) found.push(entry.key);
  }
  client.reply.array(found.length);
  for (const key of found) client.reply.bulk(key);
}

/** After this many expired keys in a row a replica answers with one: it must not delete them. */
const RANDOM_TRIES = 100;

function randomKey(state: ServerState, client: Client): void {
  const { entries } = client.database;
  for (let tried = 0; tried < RANDOM_TRIES; tried++) {
    const found = entries.random(state.random);
    if (found === undefined) break;
    if (!isExpired(state, found)) {
      client.reply.bulk(found.key);
      return;
    }
    if (state.replication.role.kind === "master" && state.pause === undefined) {
      expire(state, client.database, found.key);
    }
  }
  client.reply.null();
}

function dbSize(_: ServerState, client: Client): void {
  client.reply.integer(client.database.entries.size);
}

interface ScanOptions {
  readonly pattern: string | undefined;
  readonly count: number;
  readonly type: string | undefined;
}

const CURSOR = /^\d{1,20}$/;
const DEFAULT_COUNT = 10;
/** Where little matches, a call still visits no more buckets than so many times COUNT. */
const MAX_BUCKETS_PER_COUNT = 10;

function scan(state: ServerState, client: Client, args: Arguments): void {
  const cursorText = textOf(args[1] ?? "");
  if (!CURSOR.test(cursorText)) {
    replyError(client, ERRORS.badCursor);
    return;
  }
  const options = readScanOptions(args);
  if (typeof options === "string") {
    replyError(client, options);
    return;
  }
  const found: string[] = [];
  let cursor = Number(BigInt.asUintN(32, BigInt(cursorText)));
  let visited = 0;
  do {
    cursor = client.database.entries.scan(cursor, (entry) => {
      if (isExpired(state, entry)) return;
      if (options.type !== undefined && options.type !== typeName(entry.value)) return;
      if (options.pattern === undefined || globMatch(options.pattern, entry.key)) {
        found.push(entry.key);
      }
    });
    visited++;
  } while (
    cursor !== 0 &&
    found.length < options.count &&
    visited < options.count * MAX_BUCKETS_PER_COUNT
  );
  client.reply.array(2);
  client.reply.bulk(String(cursor));
  client.reply.array(found.length);
  for (const key of found) client.reply.bulk(key);
}

/** @returns the error's text for what is no option */
function readScanOptions(args: Arguments): ScanOptions | string {
  let pattern: string | undefined;
  let type: string | undefined;
  let count = DEFAULT_COUNT;
  for (let at = 2; at < args.length; at += 2) {
    const word = textOf(args[at] ?? "").toUpperCase();
    if (at + 1 >= args.length) return ERRORS.syntax;
    const value = textOf(args[at + 1] ?? "");
    if (word === "MATCH") {
      pattern = value === "*" ? undefined : value;
    } else if (word === "TYPE") {
      type = value.toLowerCase();
    } else if (word === "COUNT") {
      const parsed = parseInteger(value);
      if (parsed === undefined) return ERRORS.notAnInteger;
      if (parsed < 1) return ERRORS.syntax;
      count = parsed;
    } else {
      return ERRORS.syntax;
    }
  }
  return { pattern, count, type };
}

const R = flags("r");

export const SCAN_COMMANDS: readonly Command[] = [
  { name: "keys", arity: 2, flags: R, keys: NO_KEYS, group: "generic", run: keys },
  { name: "scan", arity: -2, flags: R, keys: NO_KEYS, group: "generic", run: scan },
  { name: "randomkey", arity: 1, flags: R, keys: NO_KEYS, group: "generic", run: randomKey },
  { name: "dbsize", arity: 1, flags: flags("rF"), keys: NO_KEYS, group: "server", run: dbSize },
];
