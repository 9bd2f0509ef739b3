import { globMatch } from "../../base/glob.ts";
import type { Client } from "../client.ts";
import { type Command, flags, NO_KEYS } from "../command.ts";
import type { Arguments } from "../environment.ts";
import { expire, isExpired } from "../expiry.ts";
import { propagateLoosely } from "../propagation.ts";
import { replyError } from "../reply.ts";
import type { ServerState } from "../state.ts";
import { typeName } from "../values/value.ts";
import { readCursor, readScanOptions, scanSome } from "./scan-options.ts";
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
  propagateLoosely(state);
  for (let tried = 0; tried < RANDOM_TRIES; tried++) {
    const found = entries.random(state.random);
    if (found === undefined) break;
    if (!isExpired(state, found)) {
      client.reply.bulk(found.key);
      return;
    }
    if (mayExpire(state)) expire(state, client.database, found.key);
  }
  client.reply.null();
}

/** Keys past their time are a master's to delete, while nobody holds writes back. */
function mayExpire(state: ServerState): boolean {
  return state.replication.role.kind === "master" && state.pause === undefined;
}

function dbSize(_: ServerState, client: Client): void {
  client.reply.integer(client.database.entries.size);
}

function scan(state: ServerState, client: Client, args: Arguments): void {
  const from = readCursor(args[1] ?? "");
  if (from.error !== undefined) {
    replyError(client, from.error);
    return;
  }
  const options = readScanOptions(args, 2, { type: true });
  if (typeof options === "string") {
    replyError(client, options);
    return;
  }
  const { pattern, type } = options;
  const found: string[] = [];
  const expired: string[] = [];
  const next = scanSome(from.at, options.count, (at) => {
    const before = found.length;
    const cursor = client.database.entries.scan(at, (entry) => {
      if (type !== undefined && type !== typeName(entry.value)) return;
      if (pattern !== undefined && !globMatch(pattern, entry.key)) return;
      (isExpired(state, entry) ? expired : found).push(entry.key);
    });
    return { cursor, found: found.length - before };
  });
  if (expired.length > 0 && mayExpire(state)) {
    propagateLoosely(state);
    for (const key of expired) expire(state, client.database, key);
  }
  client.reply.array(2);
  client.reply.bulk(String(next));
  client.reply.array(found.length);
  for (const key of found) client.reply.bulk(key);
}

const R = flags("r");

export const SCAN_COMMANDS: readonly Command[] = [
  { name: "keys", arity: 2, flags: R, keys: NO_KEYS, group: "generic", run: keys },
  { name: "scan", arity: -2, flags: R, keys: NO_KEYS, group: "generic", run: scan },
  { name: "randomkey", arity: 1, flags: R, keys: NO_KEYS, group: "generic", run: randomKey },
  { name: "dbsize", arity: 1, flags: flags("rF"), keys: NO_KEYS, group: "server", run: dbSize },
];
