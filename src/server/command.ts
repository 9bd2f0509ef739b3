import { textOf } from "../base/bytes.ts";
import type { Client } from "./client.ts";
import type { Arguments } from "./environment.ts";
import type { ServerState } from "./state.ts";

/** What a command does and where it is allowed: one bit each (server spec §5). */
export const FLAG = {
  write: 1 << 0,
  readonly: 1 << 1,
  denyoom: 1 << 2,
  admin: 1 << 3,
  noscript: 1 << 4,
  blocking: 1 << 5,
  loading: 1 << 6,
  stale: 1 << 7,
  fast: 1 << 8,
  noAuth: 1 << 9,
  allowBusy: 1 << 10,
  noMulti: 1 << 11,
  noAsyncLoading: 1 << 12,
  mayReplicate: 1 << 13,
  pubsub: 1 << 14,
  /** Executed at once even inside MULTI. */
  notQueued: 1 << 15,
} as const;

/** The letters of the specification's tables, as `flags("wmF")`. */
const LETTERS: Readonly<Record<string, number>> = {
  w: FLAG.write,
  r: FLAG.readonly,
  m: FLAG.denyoom,
  a: FLAG.admin,
  s: FLAG.noscript,
  b: FLAG.blocking,
  L: FLAG.loading,
  T: FLAG.stale,
  F: FLAG.fast,
  n: FLAG.noAuth,
  B: FLAG.allowBusy,
  X: FLAG.noMulti,
  A: FLAG.noAsyncLoading,
  R: FLAG.mayReplicate,
  p: FLAG.pubsub,
  Q: FLAG.notQueued,
};

export function flags(letters: string): number {
  let bits = 0;
  for (const letter of letters) bits |= LETTERS[letter] ?? 0;
  return bits;
}

/** Which arguments are keys: first, last (negative from the end), step; `first` 0 for none. */
export interface KeyPositions {
  readonly first: number;
  readonly last: number;
  readonly step: number;
  /** Where a number stands that tells how many keys follow behind it. */
  readonly counted?: number;
}

export const NO_KEYS: KeyPositions = { first: 0, last: 0, step: 0 };
export const FIRST_KEY: KeyPositions = { first: 1, last: 1, step: 1 };
export const FIRST_TWO_KEYS: KeyPositions = { first: 1, last: 2, step: 1 };
/** `ZUNION 2 a b`: all keys are counted. */
export const COUNTED_KEYS: KeyPositions = { ...NO_KEYS, counted: 1 };
/** `ZUNIONSTORE to 2 a b` */
export const FIRST_AND_COUNTED_KEYS: KeyPositions = { first: 1, last: 1, step: 1, counted: 2 };
export const ALL_KEYS: KeyPositions = { first: 1, last: -1, step: 1 };

export function takesKeys(positions: KeyPositions): boolean {
  return positions.first !== 0 || positions.counted !== undefined;
}

export type Group =
  | "bitmap"
  | "connection"
  | "generic"
  | "hash"
  | "list"
  | "pubsub"
  | "scripting"
  | "server"
  | "set"
  | "sorted-set"
  | "string"
  | "transactions";

export type Run = (state: ServerState, client: Client, args: Arguments) => void;

export interface Command {
  /** In lower case. */
  readonly name: string;
  /** Words including the name; negative for at least that many. */
  readonly arity: number;
  readonly flags: number;
  readonly keys: KeyPositions;
  readonly group: Group;
  readonly run: Run;
  /** For containers such as CONFIG: the arity and flags of each subcommand, by its lower-case name. */
  readonly subcommands?: ReadonlyMap<string, Subcommand>;
}

/** `get`, or `config|get`. @param args whose subcommand exists */
export function calledName(command: Command, args: Arguments): string {
  if (command.subcommands === undefined || args.length < 2) return command.name;
  return `${command.name}|${textOf(args[1] ?? "").toLowerCase()}`;
}

export interface Subcommand {
  readonly arity: number;
  readonly flags: number;
}
