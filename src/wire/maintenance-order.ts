import { parseRunId, type RunId } from "../base/ids.ts";
import { type UnixMillis, unixMillis } from "../base/units.ts";
import { parseInteger } from "./integers.ts";

/**
 * What an operator has ordered about a master for a while, as all vedettes of a group come to know it: one order
 * for each subject, and of two the later one counts. `joinOrders` is commutative, associative and
 * idempotent, so it does not matter in which order, or how often, anybody hears of one.
 */
export interface MaintenanceOrder {
  readonly isOn: boolean;
  /** Over by itself then. */
  readonly until: UnixMillis;
  /** Remembered until then, so that no older order comes back: the latest end of all that it replaced. */
  readonly keepUntil: UnixMillis;
  /** Wall time of the order, or one more than the newest that was known: grows with each order. */
  readonly stamp: number;
  readonly by: RunId;
  /** In the operator's words; may be empty. */
  readonly reason: string;
}

/** Subject of a pause. The others are `cooldown`, and an instance's `host:port`: its downtime. */
export const PAUSE = "pause";
export const COOLDOWN = "cooldown";

export const DEFAULT_PAUSE_MS = 3_600_000;
/** Longer than any maintenance; a pause that is forgotten is over by then. */
export const LONGEST_PAUSE_MS = 7 * 86_400_000;
/** As far may the clocks of two machines be apart. */
const CLOCK_SKEW_MS = 86_400_000;
export const LONGEST_REASON = 200;
const LONGEST_SUBJECT = 300;
/** Of one master: so many instances may be in downtime at a time. */
export const ORDERS_MAX = 200;

export function joinOrders(
  known: MaintenanceOrder | undefined,
  heard: MaintenanceOrder,
): MaintenanceOrder {
  if (known === undefined) return heard;
  const later = isLater(heard, known) ? heard : known;
  const keepUntil = unixMillis(Math.max(known.keepUntil, heard.keepUntil));
  return later.keepUntil === keepUntil ? later : { ...later, keepUntil };
}

function isLater(a: MaintenanceOrder, b: MaintenanceOrder): boolean {
  if (a.stamp !== b.stamp) return a.stamp > b.stamp;
  if (a.by !== b.by) return a.by > b.by;
  // The same order twice, or a forged one: any rule will do that everybody has.
  if (a.until !== b.until) return a.until > b.until;
  if (a.isOn !== b.isOn) return b.isOn;
  return a.reason > b.reason;
}

export function sameOrder(a: MaintenanceOrder | undefined, b: MaintenanceOrder): boolean {
  return a !== undefined && orderWords(a).join("\n") === orderWords(b).join("\n");
}

export function isActive(order: MaintenanceOrder | undefined, wall: UnixMillis): boolean {
  return order !== undefined && order.isOn && wall < order.until;
}

/** As they stand in the file and go to peers: on or off, end, memory, stamp, who, why. */
export function orderWords(order: MaintenanceOrder): readonly string[] {
  return [
    order.isOn ? "on" : "off",
    String(order.until),
    String(order.keepUntil),
    String(order.stamp),
    order.by,
    order.reason,
  ];
}

/** @returns undefined when the words are none of `orderWords` */
export function parseOrder(words: readonly string[]): MaintenanceOrder | undefined {
  const [state, untilText = "", keepText = "", stampText = "", byText = "", reason = ""] = words;
  const until = parseInteger(untilText);
  const keepUntil = parseInteger(keepText);
  const stamp = parseInteger(stampText);
  const by = parseRunId(byText);
  if ((state !== "on" && state !== "off") || words.length !== 6) return undefined;
  if (until === undefined || keepUntil === undefined || stamp === undefined || by === undefined) {
    return undefined;
  }
  if (until < 0 || keepUntil < until || stamp < 0 || !isReason(reason)) return undefined;
  return {
    isOn: state === "on",
    until: unixMillis(until),
    keepUntil: unixMillis(keepUntil),
    stamp,
    by,
    reason,
  };
}

/** Control characters would break an event's payload or a line of the file. */
export function isReason(text: string): boolean {
  return text.length <= LONGEST_REASON && !/\p{Cc}/u.test(text);
}

export function isSubject(text: string): boolean {
  return text !== "" && text.length <= LONGEST_SUBJECT && !/[^!-~]/.test(text);
}

/** A peer's order that lasts longer than any may, or comes from the future, is not believed. */
export function isBelievable(order: MaintenanceOrder, wall: UnixMillis): boolean {
  const latest = wall + LONGEST_PAUSE_MS + CLOCK_SKEW_MS;
  return order.keepUntil <= latest && order.stamp <= wall + CLOCK_SKEW_MS;
}

/** For the line in the file; @returns what was expected instead */
export function expectedOrder(words: readonly string[]): string | undefined {
  const [subject = "", ...order] = words;
  if (isSubject(subject) && parseOrder(order) !== undefined) return undefined;
  return "<subject> on|off <end> <memory> <stamp> <run id> <reason>, as a vedette writes it";
}
