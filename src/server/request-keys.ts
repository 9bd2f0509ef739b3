import { textOf } from "../base/bytes.ts";
import { REDIS_COMMANDS } from "../wire/acl/redis-commands.ts";
import type { KeyUse } from "../wire/acl/selector.ts";
import { parseInteger } from "../wire/integers.ts";
import { type Command, FLAG } from "./command.ts";
import { KEY_SPECS } from "./commands/key-specs.ts";
import type { Arguments } from "./environment.ts";
import { at, type KeySpec, upTo } from "./key-spec.ts";

/** A key in a request. */
export interface RequestKey {
  /** Its place among the words. */
  readonly at: number;
  /** What is done with it, as COMMAND GETKEYSANDFLAGS shows it. */
  readonly flags: readonly string[];
}

/** @param name `get`, or `object|encoding` */
export function keySpecsOf(name: string, command: Command): readonly KeySpec[] {
  const known = KEY_SPECS.get(name);
  if (known !== undefined) return known;
  return REDIS_COMMANDS.has(name) ? [] : specsOfPositions(command);
}

/** For commands that Redis 7.0 does not have. */
function specsOfPositions({ keys, flags }: Command): readonly KeySpec[] {
  if (keys.first === 0) return [];
  const use = flags & FLAG.write ? "RW access update" : "RO access";
  if (keys.last === keys.first) return [at(keys.first, use)];
  const last = keys.last < 0 ? keys.last : keys.last - keys.first;
  return [upTo(keys.first, { last, step: keys.step }, use)];
}

/**
 * The keys of a request whose arity is right, in the order of the specifications.
 * @returns undefined when they are counted wrongly, which the command itself will complain of
 */
export function keysOfRequest(
  name: string,
  command: Command,
  args: Arguments,
): readonly RequestKey[] | undefined {
  const keys: RequestKey[] = [];
  for (const spec of keySpecsOf(name, command)) {
    if (spec.flags.includes("not_key")) continue;
    const places = placesOf(spec, args);
    if (places === undefined) return undefined;
    const flags = flagsInRequest(name, spec.flags, args);
    for (const place of places) keys.push({ at: place, flags });
  }
  const destination = name === "sort" ? sortDestination(args) : undefined;
  if (destination !== undefined) keys.push({ at: destination, flags: ["OW", "update"] });
  return keys;
}

/** The same as permissions see them. */
export function keyUsesOf(name: string, command: Command, args: Arguments): KeyUse[] {
  const keys = keysOfRequest(name, command, args) ?? [];
  return keys.map(({ at: place, flags }) => ({
    key: textOf(args[place] ?? ""),
    reads: flags.includes("access"),
    writes: WRITES.some((flag) => flags.includes(flag)),
  }));
}

const WRITES = ["update", "insert", "delete"];

function placesOf({ begin, find }: KeySpec, args: Arguments): number[] | undefined {
  const first = firstPlace(begin, args);
  if (first === undefined || find.kind === "unknown" || first >= args.length) return [];
  if (find.kind === "counted") {
    const count = parseInteger(textOf(args[first] ?? ""));
    if (count === undefined || count < 0 || first + count >= args.length) return undefined;
    return Array.from({ length: count }, (_, index) => first + 1 + index);
  }
  const { last, step, limit } = find;
  let end = last < 0 ? args.length + last : first + last;
  if (last < 0 && limit > 1) end = first + Math.floor((args.length - first) / limit) + last;
  const places: number[] = [];
  for (let place = first; place <= end && place < args.length; place += step) places.push(place);
  return places;
}

function firstPlace(begin: KeySpec["begin"], args: Arguments): number | undefined {
  switch (begin.kind) {
    case "index":
      return begin.index;
    case "keyword": {
      const place = keywordPlace(args, begin.keyword, begin.from);
      return place === undefined ? undefined : place + 1;
    }
    case "unknown":
      return undefined;
  }
}

function keywordPlace(args: Arguments, keyword: string, from: number): number | undefined {
  const step = from < 0 ? -1 : 1;
  const start = from < 0 ? args.length + from : from;
  for (let place = start; place >= 1 && place < args.length; place += step) {
    if (textOf(args[place] ?? "").toUpperCase() === keyword) return place;
  }
  return undefined;
}

/** SET reads the key only where it is told to, BITFIELD writes it only then. */
function flagsInRequest(
  name: string,
  flags: readonly string[],
  args: Arguments,
): readonly string[] {
  if (!flags.includes("variable_flags")) return flags;
  const words = args.slice(2).map((word) => textOf(word).toLowerCase());
  if (name === "set") {
    return words.slice(1).includes("get") ? ["RW", "access", "update"] : ["OW", "update"];
  }
  const writes = words.includes("set") || words.includes("incrby");
  return writes ? ["RW", "access", "update"] : ["RO", "access"];
}

/** SORT's STORE may stand anywhere among the options; the last one counts. */
function sortDestination(args: Arguments): number | undefined {
  let destination: number | undefined;
  for (let place = 2; place + 1 < args.length; place++) {
    const word = textOf(args[place] ?? "").toLowerCase();
    if (word === "store") destination = ++place;
    else if (word === "limit") place += 2;
    else if (word === "get" || word === "by") place += 1;
  }
  return destination;
}
