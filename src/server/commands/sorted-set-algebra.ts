import { unreachable } from "../../base/assert.ts";
import { textOf } from "../../base/bytes.ts";
import type { Client } from "../client.ts";
import { type Command, COUNTED_KEYS, FIRST_AND_COUNTED_KEYS, flags, type Run } from "../command.ts";
import { replaceContainer } from "../containers.ts";
import type { Arguments } from "../environment.ts";
import { ERRORS, noInputKey } from "../errors.ts";
import { lookupRead } from "../expiry.ts";
import type { KeyspaceEvent } from "../keyspace-events.ts";
import { replyError } from "../reply.ts";
import { parseScore } from "../score.ts";
import type { ServerState } from "../state.ts";
import { roughIntegerOf } from "../strings.ts";
import { MemberSet } from "../values/member-set.ts";
import { SortedSet } from "../values/sorted-set.ts";
import { replyScored } from "./scored-reply.ts";
import { keyAt } from "./strings.ts";

type Operation = "union" | "inter" | "diff";
type Aggregate = "SUM" | "MIN" | "MAX";

/** A set counts as a sorted set in which every score is 1. */
type Source = SortedSet | MemberSet | undefined;

interface Options {
  readonly weights: readonly number[];
  readonly aggregate: Aggregate;
  readonly withScores: boolean;
}

interface Request {
  readonly sources: readonly Source[];
  readonly options: Options;
}

/**
 * Reads `numkeys key [key …] [options]`.
 * @param at where numkeys stands
 * @returns the error's text for a wrong request
 */
function readRequest(
  state: ServerState,
  client: Client,
  args: Arguments,
  form: { readonly at: number; readonly name: string; readonly operation: Operation },
): Request | string {
  const numkeys = readNumkeys(args, form);
  if (typeof numkeys === "string") return numkeys;
  const optionsAt = form.at + 1 + numkeys;
  const sources = readSources(state, client, args.slice(form.at + 1, optionsAt));
  if (typeof sources === "string") return sources;
  const options = readOptions(args.slice(optionsAt), {
    numkeys,
    stores: form.at === 2,
    operation: form.operation,
  });
  return typeof options === "string" ? options : { sources, options };
}

/** @returns the error's text unless there are so many keys */
function readNumkeys(
  args: Arguments,
  { at, name }: { readonly at: number; readonly name: string },
): number | string {
  const numkeys = roughIntegerOf(args[at] ?? "");
  if (numkeys === undefined) return ERRORS.notAnInteger;
  if (numkeys < 1) return noInputKey(name);
  return at + numkeys < args.length ? numkeys : ERRORS.syntax;
}

function readSources(state: ServerState, client: Client, keys: Arguments): Source[] | string {
  const sources: Source[] = [];
  for (const key of keys) {
    const value = lookupRead(state, client, textOf(key))?.value;
    const fits = value === undefined || value instanceof SortedSet || value instanceof MemberSet;
    if (!fits) return ERRORS.wrongType;
    sources.push(value);
  }
  return sources;
}

function readOptions(
  words: Arguments,
  form: { readonly numkeys: number; readonly stores: boolean; readonly operation: Operation },
): Options | string {
  let weights: readonly number[] = [];
  let aggregate: Aggregate = "SUM";
  let withScores = false;
  for (let at = 0; at < words.length; at++) {
    const word = textOf(words[at] ?? "").toUpperCase();
    const left = words.length - at - 1;
    if (word === "WEIGHTS" && form.operation !== "diff" && left >= form.numkeys) {
      const read = words
        .slice(at + 1, at + 1 + form.numkeys)
        .map((text) => parseScore(textOf(text)));
      if (read.includes(undefined)) return ERRORS.weightNotAFloat;
      weights = read.map((weight) => weight ?? 1);
      at += form.numkeys;
    } else if (word === "AGGREGATE" && form.operation !== "diff" && left >= 1) {
      const named = textOf(words[++at] ?? "").toUpperCase();
      if (named !== "SUM" && named !== "MIN" && named !== "MAX") return ERRORS.syntax;
      aggregate = named;
    } else if (word === "WITHSCORES" && !form.stores) {
      withScores = true;
    } else {
      return ERRORS.syntax;
    }
  }
  return { weights, aggregate, withScores };
}

function compute(operation: Operation, { sources, options }: Request): SortedSet {
  switch (operation) {
    case "union":
      return union(sources, options);
    case "inter":
      return intersection(sources, options);
    case "diff":
      return difference(sources);
    default:
      return unreachable(operation);
  }
}

function union(sources: readonly Source[], options: Options): SortedSet {
  const scores = new Map<string, number>();
  for (const [index, source] of sources.entries()) {
    const weight = options.weights[index] ?? 1;
    for (const [member, score] of scoresOf(source)) {
      const known = scores.get(member);
      const weighted = weigh(score, weight);
      scores.set(member, known === undefined ? weighted : join(known, weighted, options.aggregate));
    }
  }
  return sortedSetOf(scores);
}

function intersection(sources: readonly Source[], options: Options): SortedSet {
  const order = [...sources.keys()].toSorted(
    (one, other) => sizeAt(sources, one) - sizeAt(sources, other),
  );
  const [smallest = 0, ...others] = order;
  const scores = new Map<string, number>();
  for (const [member, score] of scoresOf(sources[smallest])) {
    let joined: number | undefined = weigh(score, options.weights[smallest] ?? 1);
    for (const index of others) {
      const more = scoreOf(sources[index], member);
      if (more === undefined) {
        joined = undefined;
        break;
      }
      joined = join(joined, more * (options.weights[index] ?? 1), options.aggregate);
    }
    if (joined !== undefined) scores.set(member, joined);
  }
  return sortedSetOf(scores);
}

function difference([first, ...others]: readonly Source[]): SortedSet {
  const scores = new Map<string, number>();
  for (const [member, score] of scoresOf(first)) {
    if (others.every((other) => scoreOf(other, member) === undefined)) scores.set(member, score);
  }
  return sortedSetOf(scores);
}

function sortedSetOf(scores: ReadonlyMap<string, number>): SortedSet {
  const set = new SortedSet();
  for (const [member, score] of scores) set.set(member, score);
  return set;
}

function sizeAt(sources: readonly Source[], index: number): number {
  return sources[index]?.size ?? 0;
}

function* scoresOf(source: Source): Generator<readonly [string, number], void> {
  if (source === undefined) return;
  if (source.kind === "set") for (const member of source) yield [member, 1];
  else for (const { member, score } of source) yield [member, score];
}

function scoreOf(source: Source, member: string): number | undefined {
  if (source === undefined) return undefined;
  if (source.kind === "sorted-set") return source.score(member);
  return source.has(member) ? 1 : undefined;
}

/**
 * What would be no number, such as 0 times infinity, counts as 0. So it is for every score of a union, and
 * for the first of an intersection; the others are joined as they are.
 */
function weigh(score: number, weight: number): number {
  const weighted = score * weight;
  return Number.isNaN(weighted) ? 0 : weighted;
}

/** @param other may be no number, which is neither less nor more than `one` */
function join(one: number, other: number, aggregate: Aggregate): number {
  switch (aggregate) {
    case "SUM": {
      const sum = one + other;
      return Number.isNaN(sum) ? 0 : sum;
    }
    case "MIN":
      return other < one ? other : one;
    case "MAX":
      return other > one ? other : one;
    default:
      return unreachable(aggregate);
  }
}

function showCommand(name: string, operation: Operation): Run {
  return (state, client, args) => {
    const request = readRequest(state, client, args, { at: 1, name, operation });
    if (typeof request === "string") replyError(client, request);
    else replyScored(client, [...compute(operation, request)], request.options);
  };
}

function storeCommand(name: KeyspaceEvent, operation: Operation): Run {
  return (state, client, args) => {
    const request = readRequest(state, client, args, { at: 2, name, operation });
    if (typeof request === "string") {
      replyError(client, request);
      return;
    }
    const value = compute(operation, request);
    replaceContainer(state, client, keyAt(args, 1), { value, event: name });
    client.reply.integer(value.size);
  };
}

function zinterCard(state: ServerState, client: Client, args: Arguments): void {
  const numkeys = readNumkeys(args, { at: 1, name: "zintercard" });
  if (typeof numkeys === "string") {
    replyError(client, numkeys);
    return;
  }
  const sources = readSources(state, client, args.slice(2, 2 + numkeys));
  if (typeof sources === "string") {
    replyError(client, sources);
    return;
  }
  const limit = readLimit(args.slice(2 + numkeys));
  if (typeof limit === "string") replyError(client, limit);
  else client.reply.integer(cardinality(sources, limit));
}

/** Reads `[LIMIT limit]`, where 0 stands for none. @returns the error's text for anything else */
function readLimit(words: Arguments): number | string {
  let limit = 0;
  for (let at = 0; at < words.length; at += 2) {
    if (textOf(words[at] ?? "").toUpperCase() !== "LIMIT" || at + 1 === words.length) {
      return ERRORS.syntax;
    }
    const read = roughIntegerOf(words[at + 1] ?? "");
    if (read === undefined || read < 0) return ERRORS.limitNegative;
    limit = read;
  }
  return limit === 0 ? Number.POSITIVE_INFINITY : limit;
}

function cardinality(sources: readonly Source[], limit: number): number {
  const [smallest, ...others] = sources.toSorted(
    (one, other) => (one?.size ?? 0) - (other?.size ?? 0),
  );
  let count = 0;
  for (const [member] of scoresOf(smallest)) {
    if (count >= limit) break;
    if (others.every((other) => scoreOf(other, member) !== undefined)) count++;
  }
  return count;
}

const R = flags("r");

function show(name: string, operation: Operation): Command {
  const run = showCommand(name, operation);
  return { name, arity: -3, flags: R, keys: COUNTED_KEYS, group: "sorted-set", run };
}

function store(name: KeyspaceEvent, operation: Operation): Command {
  const run = storeCommand(name, operation);
  const keys = FIRST_AND_COUNTED_KEYS;
  return { name, arity: -4, flags: flags("wm"), keys, group: "sorted-set", run };
}

export const SORTED_SET_ALGEBRA_COMMANDS: readonly Command[] = [
  show("zunion", "union"),
  show("zinter", "inter"),
  show("zdiff", "diff"),
  store("zunionstore", "union"),
  store("zinterstore", "inter"),
  store("zdiffstore", "diff"),
  {
    name: "zintercard",
    arity: -3,
    flags: R,
    keys: COUNTED_KEYS,
    group: "sorted-set",
    run: zinterCard,
  },
];
