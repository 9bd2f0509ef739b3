import { textOf } from "../../base/bytes.ts";
import { parseInteger } from "../../wire/integers.ts";
import type { Client } from "../client.ts";
import { type Command, FIRST_KEY, flags } from "../command.ts";
import { containerChanged, openContainer, readContainer, WRONG_TYPE } from "../containers.ts";
import type { Arguments } from "../environment.ts";
import { ERRORS } from "../errors.ts";
import { replyError, replyOk } from "../reply.ts";
import type { ServerState } from "../state.ts";
import { stored } from "../strings.ts";
import type { List } from "../values/list.ts";
import { integerArgument } from "./arguments.ts";
import { rangeOf, sameElement } from "./lists.ts";
import { keyAt } from "./strings.ts";

function set(state: ServerState, client: Client, args: Arguments): void {
  const entry = openContainer(state, client, keyAt(args, 1), "list");
  if (entry === WRONG_TYPE) return;
  if (entry === undefined) return replyError(client, ERRORS.noSuchKey);
  const given = integerArgument(client, args[2]);
  if (given === undefined) return;
  const index = given < 0 ? entry.value.size + given : given;
  if (index < 0 || index >= entry.value.size) return replyError(client, ERRORS.indexOutOfRange);
  entry.value.set(index, stored(args[3] ?? ""));
  replyOk(client);
  containerChanged(state, client.database, entry, "lset");
}

function insert(state: ServerState, client: Client, args: Arguments): void {
  const side = textOf(args[2] ?? "").toLowerCase();
  if (side !== "before" && side !== "after") return replyError(client, ERRORS.syntax);
  const entry = openContainer(state, client, keyAt(args, 1), "list");
  if (entry === WRONG_TYPE) return;
  if (entry === undefined) {
    client.reply.integer(0);
    return;
  }
  const at = firstIndexOf(entry.value, stored(args[3] ?? ""));
  if (at === undefined) {
    client.reply.integer(-1);
    return;
  }
  entry.value.insert(side === "before" ? at : at + 1, stored(args[4] ?? ""));
  client.reply.integer(entry.value.size);
  containerChanged(state, client.database, entry, "linsert");
}

function firstIndexOf(list: List, wanted: string | Buffer): number | undefined {
  let at = 0;
  for (const element of list.range()) {
    if (sameElement(element, wanted)) return at;
    at++;
  }
  return undefined;
}

/** Removes up to that many equal elements, from the tail when the count is negative; 0: all. */
function remove(state: ServerState, client: Client, args: Arguments): void {
  const count = integerArgument(client, args[2]);
  if (count === undefined) return;
  const entry = openContainer(state, client, keyAt(args, 1), "list");
  if (entry === WRONG_TYPE) return;
  if (entry === undefined) {
    client.reply.integer(0);
    return;
  }
  const list = entry.value;
  const found = indicesOf(list, stored(args[3] ?? ""), count);
  for (const at of found) list.removeRange(at, at + 1);
  client.reply.integer(found.length);
  if (found.length > 0) containerChanged(state, client.database, entry, "lrem");
}

/** From the highest to the lowest, so that removing one leaves the others where they are. */
function indicesOf(list: List, wanted: string | Buffer, count: number): number[] {
  const limit = count === 0 ? list.size : Math.abs(count);
  const found: number[] = [];
  const fromTail = count < 0;
  let at = fromTail ? list.size - 1 : 0;
  for (const element of fromTail ? list.reversed() : list.range()) {
    if (found.length >= limit) break;
    if (sameElement(element, wanted)) found.push(at);
    at += fromTail ? -1 : 1;
  }
  return fromTail ? found : found.reverse();
}

function trim(state: ServerState, client: Client, args: Arguments): void {
  const start = integerArgument(client, args[2]);
  if (start === undefined) return;
  const end = integerArgument(client, args[3]);
  if (end === undefined) return;
  const entry = openContainer(state, client, keyAt(args, 1), "list");
  if (entry === WRONG_TYPE) return;
  replyOk(client);
  if (entry === undefined) return;
  const list = entry.value;
  const { from, to } = rangeOf(list.size, start, end);
  const removed = list.size - (to - from);
  list.removeRange(to, list.size);
  list.removeRange(0, from);
  if (removed > 0) containerChanged(state, client.database, entry, "ltrim");
}

interface Search {
  readonly rank: number;
  /** Undefined: the first match alone; 0: all. */
  readonly count: number | undefined;
  /** Elements looked at; 0: all. */
  readonly maxLength: number;
}

function position(state: ServerState, client: Client, args: Arguments): void {
  const search = readSearch(args);
  if (typeof search === "string") return replyError(client, search);
  const list = readContainer(state, client, keyAt(args, 1), "list");
  if (list === WRONG_TYPE) return;
  const found = list === undefined ? [] : positionsIn(list, stored(args[2] ?? ""), search);
  if (search.count !== undefined) {
    client.reply.array(found.length);
    for (const at of found) client.reply.integer(at);
  } else if (found[0] === undefined) client.reply.null();
  else client.reply.integer(found[0]);
}

/** @returns the error's text for what is no option */
function readSearch(args: Arguments): Search | string {
  let rank = 1;
  let count: number | undefined;
  let maxLength = 0;
  for (let at = 3; at < args.length; at += 2) {
    const option = textOf(args[at] ?? "").toUpperCase();
    if (at + 1 >= args.length) return ERRORS.syntax;
    const value = parseInteger(textOf(args[at + 1] ?? ""));
    switch (option) {
      case "RANK":
        if (value === undefined) return ERRORS.notAnInteger;
        if (value === 0) return ERRORS.rankZero;
        if (!Number.isSafeInteger(value)) return ERRORS.outOfRange;
        rank = value;
        break;
      case "COUNT":
        if (value === undefined || value < 0) return ERRORS.countNegative;
        count = value;
        break;
      case "MAXLEN":
        if (value === undefined || value < 0) return ERRORS.maxLengthNegative;
        maxLength = value;
        break;
      default:
        return ERRORS.syntax;
    }
  }
  return { rank, count, maxLength };
}

function positionsIn(list: List, wanted: string | Buffer, search: Search): number[] {
  const fromTail = search.rank < 0;
  const limit = search.count === 0 ? list.size : (search.count ?? 1);
  const compared = search.maxLength === 0 ? list.size : search.maxLength;
  const found: number[] = [];
  let skip = Math.abs(search.rank) - 1;
  let seen = 0;
  for (const element of fromTail ? list.reversed() : list.range()) {
    if (found.length >= limit || seen >= compared) break;
    const at = fromTail ? list.size - 1 - seen : seen;
    seen++;
    if (sameElement(element, wanted) && skip-- <= 0) found.push(at);
  }
  return found;
}

const GROUP = "list";
const W = flags("w");
const WM = flags("wm");

export const LIST_EDIT_COMMANDS: readonly Command[] = [
  { name: "lset", arity: 4, flags: WM, keys: FIRST_KEY, group: GROUP, run: set },
  { name: "linsert", arity: 5, flags: WM, keys: FIRST_KEY, group: GROUP, run: insert },
  { name: "lrem", arity: 4, flags: W, keys: FIRST_KEY, group: GROUP, run: remove },
  { name: "ltrim", arity: 4, flags: W, keys: FIRST_KEY, group: GROUP, run: trim },
  { name: "lpos", arity: -3, flags: flags("r"), keys: FIRST_KEY, group: GROUP, run: position },
];
