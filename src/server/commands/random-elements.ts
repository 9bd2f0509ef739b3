import { textOf } from "../../base/bytes.ts";
import { nextBelow, type Random } from "../../base/random.ts";
import type { Client } from "../client.ts";
import { type Command, FIRST_KEY, flags } from "../command.ts";
import { readContainer, WRONG_TYPE } from "../containers.ts";
import type { Arguments } from "../environment.ts";
import { ERRORS } from "../errors.ts";
import { replyError } from "../reply.ts";
import { sampleDistinct } from "../sampling.ts";
import type { ServerState } from "../state.ts";
import { roughIntegerOf } from "../strings.ts";
import type { Hash } from "../values/hash.ts";
import type { SortedSet } from "../values/sorted-set.ts";
import { keyAt } from "./strings.ts";

type Drawn = Hash | SortedSet;

/** A reply with more elements than this would not fit into memory. */
const MOST_REPEATS = 2 ** 24;

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
      const names = drawMany(container, state.random, request.count);
      replyDrawn(client, container, names, request);
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
  if (-count > MOST_REPEATS || (withValues && count > MOST_PAIRS)) return ERRORS.outOfRange;
  return { count, withValues };
}

/** @param count how many different ones; negative for so many that may repeat */
function drawMany(container: Drawn, random: Random, count: number): string[] {
  const one = (): string | undefined => draw(container, random);
  if (count >= 0) {
    const wanted = { count, size: container.size };
    return sampleDistinct(random, wanted, one, () => namesOf(container));
  }
  const names: string[] = [];
  while (names.length < -count) names.push(one() ?? "");
  return names;
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
function replyDrawn(
  client: Client,
  container: Drawn,
  names: readonly string[],
  { withValues }: Request,
): void {
  const { reply } = client;
  const nests = withValues && reply.protocol === 3;
  reply.array(withValues && !nests ? 2 * names.length : names.length);
  for (const name of names) {
    if (nests) reply.array(2);
    reply.bulk(name);
    if (!withValues) continue;
    if (container.kind === "hash") reply.bulk(container.get(name) ?? "");
    else reply.double(container.score(name) ?? 0);
  }
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
