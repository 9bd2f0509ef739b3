import { textOf } from "../../base/bytes.ts";
import { parseInteger } from "../../wire/integers.ts";
import type { Client } from "../client.ts";
import { ALL_KEYS, type Command, flags, NO_KEYS } from "../command.ts";
import { checkEncoding, readContainer, WRONG_TYPE } from "../containers.ts";
import type { Arguments } from "../environment.ts";
import { ERRORS } from "../errors.ts";
import { lookup } from "../expiry.ts";
import { type KeyspaceEvent, keyChanged } from "../keyspace-events.ts";
import { NO_EXPIRY } from "../keyspace.ts";
import { replyError } from "../reply.ts";
import type { ServerState } from "../state.ts";
import { MemberSet } from "../values/member-set.ts";
import { keyAt } from "./strings.ts";

/** What a set of members is made of others by. */
type Algebra = (sets: readonly (MemberSet | undefined)[]) => Iterable<string>;

/** @param from where the keys begin. @returns undefined when one of them is no set, which is told */
function readSets(
  state: ServerState,
  client: Client,
  args: Arguments,
  from: number,
): readonly (MemberSet | undefined)[] | undefined {
  const sets: (MemberSet | undefined)[] = [];
  for (let at = from; at < args.length; at++) {
    const set = readContainer(state, client, keyAt(args, at), "set");
    if (set === WRONG_TYPE) return undefined;
    sets.push(set);
  }
  return sets;
}

/** The smallest set is walked, and the others are asked. */
function* intersection(sets: readonly (MemberSet | undefined)[]): Generator<string, void> {
  const present = sets.filter((set) => set !== undefined);
  if (present.length < sets.length) return;
  const [smallest, ...others] = present.toSorted((a, b) => a.size - b.size);
  for (const member of smallest ?? []) {
    if (others.every((set) => set.has(member))) yield member;
  }
}

function* union(sets: readonly (MemberSet | undefined)[]): Generator<string, void> {
  const seen = new Set<string>();
  for (const set of sets) {
    for (const member of set ?? []) {
      if (seen.has(member)) continue;
      seen.add(member);
      yield member;
    }
  }
}

function* difference([first, ...others]: readonly (MemberSet | undefined)[]): Generator<
  string,
  void
> {
  for (const member of first ?? []) {
    if (!others.some((set) => set?.has(member))) yield member;
  }
}

function answer(algebra: Algebra): Command["run"] {
  return (state, client, args) => {
    const sets = readSets(state, client, args, 1);
    if (sets === undefined) return;
    const members = [...algebra(sets)];
    client.reply.set(members.length);
    for (const member of members) client.reply.bulk(member);
  };
}

function store(algebra: Algebra, event: KeyspaceEvent): Command["run"] {
  return (state, client, args) => {
    const sets = readSets(state, client, args, 2);
    if (sets === undefined) return;
    const result = new MemberSet();
    for (const member of algebra(sets)) result.add(member);
    client.reply.integer(storeSet(state, client, { key: keyAt(args, 1), set: result, event }));
  };
}

/** An empty result deletes the destination. @returns the size of the result */
function storeSet(
  state: ServerState,
  client: Client,
  {
    key,
    set,
    event,
  }: { readonly key: string; readonly set: MemberSet; readonly event: KeyspaceEvent },
): number {
  const { database } = client;
  if (set.size === 0) {
    if (lookup(state, client, key) === undefined) return 0;
    state.keyspace.remove(database, key);
    keyChanged(state, database, key, "del");
    return 0;
  }
  checkEncoding(state.settings, set);
  state.keyspace.put(database, key, set, NO_EXPIRY);
  keyChanged(state, database, key, event);
  return set.size;
}

function intersectionSize(state: ServerState, client: Client, args: Arguments): void {
  const count = parseInteger(textOf(args[1] ?? ""));
  if (count === undefined || count < 1) return replyError(client, ERRORS.numkeysNotPositive);
  if (count > args.length - 2) return replyError(client, ERRORS.numkeysTooLarge);
  const end = 2 + count;
  const limit = readLimit(args, end);
  if (typeof limit === "string") return replyError(client, limit);
  const sets = readSets(state, client, args.slice(0, end), 2);
  if (sets === undefined) return;
  let size = 0;
  for (const _ of intersection(sets)) if (++size === limit) break;
  client.reply.integer(size);
}

/** @returns 0 for no limit, or the error's text */
function readLimit(args: Arguments, from: number): number | string {
  let limit = 0;
  for (let at = from; at < args.length; at += 2) {
    if (textOf(args[at] ?? "").toUpperCase() !== "LIMIT" || at + 1 >= args.length) {
      return ERRORS.syntax;
    }
    const value = parseInteger(textOf(args[at + 1] ?? ""));
    if (value === undefined || value < 0) return ERRORS.limitNegative;
    limit = value;
  }
  return limit;
}

const READ = { arity: -2, flags: flags("r"), keys: ALL_KEYS, group: "set" } as const;
const STORE = { arity: -3, flags: flags("wm"), keys: ALL_KEYS, group: "set" } as const;

export const SET_ALGEBRA_COMMANDS: readonly Command[] = [
  { ...READ, name: "sinter", run: answer(intersection) },
  { ...READ, name: "sunion", run: answer(union) },
  { ...READ, name: "sdiff", run: answer(difference) },
  { ...STORE, name: "sinterstore", run: store(intersection, "sinterstore") },
  { ...STORE, name: "sunionstore", run: store(union, "sunionstore") },
  { ...STORE, name: "sdiffstore", run: store(difference, "sdiffstore") },
  { ...READ, name: "sintercard", arity: -3, keys: NO_KEYS, run: intersectionSize },
];
