import { textOf } from "../../base/bytes.ts";
import { nextBelow, type Random } from "../../base/random.ts";
import type { Client } from "../client.ts";
import { type Command, FIRST_KEY, flags } from "../command.ts";
import { readContainer, WRONG_TYPE } from "../containers.ts";
import type { Arguments } from "../environment.ts";
import { ERRORS } from "../errors.ts";
import { replyError } from "../reply.ts";
import { isTooManyRepeats, replyRepeated, sampleDistinct } from "../sampling.ts";
import type { ServerState } from "../state.ts";
import { roughIntegerOf } from "../strings.ts";
import type { Hash } from "../values/hash.ts";
import type { SortedSet } from "../values/sorted-set.ts";
import { keyAt } from "./strings.ts";

type Drawn = Hash | SortedSet;

const MOST_PAIRS = 2 ** 62;

interface Request {
  readonly count: number;
  readonly withValues: boolean;
}

/** HRANDFIELD and ZRANDMEMBER: `key [count [WITHVALUES]]`. */
function randomCommand(kind: Drawn["kind"], valuesWord: string) {
  return (state: ServerState, client: Client, args: Arguments): void => {
    const request = args.length > 2 ? readRequest(args, valuesWord) : undefined;
    if (typeof request === "string") {
      replyError(client, request);
      return;
    }
    const container = readContainer(state, client, keyAt(args, 1), kind);
    if (container === WRONG_TYPE) return;
    if (request === undefined) {
      const name = container === undefined ? undefined : draw(container, state.random);
      if (name === undefined) client.reply.null();
      else client.reply.bulk(name);
    } else if (container === undefined) {
      client.reply.array(0);
    } else {
      replyMany(state, client, container, request);
    }
  };
}

/** @returns the error's text for a wrong request */
function readRequest(args: Arguments, valuesWord: string): Request | string {
  const count = roughIntegerOf(args[2] ?? "");
  if (count === undefined) return ERRORS.notAnInteger;
  const withValues = args.length > 3;
  const isKnown = textOf(args[3] ?? "").toUpperCase() === valuesWord;
  if (args.length > 4 || (withValues && !isKnown)) return ERRORS.syntax;
  if (withValues && Math.abs(count) > MOST_PAIRS) return ERRORS.outOfRange;
  return { count, withValues };
}

/** So many different ones; a negative count for so many that may repeat. */
function replyMany(
  state: ServerState,
  client: Client,
  container: Drawn,
  { count, withValues }: Request,
): void {
  const one = (): string | undefined => draw(container, state.random);
  if (count < 0) {
    if (isTooManyRepeats(client, -count)) return replyError(client, ERRORS.outOfRange);
    replyHeader(client, -count, withValues);
    replyRepeated(client, -count, () => replyElement(client, container, one() ?? "", withValues));
    return;
  }
  const wanted = { count, size: container.size };
  const names = sampleDistinct(state.random, wanted, one, () => namesOf(container));
  replyHeader(client, names.length, withValues);
  for (const name of names) replyElement(client, container, name, withValues);
}

function draw(container: Drawn, random: Random): string | undefined {
  if (container.kind === "hash") return container.random(random);
  return container.at(nextBelow(random, container.size))?.member;
}

function* namesOf(container: Drawn): Generator<string, void> {
  if (container.kind === "hash") for (const [field] of container) yield field;
  else for (const { member } of container) yield member;
}

/** With RESP3 each name and its value are an array of two. */
function replyHeader({ reply }: Client, count: number, withValues: boolean): void {
  reply.array(withValues && reply.protocol === 2 ? 2 * count : count);
}

/** @returns bytes at least */
function replyElement(
  { reply }: Client,
  container: Drawn,
  name: string,
  withValues: boolean,
): number {
  if (withValues && reply.protocol === 3) reply.array(2);
  reply.bulk(name);
  if (!withValues) return name.length;
  if (container.kind === "sorted-set") {
    reply.double(container.score(name) ?? 0);
    return name.length;
  }
  const value = container.get(name) ?? "";
  reply.bulk(value);
  return name.length + value.length;
}

const R = flags("r");

export const RANDOM_ELEMENT_COMMANDS: readonly Command[] = [
  {
    name: "hrandfield",
    arity: -2,
    flags: R,
    keys: FIRST_KEY,
    group: "hash",
    run: randomCommand("hash", "WITHVALUES"),
  },
  {
    name: "zrandmember",
    arity: -2,
    flags: R,
    keys: FIRST_KEY,
    group: "sorted-set",
    run: randomCommand("sorted-set", "WITHSCORES"),
  },
];
