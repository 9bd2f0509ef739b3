import type { Address } from "../../base/address.ts";
import { isHost, parsePort } from "../../wire/host.ts";
import { parseIntegerUpTo } from "../../wire/integers.ts";
import { LARGEST_INT } from "../../wire/sentinel-conf/statement-form.ts";

/** What an operator wants of SENTINEL FAILOVER. */
export type FailoverOrder =
  /** Without loss where that is possible, else as Redis does. */
  | { readonly kind: "usual" }
  /** As Redis does, at once. */
  | { readonly kind: "force"; readonly lastResort: boolean }
  /** Without loss, or not at all. */
  | {
      readonly kind: "coordinated";
      readonly target: Address | undefined;
      readonly timeoutMs: number | undefined;
    };

/** Why the words are none of these: not known at all, or known and used wrongly. */
export type OrderMistake =
  { readonly kind: "unknown" } | { readonly kind: "mistake"; readonly reason: string };

const SYNTAX =
  "use SENTINEL FAILOVER <master> COORDINATED [TO host port] [TIMEOUT ms], or FORCE [LAST-RESORT]";

/** @param words behind the master's name */
export function parseFailoverOrder(words: readonly string[]): FailoverOrder | OrderMistake {
  const [first, ...rest] = words;
  if (first === undefined) return { kind: "usual" };
  switch (first.toLowerCase()) {
    case "force":
      return parseForce(rest);
    case "coordinated":
      return parseCoordinated(rest);
    default:
      return { kind: "unknown" };
  }
}

/** LAST-RESORT: the best of those too that nobody would promote by themselves (selection/reservations.ts). */
function parseForce(words: readonly string[]): FailoverOrder | OrderMistake {
  const [word, ...rest] = words;
  if (word === undefined) return { kind: "force", lastResort: false };
  if (word.toLowerCase() === "last-resort" && rest.length === 0) {
    return { kind: "force", lastResort: true };
  }
  return mistake(`behind FORCE only LAST-RESORT may stand; ${SYNTAX}`);
}

function mistake(reason: string): OrderMistake {
  return { kind: "mistake", reason };
}

function parseCoordinated(words: readonly string[]): FailoverOrder | OrderMistake {
  let target: Address | undefined;
  let timeoutMs: number | undefined;
  for (let at = 0; at < words.length;) {
    const word = (words[at] ?? "").toLowerCase();
    if (word === "to" && target === undefined) {
      const host = words[at + 1] ?? "";
      const port = parsePort(words[at + 2] ?? "");
      if (!isHost(host) || port === undefined || port === 0) {
        return mistake("TO takes the host and the port of a replica");
      }
      target = { host, port };
      at += 3;
    } else if (word === "timeout" && timeoutMs === undefined) {
      timeoutMs = parseIntegerUpTo(LARGEST_INT, words[at + 1] ?? "");
      if (timeoutMs === undefined || timeoutMs <= 0) {
        return mistake("TIMEOUT takes milliseconds, at least 1");
      }
      at += 2;
    } else {
      return mistake(SYNTAX);
    }
  }
  return { kind: "coordinated", target, timeoutMs };
}
