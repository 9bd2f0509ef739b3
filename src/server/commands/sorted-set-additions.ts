import { textOf } from "../../base/bytes.ts";
import type { Client } from "../client.ts";
import { type Command, FIRST_KEY, flags } from "../command.ts";
import { containerChanged, openContainer, openOrCreate, WRONG_TYPE } from "../containers.ts";
import type { Arguments } from "../environment.ts";
import { ERRORS } from "../errors.ts";
import type { ContainerEntry } from "../keyspace.ts";
import { replyError } from "../reply.ts";
import { parseScore } from "../score.ts";
import type { ServerState } from "../state.ts";
import type { SortedSet } from "../values/sorted-set.ts";
import { keyAt } from "./strings.ts";

/** Which members ZADD may touch, and how. */
interface Options {
  /** Only new ones, or only those that are there. */
  presence: "NX" | "XX" | undefined;
  /** Only to a greater or a lower score. */
  direction: "GT" | "LT" | undefined;
  /** The reply counts those whose score changed, too. */
  changed: boolean;
  increment: boolean;
}

interface Addition {
  readonly member: string;
  readonly score: number;
}

interface Outcome {
  added: number;
  updated: number;
  /** Of the last member, unless it was passed over. */
  score: number | undefined;
}

function zadd(state: ServerState, client: Client, args: Arguments): void {
  const { options, next } = readOptions(args);
  if (typeof options === "string") {
    replyError(client, options);
    return;
  }
  const additions = readAdditions(args, next, options);
  if (typeof additions === "string") replyError(client, additions);
  else add(state, client, { key: keyAt(args, 1), options, additions });
}

function zincrBy(state: ServerState, client: Client, args: Arguments): void {
  const options = { presence: undefined, direction: undefined, changed: false, increment: true };
  const additions = readAdditions(args, 2, options);
  if (typeof additions === "string") replyError(client, additions);
  else add(state, client, { key: keyAt(args, 1), options, additions });
}

/** @returns the error's text for options that exclude each other; `next` is the first word behind */
function readOptions(args: Arguments): {
  readonly options: Options | string;
  readonly next: number;
} {
  const words = new Set<string>();
  let at = 2;
  for (; at < args.length; at++) {
    const word = textOf(args[at] ?? "").toUpperCase();
    if (!ZADD_OPTIONS.has(word)) break;
    words.add(word);
  }
  const has = (word: string): boolean => words.has(word);
  const count = args.length - at;
  if (count === 0 || count % 2 === 1) return { options: ERRORS.syntax, next: at };
  if (has("NX") && has("XX")) return { options: ERRORS.nxXxIncompatible, next: at };
  if ((has("GT") && has("LT")) || (has("NX") && (has("GT") || has("LT")))) {
    return { options: ERRORS.gtLtNxIncompatible, next: at };
  }
  if (has("INCR") && count > 2) return { options: ERRORS.incrTakesOnePair, next: at };
  const presence = has("NX") ? "NX" : has("XX") ? "XX" : undefined;
  const direction = has("GT") ? "GT" : has("LT") ? "LT" : undefined;
  const options = { presence, direction, changed: has("CH"), increment: has("INCR") } as const;
  return { options, next: at };
}

const ZADD_OPTIONS: ReadonlySet<string> = new Set(["NX", "XX", "GT", "LT", "CH", "INCR"]);

/** All scores are read before anything changes. @returns the error's text if one is wrong */
function readAdditions(args: Arguments, from: number, options: Options): Addition[] | string {
  const additions: Addition[] = [];
  for (let at = from; at < args.length; at += 2) {
    const score = parseScore(textOf(args[at] ?? ""));
    if (score === undefined) return ERRORS.notAFloat;
    additions.push({ member: keyAt(args, at + 1), score });
  }
  return options.increment ? additions.slice(0, 1) : additions;
}

function add(
  state: ServerState,
  client: Client,
  {
    key,
    options,
    additions,
  }: {
    readonly key: string;
    readonly options: Options;
    readonly additions: readonly Addition[];
  },
): void {
  const opened = openToAdd(state, client, key, options);
  if (opened === WRONG_TYPE) return;
  const outcome: Outcome = { added: 0, updated: 0, score: undefined };
  const isNumber =
    opened === undefined ||
    additions.every((addition) => addOne(opened.value, addition, options, outcome));
  const changes = outcome.added + outcome.updated;
  if (opened !== undefined && changes > 0) {
    const event = options.increment ? "zincr" : "zadd";
    containerChanged(state, client.database, opened, event);
    state.persistence.changes += changes - 1;
  }
  if (!isNumber) replyError(client, ERRORS.scoreNotANumber);
  else if (!options.increment) client.reply.integer(options.changed ? changes : outcome.added);
  else if (outcome.score === undefined) client.reply.null();
  else client.reply.double(outcome.score);
}

/** @returns undefined when there is no key, and none may be made */
function openToAdd(
  state: ServerState,
  client: Client,
  key: string,
  options: Options,
): ContainerEntry<SortedSet> | undefined | typeof WRONG_TYPE {
  if (options.presence === "XX") return openContainer(state, client, key, "sorted-set");
  return openOrCreate(state, client, key, "sorted-set");
}

/** @returns false when the score would be no number */
function addOne(
  set: SortedSet,
  { member, score: given }: Addition,
  options: Options,
  outcome: Outcome,
): boolean {
  const old = set.score(member);
  outcome.score = undefined;
  if (old === undefined) {
    if (options.presence === "XX") return true;
    set.set(member, given);
    outcome.added++;
    outcome.score = given;
    return true;
  }
  if (options.presence === "NX") return true;
  const score = options.increment ? old + given : given;
  if (Number.isNaN(score)) return false;
  if (options.direction === "GT" && score <= old) return true;
  if (options.direction === "LT" && score >= old) return true;
  if (set.set(member, score) === "updated") outcome.updated++;
  outcome.score = score;
  return true;
}

const WMF = flags("wmF");

export const SORTED_SET_ADDITION_COMMANDS: readonly Command[] = [
  { name: "zadd", arity: -4, flags: WMF, keys: FIRST_KEY, group: "sorted-set", run: zadd },
  { name: "zincrby", arity: 4, flags: WMF, keys: FIRST_KEY, group: "sorted-set", run: zincrBy },
];
