import { textOf } from "../../base/bytes.ts";
import type { Client } from "../client.ts";
import { type Command, COUNTED_KEYS, FIRST_KEY, flags, type Run } from "../command.ts";
import { containerChanged, openContainer, WRONG_TYPE } from "../containers.ts";
import type { Arguments } from "../environment.ts";
import { ERRORS } from "../errors.ts";
import type { ContainerEntry, Database } from "../keyspace.ts";
import { propagateAs } from "../propagation.ts";
import { replyError } from "../reply.ts";
import type { ServerState } from "../state.ts";
import { roughIntegerOf } from "../strings.ts";
import type { ScoredMember, SortedSet } from "../values/sorted-set.ts";
import { replyScored } from "./scored-reply.ts";
import { keyAt } from "./strings.ts";

/** From which end members are taken. */
export type End = "MIN" | "MAX";

export const POPS = { MIN: "ZPOPMIN", MAX: "ZPOPMAX" } as const;

/** Takes members from one end, the outermost first; there must be some. */
export function popFrom(
  state: ServerState,
  database: Database,
  opened: ContainerEntry<SortedSet>,
  { end, count }: { readonly end: End; readonly count: number },
): ScoredMember[] {
  const set = opened.value;
  const { size } = set;
  const taken = Math.min(count, size);
  const [from, to] = end === "MIN" ? [0, taken] : [size - taken, size];
  const members = [...(end === "MIN" ? set.range(from, to) : set.reversed(from, to))];
  set.removeRange(from, to);
  containerChanged(state, database, opened, end === "MIN" ? "zpopmin" : "zpopmax");
  state.persistence.changes += taken - 1;
  return members;
}

function popCommand(end: End): Run {
  return (state, client, args) => {
    const count = args.length > 2 ? roughIntegerOf(args[2] ?? "") : 1;
    if (args.length > 3) {
      replyError(client, ERRORS.syntax);
      return;
    }
    if (count === undefined || count < 0) {
      replyError(client, ERRORS.notPositive);
      return;
    }
    const opened = openContainer(state, client, keyAt(args, 1), "sorted-set");
    if (opened === WRONG_TYPE) return;
    if (opened === undefined || count === 0) {
      client.reply.array(0);
      return;
    }
    const members = popFrom(state, client.database, opened, { end, count });
    if (args.length > 2) {
      replyScored(client, members, { withScores: true });
      return;
    }
    client.reply.array(2);
    for (const { member, score } of members) {
      client.reply.bulk(member);
      client.reply.double(score);
    }
  };
}

/** What ZMPOP and BZMPOP ask for. */
export interface MultiPop {
  readonly keys: readonly string[];
  readonly end: End;
  readonly count: number;
}

/**
 * Reads `numkeys key [key …] MIN|MAX [COUNT count]`.
 * @param at where numkeys stands
 * @returns the error's text for a wrong request
 */
export function readMultiPop(args: Arguments, at: number): MultiPop | string {
  const numkeys = roughIntegerOf(args[at] ?? "");
  if (numkeys === undefined || numkeys < 1) return ERRORS.numkeysNotPositive;
  const endAt = at + 1 + numkeys;
  if (endAt >= args.length) return ERRORS.syntax;
  const end = textOf(args[endAt] ?? "").toUpperCase();
  if (end !== "MIN" && end !== "MAX") return ERRORS.syntax;
  const keys = args.slice(at + 1, endAt).map(textOf);
  if (args.length === endAt + 1) return { keys, end, count: 1 };
  const word = textOf(args[endAt + 1] ?? "").toUpperCase();
  if (word !== "COUNT" || args.length === endAt + 2) return ERRORS.syntax;
  const count = roughIntegerOf(args[endAt + 2] ?? "");
  if (count === undefined || count < 1) return ERRORS.countNotPositive;
  return args.length === endAt + 3 ? { keys, end, count } : ERRORS.syntax;
}

function zmpop(state: ServerState, client: Client, args: Arguments): void {
  const request = readMultiPop(args, 1);
  if (typeof request === "string") {
    replyError(client, request);
    return;
  }
  if (!popFirstOf(state, client, request)) client.reply.nullArray();
}

/** @returns whether the client has been answered: not if no key holds anything */
export function popFirstOf(state: ServerState, client: Client, request: MultiPop): boolean {
  for (const key of request.keys) {
    const opened = openContainer(state, client, key, "sorted-set");
    if (opened === WRONG_TYPE) return true;
    if (opened === undefined) continue;
    const members = popFrom(state, client.database, opened, request);
    propagateAs(state, [POPS[request.end], key, String(members.length)]);
    replyPopped(client, key, members);
    return true;
  }
  return false;
}

/** The key, and an array of members with their scores, each pair an array in any protocol. */
function replyPopped(client: Client, key: string, members: readonly ScoredMember[]): void {
  client.reply.array(2);
  client.reply.bulk(key);
  client.reply.array(members.length);
  for (const { member, score } of members) {
    client.reply.array(2);
    client.reply.bulk(member);
    client.reply.double(score);
  }
}

const WF = flags("wF");

export const SORTED_SET_POP_COMMANDS: readonly Command[] = [
  {
    name: "zpopmin",
    arity: -2,
    flags: WF,
    keys: FIRST_KEY,
    group: "sorted-set",
    run: popCommand("MIN"),
  },
  {
    name: "zpopmax",
    arity: -2,
    flags: WF,
    keys: FIRST_KEY,
    group: "sorted-set",
    run: popCommand("MAX"),
  },
  {
    name: "zmpop",
    arity: -4,
    flags: flags("w"),
    keys: COUNTED_KEYS,
    group: "sorted-set",
    run: zmpop,
  },
];
