import { textOf } from "../../base/bytes.ts";
import type { Client } from "../client.ts";
import { type Command, FIRST_KEY, flags } from "../command.ts";
import {
  containerChanged,
  openContainer,
  openOrCreate,
  readContainer,
  WRONG_TYPE,
} from "../containers.ts";
import type { Arguments } from "../environment.ts";
import { wrongArity } from "../errors.ts";
import { replyError } from "../reply.ts";
import type { ServerState } from "../state.ts";
import { stored } from "../strings.ts";
import type { List } from "../values/list.ts";
import { countArgument, integerArgument } from "./arguments.ts";
import { keyAt } from "./strings.ts";

/** An end of a list: the head is on the left. */
export type End = "left" | "right";

export function pushTo(list: List, end: End, element: Parameters<List["pushHead"]>[0]): void {
  if (end === "left") list.pushHead(element);
  else list.pushTail(element);
}

export function popFrom(list: List, end: End): ReturnType<List["popHead"]> {
  return end === "left" ? list.popHead() : list.popTail();
}

export const PUSH_EVENT = { left: "lpush", right: "rpush" } as const;
export const POP_EVENT = { left: "lpop", right: "rpop" } as const;

function push(end: End, { mustExist }: { readonly mustExist: boolean }): Command["run"] {
  return (state, client, args) => {
    const key = keyAt(args, 1);
    const entry = mustExist
      ? openContainer(state, client, key, "list")
      : openOrCreate(state, client, key, "list");
    if (entry === WRONG_TYPE) return;
    if (entry === undefined) {
      client.reply.integer(0);
      return;
    }
    for (let at = 2; at < args.length; at++) pushTo(entry.value, end, stored(args[at] ?? ""));
    client.reply.integer(entry.value.size);
    state.persistence.changes += args.length - 3;
    containerChanged(state, client.database, entry, PUSH_EVENT[end]);
  };
}

function pop(end: End): Command["run"] {
  return (state, client, args) => {
    if (args.length > 3) return replyError(client, wrongArity(POP_EVENT[end]));
    if (args.length === 3) return popMany(state, client, args, end);
    const entry = openContainer(state, client, keyAt(args, 1), "list");
    if (entry === WRONG_TYPE) return;
    const element = entry === undefined ? undefined : popFrom(entry.value, end);
    if (entry === undefined || element === undefined) {
      client.reply.null();
      return;
    }
    client.reply.bulk(element);
    containerChanged(state, client.database, entry, POP_EVENT[end]);
  };
}

function popMany(state: ServerState, client: Client, args: Arguments, end: End): void {
  const count = countArgument(client, args[2]);
  if (count === undefined) return;
  const entry = openContainer(state, client, keyAt(args, 1), "list");
  if (entry === WRONG_TYPE) return;
  if (entry === undefined) {
    client.reply.nullArray();
    return;
  }
  if (count === 0) {
    client.reply.array(0);
    return;
  }
  replyAndRemove(client, entry.value, { end, count });
  containerChanged(state, client.database, entry, POP_EVENT[end]);
}

/** Takes up to `count` elements from one end and answers them in the order in which they go. */
export function replyAndRemove(
  client: Client,
  list: List,
  { end, count }: { readonly end: End; readonly count: number },
): number {
  const taken = Math.min(count, list.size);
  client.reply.array(taken);
  const from = end === "left" ? 0 : list.size - taken;
  const elements =
    end === "left" ? list.range(from, from + taken) : list.reversed(from, from + taken);
  for (const element of elements) client.reply.bulk(element);
  list.removeRange(from, from + taken);
  return taken;
}

function length(state: ServerState, client: Client, args: Arguments): void {
  const list = readContainer(state, client, keyAt(args, 1), "list");
  if (list !== WRONG_TYPE) client.reply.integer(list?.size ?? 0);
}

function index(state: ServerState, client: Client, args: Arguments): void {
  const list = readContainer(state, client, keyAt(args, 1), "list");
  if (list === WRONG_TYPE) return;
  if (list === undefined) {
    client.reply.null();
    return;
  }
  const at = integerArgument(client, args[2]);
  if (at === undefined) return;
  const element = list.get(at < 0 ? list.size + at : at);
  if (element === undefined) client.reply.null();
  else client.reply.bulk(element);
}

/** The positions that `start` and `end` mean, the end included, as every range of Redis. */
export function rangeOf(
  size: number,
  start: number,
  end: number,
): { readonly from: number; readonly to: number } {
  const from = Math.max(0, start < 0 ? size + start : start);
  const last = Math.min(size - 1, end < 0 ? size + end : end);
  return from > last ? { from: 0, to: 0 } : { from, to: last + 1 };
}

function range(state: ServerState, client: Client, args: Arguments): void {
  const start = integerArgument(client, args[2]);
  if (start === undefined) return;
  const end = integerArgument(client, args[3]);
  if (end === undefined) return;
  const list = readContainer(state, client, keyAt(args, 1), "list");
  if (list === WRONG_TYPE) return;
  const { from, to } = rangeOf(list?.size ?? 0, start, end);
  client.reply.array(to - from);
  for (const element of list?.range(from, to) ?? []) client.reply.bulk(element);
}

/** For tests of equality: elements are stored in one form only, by their length. */
export function sameElement(a: string | Buffer, b: string | Buffer): boolean {
  return typeof a === "string" || typeof b === "string" ? a === b : a.equals(b);
}

/** `LEFT` or `RIGHT`. */
export function parseEnd(word: string | Buffer | undefined): End | undefined {
  const text = textOf(word ?? "").toLowerCase();
  return text === "left" || text === "right" ? text : undefined;
}

const PUSH = { arity: -3, flags: flags("wmF"), keys: FIRST_KEY, group: "list" } as const;
const POP = { arity: -2, flags: flags("wF"), keys: FIRST_KEY, group: "list" } as const;
const READ = { flags: flags("r"), keys: FIRST_KEY, group: "list" } as const;

export const LIST_COMMANDS: readonly Command[] = [
  { ...PUSH, name: "lpush", run: push("left", { mustExist: false }) },
  { ...PUSH, name: "rpush", run: push("right", { mustExist: false }) },
  { ...PUSH, name: "lpushx", run: push("left", { mustExist: true }) },
  { ...PUSH, name: "rpushx", run: push("right", { mustExist: true }) },
  { ...POP, name: "lpop", run: pop("left") },
  { ...POP, name: "rpop", run: pop("right") },
  { ...READ, name: "llen", arity: 2, flags: flags("rF"), run: length },
  { ...READ, name: "lindex", arity: 3, run: index },
  { ...READ, name: "lrange", arity: 4, run: range },
];
