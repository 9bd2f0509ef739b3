import type { LinkId, MasterName } from "../base/ids.ts";
import { type Millis, type SaveNumber, saveNumber } from "../base/units.ts";
import type { Effect, LinkCommand } from "./effect.ts";
import { type EventName, type EventSubject, type SentinelEvent, event } from "./events.ts";
import { queueScript } from "./script-queue.ts";
import type { Instance, Link, SentinelState } from "./state.ts";

/** One step while it runs: the state, the moment, and the effects so far, in order. */
export interface Turn {
  readonly state: SentinelState;
  readonly now: Millis;
  readonly effects: Effect[];
  /** The save asked for in this step: one carries all changes of a step. */
  save: SaveNumber | undefined;
  /** What changed and must be looked at again before the step ends (review.ts). */
  readonly touched: Set<Link | Instance>;
  /**
   * False while the wake-up is overdue: answers may lie unread in the sockets, so nobody is judged
   * by a deadline until they have been read (design §5).
   */
  readonly mayJudge: boolean;
}

export function beginTurn(
  state: SentinelState,
  now: Millis,
  { mayJudge }: { readonly mayJudge: boolean },
): Turn {
  return { state, now, effects: [], save: undefined, touched: new Set(), mayJudge };
}

/** Has the instance or link looked at again before this step ends. */
export function touch(turn: Turn, what: Link | Instance): void {
  turn.touched.add(what);
}

/** What waits for this waits for nothing. */
export const NO_SAVE = saveNumber(0);

/**
 * Asks that the state be made durable. What is told afterwards and reveals the change waits for it.
 * @returns the number of the save
 */
export function requestSave(turn: Turn): SaveNumber {
  if (turn.save === undefined) {
    turn.save = saveNumber(turn.state.saves.requested + 1);
    turn.state.saves.requested = turn.save;
    turn.effects.push({ kind: "save-config", save: turn.save });
  }
  return turn.save;
}

/**
 * The save that what reveals durable state must wait for: the newest one pending, or 0. Once the
 * disk has refused it, gossip and events go on until the next try: what others know already must
 * not stop. Votes never do: they wait for the save that carries them (`willBeDurable`).
 */
export function pendingSave(turn: Turn): SaveNumber {
  return turn.save ?? pendingSaveOf(turn.state);
}

/** The same between steps. */
export function pendingSaveOf({ saves }: SentinelState): SaveNumber {
  return saves.requested > saves.done && saves.requested > saves.failed ? saves.requested : NO_SAVE;
}

/**
 * Does everything decided so far rest on what is on disk? Orders to data servers are given only
 * then: one that waited for a save could leave after a newer configuration has made it wrong.
 */
export function isSettled(turn: Turn): boolean {
  return pendingSave(turn) === NO_SAVE;
}

/** Is what that save carries on disk, or on its way, so that what is told can wait for it? */
export function willBeDurable(turn: Turn, save: SaveNumber): boolean {
  return turn.state.saves.done >= save || pendingSave(turn) >= save;
}

/** Publishes an event once everything it may reveal is durable. */
export function publish(turn: Turn, name: EventName, payload: string, about: EventSubject): void {
  const afterSave = pendingSave(turn);
  const published = event(name, payload, about);
  turn.effects.push({ kind: "publish-event", event: published, afterSave });
  const isAlarm = published.level === "warning" && about.isInDowntime !== true;
  if (isAlarm && about.master !== undefined) {
    notify(turn, published, about.master, afterSave);
  }
}

/** Every warning about a master goes to its notification script too (spec §8.1). */
function notify(
  { state, now }: Turn,
  { name, payload }: SentinelEvent,
  master: MasterName,
  afterSave: SaveNumber,
): void {
  const script = state.masters.get(master)?.settings.notificationScript;
  if (script === undefined) return;
  const argv = [script, name, payload] as const;
  queueScript(state, { master, purpose: "notification", argv, afterSave }, now);
}

/** Sends at once: for what reveals nothing durable (PING, INFO). */
export function sendNow(turn: Turn, link: LinkId, command: LinkCommand): void {
  turn.effects.push({ kind: "send", link, command, afterSave: NO_SAVE });
}

/** Sends once everything it may reveal is durable. */
export function sendDurably(turn: Turn, link: LinkId, command: LinkCommand): void {
  turn.effects.push({ kind: "send", link, command, afterSave: pendingSave(turn) });
}

/** A line for the log only, for what the reference logs without an event. */
export function logLine(turn: Turn, level: "debug" | "notice" | "warning", message: string): void {
  turn.effects.push({ kind: "log", level, message });
}
