import { type Bytes, textOf } from "../../base/bytes.ts";
import { blockOnKeys, mayBlock } from "../blocking.ts";
import type { Client } from "../client.ts";
import {
  COUNTED_KEYS,
  type Command,
  FIRST_TWO_KEYS,
  flags,
  type KeyPositions,
  NO_KEYS,
} from "../command.ts";
import {
  containerChanged,
  openContainer,
  openOrCreate,
  readContainer,
  WRONG_TYPE,
  type WrongType,
} from "../containers.ts";
import type { Arguments } from "../environment.ts";
import { ERRORS } from "../errors.ts";
import { propagateAs } from "../propagation.ts";
import { replyError } from "../reply.ts";
import type { ServerState } from "../state.ts";
import { integerArgument, keysArgument, timeoutArgument } from "./arguments.ts";
import {
  type End,
  parseEnd,
  POP_EVENT,
  popFrom,
  PUSH_EVENT,
  pushTo,
  replyAndRemove,
} from "./lists.ts";
import { keyAt } from "./strings.ts";

/** LMOVE: from where to where, and at which ends. */
interface Move {
  readonly source: string;
  readonly destination: string;
  readonly from: End;
  readonly to: End;
}

/** @returns the element that was moved; undefined when the source is not there */
function moveElement(
  state: ServerState,
  client: Client,
  move: Move,
): Bytes | undefined | WrongType {
  const source = openContainer(state, client, move.source, "list");
  if (source === undefined || source === WRONG_TYPE) return source;
  if (readContainer(state, client, move.destination, "list") === WRONG_TYPE) return WRONG_TYPE;
  const element = popFrom(source.value, move.from);
  if (element === undefined) return undefined;
  if (move.source === move.destination) {
    pushTo(source.value, move.to, element);
    containerChanged(state, client.database, source, POP_EVENT[move.from]);
    containerChanged(state, client.database, source, PUSH_EVENT[move.to]);
    return element;
  }
  const destination = openOrCreate(state, client, move.destination, "list");
  if (destination === WRONG_TYPE) return WRONG_TYPE;
  pushTo(destination.value, move.to, element);
  containerChanged(state, client.database, destination, PUSH_EVENT[move.to]);
  containerChanged(state, client.database, source, POP_EVENT[move.from]);
  return element;
}

function replyMoved(client: Client, element: Bytes | undefined | WrongType): void {
  if (element === WRONG_TYPE) return;
  if (element === undefined) client.reply.null();
  else client.reply.bulk(element);
}

function readMove(client: Client, args: Arguments): Move | undefined {
  const from = parseEnd(args[3]);
  const to = parseEnd(args[4]);
  if (from === undefined || to === undefined) {
    replyError(client, ERRORS.syntax);
    return undefined;
  }
  return { source: keyAt(args, 1), destination: keyAt(args, 2), from, to };
}

function lmove(state: ServerState, client: Client, args: Arguments): void {
  const move = readMove(client, args);
  if (move !== undefined) replyMoved(client, moveElement(state, client, move));
}

function rpopLpush(state: ServerState, client: Client, args: Arguments): void {
  const [source, destination] = [keyAt(args, 1), keyAt(args, 2)];
  replyMoved(
    client,
    moveElement(state, client, { source, destination, from: "right", to: "left" }),
  );
}

function blmove(state: ServerState, client: Client, args: Arguments): void {
  const move = readMove(client, args);
  if (move === undefined) return;
  const words = ["LMOVE", move.source, move.destination, args[3] ?? "", args[4] ?? ""];
  moveOrBlock(state, client, { move, words, timeout: args[5], command: BLMOVE, args });
}

function brpopLpush(state: ServerState, client: Client, args: Arguments): void {
  const [source, destination] = [keyAt(args, 1), keyAt(args, 2)];
  const move = { source, destination, from: "right", to: "left" } as const;
  const words = ["RPOPLPUSH", source, destination];
  moveOrBlock(state, client, { move, words, timeout: args[3], command: BRPOPLPUSH, args });
}

function moveOrBlock(
  state: ServerState,
  client: Client,
  request: {
    readonly move: Move;
    /** What enters the stream. */
    readonly words: Arguments;
    readonly timeout: Bytes | undefined;
    readonly command: Command;
    readonly args: Arguments;
  },
): void {
  const { move, command, args } = request;
  const timeoutMs = timeoutArgument(client, request.timeout);
  if (timeoutMs === undefined) return;
  const element = moveElement(state, client, move);
  if (element === undefined && mayBlock(state)) {
    blockOnKeys(state, client, { command, args, keys: [move.source], holding: "list", timeoutMs });
    return;
  }
  if (element !== undefined && element !== WRONG_TYPE) propagateAs(state, request.words);
  replyMoved(client, element);
}

function blockingPop(end: End, command: () => Command): Command["run"] {
  return (state, client, args) => {
    const timeoutMs = timeoutArgument(client, args.at(-1));
    if (timeoutMs === undefined) return;
    const keys = args.slice(1, -1).map(textOf);
    for (const key of keys) {
      const entry = openContainer(state, client, key, "list");
      if (entry === WRONG_TYPE) return;
      const element = entry === undefined ? undefined : popFrom(entry.value, end);
      if (entry === undefined || element === undefined) continue;
      client.reply.array(2);
      client.reply.bulk(key);
      client.reply.bulk(element);
      containerChanged(state, client.database, entry, POP_EVENT[end]);
      propagateAs(state, [POP_EVENT[end].toUpperCase(), key]);
      return;
    }
    if (!mayBlock(state)) {
      client.reply.nullArray();
      return;
    }
    blockOnKeys(state, client, { command: command(), args, keys, holding: "list", timeoutMs });
  };
}

/** LMPOP and BLMPOP: which keys, from which end, how many. */
interface ManyPop {
  readonly keys: readonly string[];
  readonly end: End;
  readonly count: number;
}

/** @param at where `numkeys` stands */
function readManyPop(client: Client, args: Arguments, at: number): ManyPop | undefined {
  const named = keysArgument(client, args, { at, behind: 1 });
  if (named === undefined) return undefined;
  const end = parseEnd(args[named.end]);
  const options = args.slice(named.end + 1);
  const isCount = textOf(options[0] ?? "").toUpperCase() === "COUNT";
  if (end === undefined || (options.length !== 0 && !(options.length === 2 && isCount))) {
    replyError(client, ERRORS.syntax);
    return undefined;
  }
  if (options.length === 0) return { keys: named.keys, end, count: 1 };
  const count = integerArgument(client, options[1], ERRORS.countNotPositive);
  if (count === undefined) return undefined;
  if (count > 0) return { keys: named.keys, end, count };
  replyError(client, ERRORS.countNotPositive);
  return undefined;
}

/** @returns whether the client has been answered */
function popFirstOf(state: ServerState, client: Client, { keys, end, count }: ManyPop): boolean {
  for (const key of keys) {
    const entry = openContainer(state, client, key, "list");
    if (entry === WRONG_TYPE) return true;
    if (entry === undefined) continue;
    client.reply.array(2);
    client.reply.bulk(key);
    const taken = replyAndRemove(client, entry.value, { end, count });
    containerChanged(state, client.database, entry, POP_EVENT[end]);
    propagateAs(state, [POP_EVENT[end].toUpperCase(), key, String(taken)]);
    return true;
  }
  return false;
}

function lmpop(state: ServerState, client: Client, args: Arguments): void {
  const pop = readManyPop(client, args, 1);
  if (pop !== undefined && !popFirstOf(state, client, pop)) client.reply.nullArray();
}

function blmpop(state: ServerState, client: Client, args: Arguments): void {
  const timeoutMs = timeoutArgument(client, args[1]);
  if (timeoutMs === undefined) return;
  const pop = readManyPop(client, args, 2);
  if (pop === undefined || popFirstOf(state, client, pop)) return;
  if (!mayBlock(state)) {
    client.reply.nullArray();
    return;
  }
  const { keys } = pop;
  blockOnKeys(state, client, { command: BLMPOP, args, keys, holding: "list", timeoutMs });
}

const GROUP = "list";
/** The last argument is the time-out. */
const ALL_BUT_LAST: KeyPositions = { first: 1, last: -2, step: 1 };

const BLPOP: Command = {
  name: "blpop",
  arity: -3,
  flags: flags("wb"),
  keys: ALL_BUT_LAST,
  group: GROUP,
  run: blockingPop("left", () => BLPOP),
};
const BRPOP: Command = {
  name: "brpop",
  arity: -3,
  flags: flags("wb"),
  keys: ALL_BUT_LAST,
  group: GROUP,
  run: blockingPop("right", () => BRPOP),
};
const BLMOVE: Command = {
  name: "blmove",
  arity: 6,
  flags: flags("wmb"),
  keys: FIRST_TWO_KEYS,
  group: GROUP,
  run: blmove,
};
const BRPOPLPUSH: Command = {
  name: "brpoplpush",
  arity: 4,
  flags: flags("wmb"),
  keys: FIRST_TWO_KEYS,
  group: GROUP,
  run: brpopLpush,
};
const BLMPOP: Command = {
  name: "blmpop",
  arity: -5,
  flags: flags("wb"),
  keys: { ...NO_KEYS, counted: 2 },
  group: GROUP,
  run: blmpop,
};

export const LIST_MOVE_COMMANDS: readonly Command[] = [
  {
    name: "lmove",
    arity: 5,
    flags: flags("wm"),
    keys: FIRST_TWO_KEYS,
    group: GROUP,
    run: lmove,
  },
  {
    name: "rpoplpush",
    arity: 3,
    flags: flags("wm"),
    keys: FIRST_TWO_KEYS,
    group: GROUP,
    run: rpopLpush,
  },
  { name: "lmpop", arity: -4, flags: flags("w"), keys: COUNTED_KEYS, group: GROUP, run: lmpop },
  BLPOP,
  BRPOP,
  BLMOVE,
  BRPOPLPUSH,
  BLMPOP,
];
