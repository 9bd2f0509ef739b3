import { after, type Millis, NEVER, type UnixMillis, unixMillis } from "../base/units.ts";
import type { SentinelState } from "./state.ts";
import type { Turn } from "./turn.ts";

/**
 * What outlives the process and what peers agree on (a pause, a cooldown) ends at a moment of wall time. The core's own
 * time is monotonic; the shell says now and then which wall time that is.
 */
export interface WallClock {
  at: Millis;
  unixMs: UnixMillis;
}

export function wallTime({ wallClock }: SentinelState, now: Millis): UnixMillis {
  return unixMillis(Math.round(wallClock.unixMs + (now - wallClock.at)));
}

/** The monotonic moment of a wall time; NEVER for one that never comes. */
export function momentOf({ wallClock }: SentinelState, wall: UnixMillis): Millis {
  if (wall === Number.POSITIVE_INFINITY) return NEVER;
  return after(wallClock.at, wall - wallClock.unixMs);
}

/** The shell has looked at the clock, which may have been set since. */
export function takeWallTime({ state, now }: Turn, unixMs: UnixMillis): void {
  state.wallClock.at = now;
  state.wallClock.unixMs = unixMs;
}
