import { type Bytes, textOf } from "../../base/bytes.ts";
import { parseDouble } from "../../resp/double.ts";
import { parseInt64, parseInteger } from "../../wire/integers.ts";
import type { Client } from "../client.ts";
import type { Arguments } from "../environment.ts";
import { ERRORS } from "../errors.ts";
import { replyError } from "../reply.ts";

/**
 * Numbers in arguments, with the errors that Redis gives for what is none: undefined means that the
 * client has been told (server spec §5.1).
 */

/** Any of 64 bits; beyond 2^53 a rounded one, which is as good as a place or a count. */
export function integerArgument(
  client: Client,
  argument: Bytes | undefined,
  error: string = ERRORS.notAnInteger,
): number | undefined {
  const text = textOf(argument ?? "");
  const value = parseInteger(text) ?? parseInt64(text);
  if (value === undefined) replyError(client, error);
  return value === undefined ? undefined : Number(value);
}

/** A count that may not be negative. */
export function countArgument(client: Client, argument: Bytes | undefined): number | undefined {
  const value = parseInteger(textOf(argument ?? ""));
  if (value !== undefined && value >= 0) return value;
  replyError(client, ERRORS.notPositive);
  return undefined;
}

/** A blocking command's seconds, fractions allowed. @returns ms */
export function timeoutArgument(client: Client, argument: Bytes | undefined): number | undefined {
  const seconds = parseDouble(textOf(argument ?? ""));
  if (seconds === undefined || Number.isNaN(seconds)) {
    replyError(client, ERRORS.timeoutNotAFloat);
    return undefined;
  }
  if (seconds < 0) {
    replyError(client, ERRORS.timeoutNegative);
    return undefined;
  }
  const ms = seconds * 1000;
  if (ms < 2 ** 63) return ms;
  replyError(client, ERRORS.timeoutOutOfRange);
  return undefined;
}

/** How many keys follow, and the place behind the last of them. */
export interface KeyCount {
  readonly keys: readonly string[];
  readonly end: number;
}

/** `numkeys key…` at `at`; at least `behind` more arguments must follow the keys. */
export function keysArgument(
  client: Client,
  args: Arguments,
  place: { readonly at: number; readonly behind: number },
): KeyCount | undefined {
  const { at, behind } = place;
  const count = parseInteger(textOf(args[at] ?? ""));
  if (count === undefined || count <= 0) {
    replyError(client, ERRORS.numkeysNotPositive);
    return undefined;
  }
  const end = at + 1 + count;
  if (end + behind > args.length) {
    replyError(client, ERRORS.syntax);
    return undefined;
  }
  return { keys: args.slice(at + 1, end).map(textOf), end };
}
