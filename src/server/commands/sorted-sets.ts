import { textOf } from "../../base/bytes.ts";
import type { Client } from "../client.ts";
import { type Command, FIRST_KEY, flags, type Run } from "../command.ts";
import { containerChanged, openContainer, readContainer, WRONG_TYPE } from "../containers.ts";
import type { Arguments } from "../environment.ts";
import { ERRORS } from "../errors.ts";
import { replyError } from "../reply.ts";
import type { ServerState } from "../state.ts";
import type { SortedSet } from "../values/sorted-set.ts";
import { readLexRange, readScoreRange, spanOf } from "./sorted-set-range.ts";
import { keyAt } from "./strings.ts";

export function sortedSetAt(
  state: ServerState,
  client: Client,
  args: Arguments,
): SortedSet | undefined | typeof WRONG_TYPE {
  return readContainer(state, client, keyAt(args, 1), "sorted-set");
}

function zrem(state: ServerState, client: Client, args: Arguments): void {
  const opened = openContainer(state, client, keyAt(args, 1), "sorted-set");
  if (opened === WRONG_TYPE) return;
  let removed = 0;
  for (let at = 2; at < args.length; at++) {
    if (opened?.value.delete(keyAt(args, at)) === true) removed++;
  }
  if (opened !== undefined && removed > 0) {
    containerChanged(state, client.database, opened, "zrem");
    state.persistence.changes += removed - 1;
  }
  client.reply.integer(removed);
}

function zcard(state: ServerState, client: Client, args: Arguments): void {
  const set = sortedSetAt(state, client, args);
  if (set !== WRONG_TYPE) client.reply.integer(set?.size ?? 0);
}

function zscore(state: ServerState, client: Client, args: Arguments): void {
  const set = sortedSetAt(state, client, args);
  if (set !== WRONG_TYPE) replyScore(client, set?.score(keyAt(args, 2)));
}

function zmscore(state: ServerState, client: Client, args: Arguments): void {
  const set = sortedSetAt(state, client, args);
  if (set === WRONG_TYPE) return;
  client.reply.array(args.length - 2);
  for (let at = 2; at < args.length; at++) replyScore(client, set?.score(keyAt(args, at)));
}

function replyScore(client: Client, score: number | undefined): void {
  if (score === undefined) client.reply.null();
  else client.reply.double(score);
}

/** ZRANK and ZREVRANK, since Redis 7.2 with the score if it is asked for. */
function rankCommand(order: "ascending" | "descending") {
  return (state: ServerState, client: Client, args: Arguments): void => {
    const withScore = args.length > 3;
    const isKnown = textOf(args[3] ?? "").toUpperCase() === "WITHSCORE";
    if (args.length > 4 || (withScore && !isKnown)) {
      replyError(client, ERRORS.syntax);
      return;
    }
    const set = sortedSetAt(state, client, args);
    if (set === WRONG_TYPE) return;
    const member = keyAt(args, 2);
    const rank = set?.rank(member);
    if (set === undefined || rank === undefined) {
      if (withScore) client.reply.nullArray();
      else client.reply.null();
      return;
    }
    if (withScore) client.reply.array(2);
    client.reply.integer(order === "ascending" ? rank : set.size - 1 - rank);
    if (withScore) client.reply.double(set.score(member) ?? 0);
  };
}

/** ZCOUNT and ZLEXCOUNT. */
function countCommand(by: "score" | "lex") {
  return (state: ServerState, client: Client, args: Arguments): void => {
    const range = (by === "score" ? readScoreRange : readLexRange)(args[2] ?? "", args[3] ?? "");
    if (typeof range === "string") {
      replyError(client, range);
      return;
    }
    const set = sortedSetAt(state, client, args);
    if (set === WRONG_TYPE) return;
    const span = set === undefined ? { from: 0, to: 0 } : spanOf(set, range);
    client.reply.integer(span.to - span.from);
  };
}

const RF = flags("rF");

function sortedSetCommand(name: string, arity: number, bits: number, run: Run): Command {
  return { name, arity, flags: bits, keys: FIRST_KEY, group: "sorted-set", run };
}

export const SORTED_SET_COMMANDS: readonly Command[] = [
  sortedSetCommand("zrem", -3, flags("wF"), zrem),
  sortedSetCommand("zcard", 2, RF, zcard),
  sortedSetCommand("zscore", 3, RF, zscore),
  sortedSetCommand("zmscore", -3, RF, zmscore),
  sortedSetCommand("zrank", -3, RF, rankCommand("ascending")),
  sortedSetCommand("zrevrank", -3, RF, rankCommand("descending")),
  sortedSetCommand("zcount", 4, RF, countCommand("score")),
  sortedSetCommand("zlexcount", 4, RF, countCommand("lex")),
];
