import { textOf } from "../../base/bytes.ts";
import type { Client } from "../client.ts";
import { type Command, FIRST_KEY, FIRST_TWO_KEYS, flags, type Run } from "../command.ts";
import {
  containerChanged,
  openContainer,
  readContainer,
  replaceContainer,
  WRONG_TYPE,
} from "../containers.ts";
import type { Arguments } from "../environment.ts";
import { ERRORS } from "../errors.ts";
import type { KeyspaceEvent } from "../keyspace-events.ts";
import { replyError } from "../reply.ts";
import type { ServerState } from "../state.ts";
import { integerOf } from "../strings.ts";
import { type ScoredMember, SortedSet } from "../values/sorted-set.ts";
import {
  readLexRange,
  readRankRange,
  readScoreRange,
  type SortedSetRange,
  type Span,
  spanOf,
} from "./sorted-set-range.ts";
import { replyScored } from "./scored-reply.ts";
import { keyAt } from "./strings.ts";

type By = SortedSetRange["by"];
type Order = "ascending" | "descending";

/** A whole request of ZRANGE or one of its older sisters. */
interface Selection {
  readonly range: SortedSetRange;
  readonly order: Order;
  readonly offset: number;
  /** Negative for all. */
  readonly count: number;
  readonly withScores: boolean;
}

/** What a command's name says; the newer commands have words for it. */
interface Form {
  readonly by: By | undefined;
  readonly order: Order | undefined;
  /** Where the two ends of the range stand. */
  readonly at: number;
  readonly store: boolean;
}

/** @returns the error's text for a wrong request */
function readSelection(args: Arguments, form: Form): Selection | string {
  let by = form.by;
  let order = form.order;
  let withScores = false;
  let limit: { readonly offset: number; readonly count: number } | undefined;
  for (let at = form.at + 2; at < args.length; at++) {
    const word = textOf(args[at] ?? "").toUpperCase();
    if (word === "WITHSCORES" && !form.store) {
      withScores = true;
    } else if (word === "LIMIT" && at + 2 < args.length) {
      const offset = integerOf(args[at + 1] ?? "");
      const count = integerOf(args[at + 2] ?? "");
      if (offset === undefined || count === undefined) return ERRORS.notAnInteger;
      limit = { offset: Number(offset), count: Number(count) };
      at += 2;
    } else if (word === "REV" && form.order === undefined) {
      order = "descending";
    } else if (word === "BYSCORE" && form.by === undefined) {
      by = "score";
    } else if (word === "BYLEX" && form.by === undefined) {
      by = "lex";
    } else {
      return ERRORS.syntax;
    }
  }
  by ??= "rank";
  order ??= "ascending";
  if (limit !== undefined && by === "rank") return ERRORS.limitNeedsRange;
  if (withScores && by === "lex") return ERRORS.scoresNotWithLex;
  const range = readRange(args, form.at, { by, order });
  if (typeof range === "string") return range;
  return { range, order, offset: 0, count: -1, ...limit, withScores };
}

/** From the highest down, the upper end of scores and members comes first. */
function readRange(
  args: Arguments,
  at: number,
  { by, order }: { readonly by: By; readonly order: Order },
): SortedSetRange | string {
  const first = args[at] ?? "";
  const second = args[at + 1] ?? "";
  if (by === "rank") return readRankRange(first, second);
  const read = by === "score" ? readScoreRange : readLexRange;
  return order === "ascending" ? read(first, second) : read(second, first);
}

/** The members selected, in the order asked for. */
function select(set: SortedSet, selection: Selection): ScoredMember[] {
  const { order, range, offset, count } = selection;
  const { from, to } = limited(spanOf(set, range, order), { order, offset, count });
  return [...(order === "ascending" ? set.range(from, to) : set.reversed(from, to))];
}

function limited(
  { from, to }: Span,
  {
    order,
    offset,
    count,
  }: { readonly order: Order; readonly offset: number; readonly count: number },
): Span {
  if (offset < 0) return { from, to: from };
  const left = Math.max(0, to - from - offset);
  const taken = count < 0 ? left : Math.min(left, count);
  if (order === "ascending") return { from: to - left, to: to - left + taken };
  return { from: from + left - taken, to: from + left };
}

function rangeCommand(form: Form): Run {
  return (state, client, args) => {
    const selection = readSelection(args, form);
    if (typeof selection === "string") {
      replyError(client, selection);
      return;
    }
    const set = readContainer(state, client, keyAt(args, 1), "sorted-set");
    if (set === WRONG_TYPE) return;
    const found = set === undefined ? [] : select(set, selection);
    replyScored(client, found, { withScores: selection.withScores });
  };
}

function zrangeStore(state: ServerState, client: Client, args: Arguments): void {
  const form = { by: undefined, order: undefined, at: 3, store: true };
  const selection = readSelection(args, form);
  if (typeof selection === "string") {
    replyError(client, selection);
    return;
  }
  const source = readContainer(state, client, keyAt(args, 2), "sorted-set");
  if (source === WRONG_TYPE) return;
  const result = new SortedSet();
  for (const { member, score } of source === undefined ? [] : select(source, selection)) {
    result.set(member, score);
  }
  replaceContainer(state, client, keyAt(args, 1), { value: result, event: "zrangestore" });
  client.reply.integer(result.size);
}

function removeCommand(by: By, event: KeyspaceEvent): Run {
  return (state, client, args) => {
    const range = readRange(args, 2, { by, order: "ascending" });
    if (typeof range === "string") {
      replyError(client, range);
      return;
    }
    const opened = openContainer(state, client, keyAt(args, 1), "sorted-set");
    if (opened === WRONG_TYPE) return;
    const { from, to } = opened === undefined ? { from: 0, to: 0 } : spanOf(opened.value, range);
    if (opened !== undefined && to > from) {
      opened.value.removeRange(from, to);
      containerChanged(state, client.database, opened, event);
      state.persistence.changes += to - from - 1;
    }
    client.reply.integer(to - from);
  };
}

const R = flags("r");

function rangeOf(name: string, form: Pick<Form, "by" | "order">): Command {
  const run = rangeCommand({ ...form, at: 2, store: false });
  return { name, arity: -4, flags: R, keys: FIRST_KEY, group: "sorted-set", run };
}

function remove(name: KeyspaceEvent, by: By): Command {
  const run = removeCommand(by, name);
  return { name, arity: 4, flags: flags("w"), keys: FIRST_KEY, group: "sorted-set", run };
}

export const SORTED_SET_RANGE_COMMANDS: readonly Command[] = [
  rangeOf("zrange", { by: undefined, order: undefined }),
  rangeOf("zrevrange", { by: "rank", order: "descending" }),
  rangeOf("zrangebyscore", { by: "score", order: "ascending" }),
  rangeOf("zrevrangebyscore", { by: "score", order: "descending" }),
  rangeOf("zrangebylex", { by: "lex", order: "ascending" }),
  rangeOf("zrevrangebylex", { by: "lex", order: "descending" }),
  {
    name: "zrangestore",
    arity: -5,
    flags: flags("wm"),
    keys: FIRST_TWO_KEYS,
    group: "sorted-set",
    run: zrangeStore,
  },
  remove("zremrangebyrank", "rank"),
  remove("zremrangebyscore", "score"),
  remove("zremrangebylex", "lex"),
];
