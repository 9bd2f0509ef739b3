import { unreachable } from "../../base/assert.ts";
import { type Bytes, textOf } from "../../base/bytes.ts";
import { parseDouble } from "../../resp/double.ts";
import type { Client } from "../client.ts";
import { type Command, FIRST_KEY, flags } from "../command.ts";
import type { Arguments } from "../environment.ts";
import { ERRORS } from "../errors.ts";
import { lookupHash } from "../containers.ts";
import { lookup, lookupRead } from "../expiry.ts";
import { keyChanged } from "../keyspace-events.ts";
import { NO_EXPIRY } from "../keyspace.ts";
import { replyError } from "../reply.ts";
import type { ServerState } from "../state.ts";
import { roughIntegerOf, stored } from "../strings.ts";
import { List } from "../values/list.ts";
import { isString, kindOf, type Value } from "../values/value.ts";
import { keyAt } from "./strings.ts";

interface SortOptions {
  readonly by: string | undefined;
  readonly get: readonly string[];
  readonly offset: number;
  /** Negative: all. */
  readonly count: number;
  readonly isDescending: boolean;
  readonly isAlpha: boolean;
  readonly store: string | undefined;
}

/** @returns the error's text for what is no option */
function readOptions(
  args: Arguments,
  { mayStore }: { readonly mayStore: boolean },
): SortOptions | string {
  const get: string[] = [];
  let by: string | undefined;
  let [offset, count] = [0, -1];
  let isDescending = false;
  let isAlpha = false;
  let store: string | undefined;
  for (let at = 2; at < args.length; at++) {
    const word = textOf(args[at] ?? "").toUpperCase();
    const left = args.length - at - 1;
    if (word === "ASC") isDescending = false;
    else if (word === "DESC") isDescending = true;
    else if (word === "ALPHA") isAlpha = true;
    else if (word === "LIMIT" && left >= 2) {
      const limits = [args[at + 1], args[at + 2]].map((each) => roughIntegerOf(each ?? ""));
      const [first, second] = limits;
      if (first === undefined || second === undefined) return ERRORS.notAnInteger;
      [offset, count] = [first, second];
      at += 2;
    } else if (word === "STORE" && left >= 1 && mayStore) store = keyAt(args, ++at);
    else if (word === "BY" && left >= 1) by = keyAt(args, ++at);
    else if (word === "GET" && left >= 1) get.push(keyAt(args, ++at));
    else return ERRORS.syntax;
  }
  return { by, get, offset, count, isDescending, isAlpha, store };
}

/** One element, and what it is sorted by. */
interface Sorted {
  readonly element: Bytes;
  readonly text: string;
  /** Text for ALPHA; undefined where the pattern leads nowhere. */
  readonly key: string | undefined;
  readonly score: number;
}

function sort({ mayStore }: { readonly mayStore: boolean }): Command["run"] {
  return (state, client, args) => {
    const options = readOptions(args, { mayStore });
    if (typeof options === "string") return replyError(client, options);
    const denied = deniedPattern(state, client, options);
    if (denied !== undefined) return replyError(client, sortDenied(denied));
    const value = lookupRead(state, client, keyAt(args, 1))?.value;
    if (value !== undefined && !isSortable(value)) return replyError(client, ERRORS.wrongType);
    const elements = value === undefined ? [] : sortedElements(state, client, value, options);
    if (elements === undefined) return replyError(client, ERRORS.scoresNotDoubles);
    const results = elements.flatMap((element) => resultsFor(state, client, element, options));
    if (options.store === undefined) replyResults(client, results);
    else storeResults(state, client, options.store, results);
  };
}

/** BY and GET read keys that no permission of the request was asked for. */
function deniedPattern(
  state: ServerState,
  client: Client,
  { by, get }: SortOptions,
): "BY" | "GET" | undefined {
  const readsBy = by?.includes("*") ?? false;
  if (!client.connection.isRestricted || (!readsBy && get.length === 0)) return undefined;
  if (state.environment.mayReadAllKeys(client)) return undefined;
  return readsBy ? "BY" : "GET";
}

function sortDenied(option: "BY" | "GET"): string {
  return `ERR ${option} option of SORT denied due to insufficient ACL permissions.`;
}

function isSortable(value: Value): boolean {
  const kind = kindOf(value);
  return kind === "list" || kind === "set" || kind === "sorted-set";
}

/** @returns undefined when something is no number */
function sortedElements(
  state: ServerState,
  client: Client,
  value: Value,
  options: SortOptions,
): readonly Bytes[] | undefined {
  // A constant pattern means that the order is that of the value; a set that is stored gets one,
  // so that replicas have the same.
  const isUnsorted = options.by !== undefined && !options.by.includes("*");
  const isForced = isUnsorted && kindOf(value) === "set" && options.store !== undefined;
  const elements = elementsOf(value, isUnsorted && options.isDescending);
  if (isUnsorted && !isForced) return window(elements, options);
  const effective = isForced ? { ...options, by: undefined, isAlpha: true } : options;
  const items: Sorted[] = [];
  for (const element of elements) {
    const item = weighed(state, client, element, effective);
    if (item === undefined) return undefined;
    items.push(item);
  }
  const sign = effective.isDescending ? -1 : 1;
  items.sort((a, b) => sign * (effective.isAlpha ? byText(a, b) : byScore(a, b)));
  return window(
    items.map(({ element }) => element),
    options,
  );
}

function elementsOf(value: Value, isReversed: boolean): readonly Bytes[] {
  if (isString(value)) return [];
  switch (value.kind) {
    case "list":
      return [...(isReversed ? value.reversed() : value.range())];
    case "set":
      return [...value];
    case "sorted-set": {
      const members = isReversed ? value.reversed() : value.range();
      return Array.from(members, ({ member }) => member);
    }
    case "hash":
    case "opaque":
      return [];
    default:
      return unreachable(value);
  }
}

function window(elements: readonly Bytes[], { offset, count }: SortOptions): readonly Bytes[] {
  const from = Math.max(0, offset);
  return count < 0 ? elements.slice(from) : elements.slice(from, from + count);
}

function weighed(
  state: ServerState,
  client: Client,
  element: Bytes,
  { by, isAlpha }: SortOptions,
): Sorted | undefined {
  const text = textOf(element);
  const found = by === undefined ? element : valueAt(state, client, by, text);
  const key = found === undefined ? undefined : textOf(found);
  if (isAlpha || key === undefined) return { element, text, key, score: 0 };
  // Redis reads it as a text of C, which ends at the first zero byte.
  const [number = ""] = key.split("\0", 1);
  const score = number === "" ? 0 : parseDouble(number.trim());
  return score === undefined || Number.isNaN(score) ? undefined : { element, text, key, score };
}

function byScore(a: Sorted, b: Sorted): number {
  return a.score - b.score || compare(a.text, b.text);
}

/** What leads nowhere comes first. */
function byText(a: Sorted, b: Sorted): number {
  if (a.key === undefined || b.key === undefined) {
    if (a.key === b.key) return 0;
    return a.key === undefined ? -1 : 1;
  }
  return compare(a.key, b.key);
}

/** Byte by byte: the texts are latin1. */
function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function resultsFor(
  state: ServerState,
  client: Client,
  element: Bytes,
  { get }: SortOptions,
): readonly (Bytes | undefined)[] {
  if (get.length === 0) return [element];
  return get.map((pattern) => valueAt(state, client, pattern, textOf(element)));
}

/**
 * What a pattern leads to: `#` is the element itself, the first `*` stands for it, and a field may
 * follow behind `->`.
 */
function valueAt(
  state: ServerState,
  client: Client,
  pattern: string,
  element: string,
): Bytes | undefined {
  if (pattern === "#") return element;
  const star = pattern.indexOf("*");
  if (star < 0) return undefined;
  const arrow = pattern.indexOf("->", star + 1);
  const hasField = arrow >= 0 && arrow + 2 < pattern.length;
  const name = hasField ? pattern.slice(0, arrow) : pattern;
  const key = name.slice(0, star) + element + name.slice(star + 1);
  if (hasField) return lookupHash(state, client, key)?.get(pattern.slice(arrow + 2));
  const value = lookup(state, client, key)?.value;
  return value !== undefined && isString(value) ? value : undefined;
}

function replyResults(client: Client, results: readonly (Bytes | undefined)[]): void {
  client.reply.array(results.length);
  for (const result of results) {
    if (result === undefined) client.reply.null();
    else client.reply.bulk(result);
  }
}

/** An empty result deletes the destination; what leads nowhere is stored as an empty element. */
function storeResults(
  state: ServerState,
  client: Client,
  key: string,
  results: readonly (Bytes | undefined)[],
): void {
  const { database } = client;
  if (results.length > 0) {
    const list = new List();
    for (const result of results) list.pushTail(stored(result ?? ""));
    state.keyspace.put(database, key, list, NO_EXPIRY);
    keyChanged(state, database, key, "sortstore");
  } else if (lookup(state, client, key) !== undefined) {
    state.keyspace.remove(database, key);
    keyChanged(state, database, key, "del");
  }
  client.reply.integer(results.length);
}

const SORT = { arity: -2, keys: FIRST_KEY, group: "generic" } as const;

export const SORT_COMMANDS: readonly Command[] = [
  { ...SORT, name: "sort", flags: flags("wm"), run: sort({ mayStore: true }) },
  { ...SORT, name: "sort_ro", flags: flags("r"), run: sort({ mayStore: false }) },
];
