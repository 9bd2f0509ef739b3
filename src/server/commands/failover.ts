import type { Address } from "../../base/address.ts";
import { textOf } from "../../base/bytes.ts";
import { after, type Millis, NEVER } from "../../base/units.ts";
import { parseInteger } from "../../wire/integers.ts";
import type { Client } from "../client.ts";
import { type Command, flags, NO_KEYS } from "../command.ts";
import type { Arguments } from "../environment.ts";
import { ERRORS } from "../errors.ts";
import { replyError, replyOk } from "../reply.ts";
import { abortFailover, beginFailover, type FailoverRequest } from "../replication/failover.ts";
import type { ServerState } from "../state.ts";

/** `FAILOVER [TO host port [FORCE]] [ABORT] [TIMEOUT ms]` (server spec §4.5) */
function failover(state: ServerState, client: Client, args: Arguments): void {
  const words = args.slice(1).map(textOf);
  if (words.length === 1 && words[0]?.toLowerCase() === "abort") {
    if (state.replication.failover === undefined) {
      replyError(client, ERRORS.noFailover);
    } else {
      abortFailover(state, "Failover manually aborted");
      replyOk(client);
    }
    return;
  }
  const request = parseRequest(state.now, words);
  const error = typeof request === "string" ? request : beginFailover(state, request);
  if (error === undefined) replyOk(client);
  else replyError(client, error);
}

/** @returns an error's text when the words make no request */
function parseRequest(now: Millis, words: readonly string[]): FailoverRequest | string {
  let target: Address | undefined;
  let until: Millis | undefined;
  let force = false;
  for (let at = 0; at < words.length; at++) {
    switch ((words[at] ?? "").toLowerCase()) {
      case "timeout": {
        const word = words[++at];
        if (word === undefined || until !== undefined) return ERRORS.syntax;
        const timeoutMs = parseInteger(word);
        if (timeoutMs === undefined) return ERRORS.notAnInteger;
        if (timeoutMs <= 0) return ERRORS.failoverTimeout;
        until = after(now, timeoutMs);
        break;
      }
      case "to": {
        const [host, word] = words.slice(at + 1, at + 3);
        at += 2;
        if (host === undefined || word === undefined || target !== undefined) return ERRORS.syntax;
        const port = parseInteger(word);
        if (port === undefined) return ERRORS.notAnInteger;
        target = { host, port };
        break;
      }
      case "force":
        if (force) return ERRORS.syntax;
        force = true;
        break;
      default:
        return ERRORS.syntax;
    }
  }
  return { target, until: until ?? NEVER, force };
}

export const FAILOVER_COMMANDS: readonly Command[] = [
  {
    name: "failover",
    arity: -1,
    flags: flags("asT"),
    keys: NO_KEYS,
    group: "server",
    run: failover,
  },
];
