import { textOf } from "../../base/bytes.ts";
import { blockOnKeys, mayBlock } from "../blocking.ts";
import type { Client } from "../client.ts";
import { type Command, flags, NO_KEYS, type Run } from "../command.ts";
import { openContainer, WRONG_TYPE } from "../containers.ts";
import type { Arguments } from "../environment.ts";
import { propagateAs } from "../propagation.ts";
import { replyError } from "../reply.ts";
import type { ServerState } from "../state.ts";
import { timeoutArgument } from "./arguments.ts";
import { type End, popFirstOf, popFrom, POPS, readMultiPop } from "./sorted-set-pops.ts";

const KIND = "sorted-set";

/** BZPOPMIN and BZPOPMAX: the first key that holds members, or the first to get some. */
function blockingPop(end: End, command: () => Command): Run {
  return (state, client, args) => {
    const timeoutMs = timeoutArgument(client, args.at(-1));
    if (timeoutMs === undefined) return;
    const keys = args.slice(1, -1).map(textOf);
    for (const key of keys) {
      const opened = openContainer(state, client, key, KIND);
      if (opened === WRONG_TYPE) return;
      if (opened === undefined) continue;
      client.reply.array(3);
      client.reply.bulk(key);
      for (const { member, score } of popFrom(state, client.database, opened, { end, count: 1 })) {
        client.reply.bulk(member);
        client.reply.double(score);
      }
      propagateAs(state, [POPS[end], key]);
      return;
    }
    wait(state, client, { command: command(), args, keys, timeoutMs });
  };
}

function bzmpop(state: ServerState, client: Client, args: Arguments): void {
  const timeoutMs = timeoutArgument(client, args[1]);
  if (timeoutMs === undefined) return;
  const request = readMultiPop(args, 2);
  if (typeof request === "string") replyError(client, request);
  else if (!popFirstOf(state, client, request)) {
    wait(state, client, { command: BZMPOP, args, keys: request.keys, timeoutMs });
  }
}

function wait(
  state: ServerState,
  client: Client,
  what: {
    readonly command: Command;
    readonly args: Arguments;
    readonly keys: readonly string[];
    readonly timeoutMs: number;
  },
): void {
  if (mayBlock(state)) blockOnKeys(state, client, { ...what, holding: KIND });
  else client.reply.nullArray();
}

/** The last argument is the time-out. */
const ALL_BUT_LAST = { first: 1, last: -2, step: 1 } as const;

const BZPOPMIN: Command = {
  name: "bzpopmin",
  arity: -3,
  flags: flags("wbF"),
  keys: ALL_BUT_LAST,
  group: KIND,
  run: blockingPop("MIN", () => BZPOPMIN),
};
const BZPOPMAX: Command = {
  name: "bzpopmax",
  arity: -3,
  flags: flags("wbF"),
  keys: ALL_BUT_LAST,
  group: KIND,
  run: blockingPop("MAX", () => BZPOPMAX),
};
const BZMPOP: Command = {
  name: "bzmpop",
  arity: -5,
  flags: flags("wb"),
  keys: { ...NO_KEYS, counted: 2 },
  group: KIND,
  run: bzmpop,
};

export const SORTED_SET_BLOCKING_COMMANDS: readonly Command[] = [BZPOPMIN, BZPOPMAX, BZMPOP];
