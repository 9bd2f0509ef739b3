import { type Bytes, textOf } from "../base/bytes.ts";
import type { Arguments } from "./environment.ts";
import type { Backlog } from "./replication/backlog.ts";
import type { ServerState } from "./state.ts";

interface StreamCommand {
  /** Which database must be selected; -1 when it does not matter. */
  readonly db: number;
  readonly args: Arguments;
}

/**
 * What the commands being executed add to the replication stream. A unit is one client command, or
 * all between MULTI and EXEC: it enters the stream whole, or not at all.
 */
export interface Propagation {
  readonly unit: StreamCommand[];
  /** Above 0 while a unit is open. */
  depth: number;
  /** What the command being executed is propagated as, in place of its own words. */
  rewritten: readonly Arguments[] | undefined;
  /** The command enters the stream even if it changed nothing. */
  forced: boolean;
  /** What the open unit changed has nothing to do with each other, and needs no transaction. */
  loose: boolean;
}

export function newPropagation(): Propagation {
  return { unit: [], depth: 0, rewritten: undefined, forced: false, loose: false };
}

/** Whether what clients change here enters a stream of our own (server spec §2.14). */
export function isPropagating(state: ServerState): boolean {
  return state.replication.backlog !== undefined && state.replication.role.kind === "master";
}

/** The command being executed enters the stream in these words. */
export function propagateAs(state: ServerState, ...commands: readonly Arguments[]): void {
  state.propagation.rewritten = commands;
}

export function propagateAlways(state: ServerState): void {
  state.propagation.forced = true;
}

/**
 * SCAN and RANDOMKEY, which delete expired keys they come across: a command that touches arbitrary
 * keys makes no transaction of them, unless it stands in one itself.
 */
export function propagateLoosely({ propagation }: ServerState): void {
  if (propagation.depth === 1) propagation.loose = true;
}

/** Adds a command to the open unit, or sends it at once when none is open. */
export function propagate(state: ServerState, db: number, args: Arguments): void {
  if (!isPropagating(state)) return;
  state.propagation.unit.push({ db, args });
  if (state.propagation.depth === 0) sendUnit(state);
}

export function openUnit(state: ServerState): void {
  state.propagation.depth++;
}

/** Whether the command being executed is one of several between MULTI and EXEC. */
export function isInTransaction(state: ServerState): boolean {
  return state.propagation.depth > 1;
}

/** Sends what was gathered once the outermost unit ends. */
export function closeUnit(state: ServerState): void {
  if (--state.propagation.depth === 0) sendUnit(state);
}

const ANY_DB = -1;

/** Two commands or more become a transaction, so that replicas never show half of them. */
function sendUnit(state: ServerState): void {
  const { unit, loose } = state.propagation;
  state.propagation.loose = false;
  const [first] = unit;
  if (first === undefined) return;
  const { backlog } = state.replication;
  if (backlog !== undefined && isPropagating(state)) {
    const isTransaction = unit.length > 1 && !loose;
    if (isTransaction) {
      selectDatabase(state, backlog, first.db);
      backlog.appendText("*1\r\n$5\r\nMULTI\r\n");
    }
    for (const command of unit) appendCommand(state, backlog, command.db, command.args);
    if (isTransaction) backlog.appendText("*1\r\n$4\r\nEXEC\r\n");
  }
  unit.length = 0;
}

/** A command that belongs to no database and to no unit: PING, GETACK. */
export function appendToStream(state: ServerState, args: Arguments): void {
  const { backlog } = state.replication;
  if (backlog !== undefined) appendCommand(state, backlog, ANY_DB, args);
}

function appendCommand(state: ServerState, backlog: Backlog, db: number, args: Arguments): void {
  if (db !== ANY_DB) selectDatabase(state, backlog, db);
  appendArguments(backlog, args);
}

function selectDatabase(state: ServerState, backlog: Backlog, db: number): void {
  if (db === state.replication.streamDb) return;
  state.replication.streamDb = db;
  backlog.appendText(encodeShort(["SELECT", String(db)]));
}

/** Long arguments enter the backlog by reference, without being copied. */
function appendArguments(backlog: Backlog, args: readonly Bytes[]): void {
  let text = `*${args.length}\r\n`;
  for (const arg of args) {
    text += `$${arg.length}\r\n`;
    if (typeof arg === "string") {
      text += arg;
    } else {
      backlog.appendText(text);
      backlog.appendBuffer(arg);
      text = "";
    }
    text += "\r\n";
  }
  backlog.appendText(text);
}

function encodeShort(words: readonly Bytes[]): string {
  let text = `*${words.length}\r\n`;
  for (const word of words) text += `$${word.length}\r\n${textOf(word)}\r\n`;
  return text;
}
