import type { Random } from "../../base/random.ts";
import type { Client } from "../client.ts";
import { type Command, FIRST_KEY, FIRST_TWO_KEYS, flags } from "../command.ts";
import {
  containerChanged,
  openContainer,
  openOrCreate,
  readContainer,
  WRONG_TYPE,
} from "../containers.ts";
import type { Arguments } from "../environment.ts";
import { ERRORS } from "../errors.ts";
import { notifyKeyspaceEvent } from "../keyspace-events.ts";
import { propagateAs } from "../propagation.ts";
import { replyError } from "../reply.ts";
import { isTooManyRepeats, replyRepeated, sampleDistinct } from "../sampling.ts";
import type { ServerState } from "../state.ts";
import type { MemberSet } from "../values/member-set.ts";
import { countArgument, integerArgument } from "./arguments.ts";
import { keyAt } from "./strings.ts";

function add(state: ServerState, client: Client, args: Arguments): void {
  const entry = openOrCreate(state, client, keyAt(args, 1), "set");
  if (entry === WRONG_TYPE) return;
  let added = 0;
  for (let at = 2; at < args.length; at++) if (entry.value.add(keyAt(args, at))) added++;
  client.reply.integer(added);
  if (added === 0) return;
  state.persistence.changes += added - 1;
  containerChanged(state, client.database, entry, "sadd");
}

function remove(state: ServerState, client: Client, args: Arguments): void {
  const entry = openContainer(state, client, keyAt(args, 1), "set");
  if (entry === WRONG_TYPE) return;
  let removed = 0;
  if (entry !== undefined) {
    for (let at = 2; at < args.length; at++) if (entry.value.delete(keyAt(args, at))) removed++;
  }
  client.reply.integer(removed);
  if (entry === undefined || removed === 0) return;
  state.persistence.changes += removed - 1;
  containerChanged(state, client.database, entry, "srem");
}

function move(state: ServerState, client: Client, args: Arguments): void {
  const [from, to, member] = [keyAt(args, 1), keyAt(args, 2), keyAt(args, 3)];
  const source = openContainer(state, client, from, "set");
  if (source === WRONG_TYPE) return;
  if (source === undefined) {
    client.reply.integer(0);
    return;
  }
  if (readContainer(state, client, to, "set") === WRONG_TYPE) return;
  if (from === to) {
    client.reply.integer(source.value.has(member) ? 1 : 0);
    return;
  }
  if (!source.value.delete(member)) {
    client.reply.integer(0);
    return;
  }
  containerChanged(state, client.database, source, "srem");
  const destination = openOrCreate(state, client, to, "set");
  if (destination === WRONG_TYPE) return;
  if (destination.value.add(member)) containerChanged(state, client.database, destination, "sadd");
  client.reply.integer(1);
}

function cardinality(state: ServerState, client: Client, args: Arguments): void {
  const set = readContainer(state, client, keyAt(args, 1), "set");
  if (set !== WRONG_TYPE) client.reply.integer(set?.size ?? 0);
}

function isMember(state: ServerState, client: Client, args: Arguments): void {
  const set = readContainer(state, client, keyAt(args, 1), "set");
  if (set !== WRONG_TYPE) client.reply.integer(set?.has(keyAt(args, 2)) === true ? 1 : 0);
}

function areMembers(state: ServerState, client: Client, args: Arguments): void {
  const set = readContainer(state, client, keyAt(args, 1), "set");
  if (set === WRONG_TYPE) return;
  client.reply.array(args.length - 2);
  for (let at = 2; at < args.length; at++) {
    client.reply.integer(set?.has(keyAt(args, at)) === true ? 1 : 0);
  }
}

function allMembers(state: ServerState, client: Client, args: Arguments): void {
  const set = readContainer(state, client, keyAt(args, 1), "set");
  if (set === WRONG_TYPE) return;
  client.reply.set(set?.size ?? 0);
  for (const member of set ?? []) client.reply.bulk(member);
}

/** Members that one SREM of the stream names at most (server spec §2.14). */
const REMOVED_PER_COMMAND = 1024;

function pop(state: ServerState, client: Client, args: Arguments): void {
  if (args.length > 3) return replyError(client, ERRORS.syntax);
  if (args.length === 3) return popMany(state, client, args);
  const key = keyAt(args, 1);
  const entry = openContainer(state, client, key, "set");
  if (entry === WRONG_TYPE) return;
  const member = entry?.value.random(state.random);
  if (entry === undefined || member === undefined) {
    client.reply.null();
    return;
  }
  entry.value.delete(member);
  client.reply.bulk(member);
  containerChanged(state, client.database, entry, "spop");
  propagateAs(state, ["SREM", key, member]);
}

function popMany(state: ServerState, client: Client, args: Arguments): void {
  const count = countArgument(client, args[2]);
  if (count === undefined) return;
  const key = keyAt(args, 1);
  const entry = openContainer(state, client, key, "set");
  if (entry === WRONG_TYPE) return;
  if (entry === undefined || count === 0) {
    client.reply.set(0);
    return;
  }
  const set = entry.value;
  const isWhole = count >= set.size;
  const taken = someMembers(set, count, state.random);
  client.reply.set(taken.length);
  for (const member of taken) client.reply.bulk(member);
  state.persistence.changes += taken.length - 1;
  if (isWhole) {
    const { database } = client;
    state.keyspace.remove(database, key);
    state.persistence.changes++;
    notifyKeyspaceEvent(state, database, key, "spop");
    notifyKeyspaceEvent(state, database, key, "del");
    propagateAs(state, ["DEL", key]);
    return;
  }
  for (const member of taken) set.delete(member);
  containerChanged(state, client.database, entry, "spop");
  propagateAs(state, ...removals(key, taken));
}

function removals(key: string, members: readonly string[]): Arguments[] {
  const commands: Arguments[] = [];
  for (let at = 0; at < members.length; at += REMOVED_PER_COMMAND) {
    commands.push(["SREM", key, ...members.slice(at, at + REMOVED_PER_COMMAND)]);
  }
  return commands;
}

function randomMember(state: ServerState, client: Client, args: Arguments): void {
  if (args.length > 3) return replyError(client, ERRORS.syntax);
  if (args.length === 3) return randomMembers(state, client, args);
  const set = readContainer(state, client, keyAt(args, 1), "set");
  if (set === WRONG_TYPE) return;
  const member = set?.random(state.random);
  if (member === undefined) client.reply.null();
  else client.reply.bulk(member);
}

/** A negative count allows repetitions. */
function randomMembers(state: ServerState, client: Client, args: Arguments): void {
  const count = integerArgument(client, args[2]);
  if (count === undefined) return;
  if (Math.abs(count) > MOST_MEMBERS) return replyError(client, ERRORS.outOfRange);
  const set = readContainer(state, client, keyAt(args, 1), "set");
  if (set === WRONG_TYPE) return;
  if (set === undefined || count === 0) {
    client.reply.array(0);
    return;
  }
  if (count < 0) {
    if (isTooManyRepeats(client, -count)) return replyError(client, ERRORS.outOfRange);
    client.reply.array(-count);
    replyRepeated(client, -count, () => {
      const member = set.random(state.random) ?? "";
      client.reply.bulk(member);
      return member.length;
    });
    return;
  }
  const chosen = someMembers(set, count, state.random);
  client.reply.array(chosen.length);
  for (const member of chosen) client.reply.bulk(member);
}

const MOST_MEMBERS = 2 ** 52;

function someMembers(set: MemberSet, count: number, random: Random): string[] {
  const wanted = { count, size: set.size };
  return sampleDistinct(
    random,
    wanted,
    () => set.random(random),
    () => set,
  );
}

const SET = { keys: FIRST_KEY, group: "set" } as const;

export const SET_MEMBER_COMMANDS: readonly Command[] = [
  { ...SET, name: "sadd", arity: -3, flags: flags("wmF"), run: add },
  { ...SET, name: "srem", arity: -3, flags: flags("wF"), run: remove },
  { ...SET, name: "smove", arity: 4, flags: flags("wF"), keys: FIRST_TWO_KEYS, run: move },
  { ...SET, name: "scard", arity: 2, flags: flags("rF"), run: cardinality },
  { ...SET, name: "sismember", arity: 3, flags: flags("rF"), run: isMember },
  { ...SET, name: "smismember", arity: -3, flags: flags("rF"), run: areMembers },
  { ...SET, name: "smembers", arity: 2, flags: flags("r"), run: allMembers },
  { ...SET, name: "spop", arity: -2, flags: flags("wF"), run: pop },
  { ...SET, name: "srandmember", arity: -2, flags: flags("r"), run: randomMember },
];
