import { nextBelow, type Random } from "../../base/random.ts";
import type { Settings } from "../settings.ts";

/**
 * What an entry remembers of its use, in 24 bits as in Redis: the second it was last used in, or,
 * under an LFU policy, the minute (16 bits) and a counter (8 bits) that grows ever more slowly.
 */
export type Access = number;

const CLOCK = 2 ** 24;
const MINUTES = 2 ** 16;
const MAX_COUNT = 255;
/** New keys get a chance before they count as rarely used. */
const INITIAL_COUNT = 5;

export type LfuSettings = Pick<Settings, "lfuLogFactor" | "lfuDecayMinutes">;

export function lruClock(unixMs: number): Access {
  const seconds = Math.floor(unixMs / 1000) % CLOCK;
  return seconds < 0 ? seconds + CLOCK : seconds;
}

export function newLfuAccess(unixMs: number): Access {
  return accessWithCount(unixMs, INITIAL_COUNT);
}

/** As if used just now, and so often altogether. @param count 0 to 255 */
export function accessWithCount(unixMs: number, count: number): Access {
  return minuteOf(unixMs) * 256 + count;
}

/** The entry is used once more. */
export function usedOnceMore(
  access: Access,
  unixMs: number,
  { settings, random }: { readonly settings: LfuSettings; readonly random: Random },
): Access {
  let count = frequency(access, unixMs, settings);
  const base = Math.max(0, count - INITIAL_COUNT);
  const odds = base * settings.lfuLogFactor + 1;
  if (count < MAX_COUNT && nextBelow(random, odds) === 0) count++;
  return accessWithCount(unixMs, count);
}

/** The counter as it is now: it loses one for each `lfu-decay-time` without use. */
export function frequency(access: Access, unixMs: number, settings: LfuSettings): number {
  const count = access % 256;
  if (settings.lfuDecayMinutes === 0) return count;
  const idleMinutes = (minuteOf(unixMs) - Math.floor(access / 256) + MINUTES) % MINUTES;
  return Math.max(0, count - Math.floor(idleMinutes / settings.lfuDecayMinutes));
}

export function idleSeconds(access: Access, unixMs: number): number {
  return (lruClock(unixMs) - access + CLOCK) % CLOCK;
}

function minuteOf(unixMs: number): number {
  return Math.floor(unixMs / 60_000) % MINUTES;
}
