import { error, type Reply } from "../../resp/reply.ts";
import { type UnixMillis, unixMillis } from "../../base/units.ts";
import { parseInteger } from "../../wire/integers.ts";
import {
  DEFAULT_PAUSE_MS,
  isReason,
  LONGEST_PAUSE_MS,
  LONGEST_REASON,
} from "../../wire/maintenance-order.ts";

/** How long, and why. */
export interface Period {
  readonly until: UnixMillis;
  readonly reason: string;
}

const LONGEST_SECONDS = LONGEST_PAUSE_MS / 1000;

/**
 * `[SECONDS n | UNTIL unix-time] [REASON text …]`. Whoever forgets to end what he has ordered must not leave a group
 * without failover for good: there is an end, and it is not far away.
 */
export function readPeriod(words: readonly string[], wall: UnixMillis): Period | Reply {
  let until: UnixMillis | undefined;
  for (let at = 0; at < words.length; at += 2) {
    const option = words[at] ?? "";
    const value = words[at + 1];
    switch (option.toLowerCase()) {
      case "reason":
        return withReason(until ?? unixMillis(wall + DEFAULT_PAUSE_MS), words.slice(at + 1));
      case "seconds":
      case "until": {
        if (until !== undefined) return error("ERR SECONDS and UNTIL exclude each other");
        const isMoment = option.toLowerCase() === "until";
        const seconds = parseInteger(value ?? "");
        const ms = (seconds ?? Number.NaN) * 1000;
        until = unixMillis(isMoment ? ms : wall + ms);
        if (!(until > wall && until <= wall + LONGEST_PAUSE_MS))
          return endless(option, value ?? "");
        break;
      }
      default:
        return error(
          `ERR Unknown option '${option.slice(0, 128)}': expected SECONDS <n>, UNTIL <unix-time> or REASON <text>`,
        );
    }
  }
  return { until: until ?? unixMillis(wall + DEFAULT_PAUSE_MS), reason: "" };
}

function endless(option: string, value: string): Reply {
  const word = option.toUpperCase();
  const range =
    word === "SECONDS"
      ? `1 to ${LONGEST_SECONDS} seconds`
      : `a time in unix seconds that comes within ${LONGEST_SECONDS} seconds`;
  return error(
    `ERR ${word} '${value.slice(0, 128)}' is no end: expected ${range}. It may be ordered again before it is over, and ended at any time`,
  );
}

function withReason(until: UnixMillis, words: readonly string[]): Period | Reply {
  const reason = words.join(" ");
  if (isReason(reason)) return { until, reason };
  return error(
    `ERR Invalid reason: expected at most ${LONGEST_REASON} characters without control characters`,
  );
}

export function isPeriod(read: Period | Reply): read is Period {
  return "until" in read;
}
