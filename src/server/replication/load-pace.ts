import { after, type Millis } from "../../base/units.ts";
import { emit, type ServerState } from "../state.ts";
import type { LinkPhase } from "./link-phase.ts";

type Transfer = LinkPhase & { readonly at: "transfer" };

/** A debt of less than this is not worth a pause: ticks are as far apart. */
const SHORTEST_PAUSE_MS = 100;

/** How far `key-load-delay` is honoured, with which tests slow down loading from the socket. */
export interface LoadPace {
  /** Keys that were waited for already. */
  keys: number;
  /** When as much time has passed as the keys loaded so far should take. */
  until: Millis;
  paused: boolean;
}

export function newLoadPace(now: Millis): LoadPace {
  return { keys: 0, until: now, paused: false };
}

/** The link rests while the keys that were loaded should take longer than they took. */
export function slowDown(state: ServerState, phase: Transfer, keysLoaded: number): void {
  const { pace } = phase;
  const delayMs =
    (Math.max(0, state.settings.keyLoadDelayMicros) * (keysLoaded - pace.keys)) / 1000;
  pace.keys = keysLoaded;
  if (delayMs === 0) return;
  pace.until = after(pace.until < state.now ? state.now : pace.until, delayMs);
  if (pace.paused || pace.until - state.now < SHORTEST_PAUSE_MS) return;
  pace.paused = true;
  emit(state, { kind: "pause-link", link: phase.link });
}

/** To be called at every tick. */
export function speedUpIfDue(state: ServerState, phase: Transfer): void {
  const { pace } = phase;
  const isSlow = state.settings.keyLoadDelayMicros > 0 && state.now < pace.until;
  if (!pace.paused || isSlow) return;
  pace.paused = false;
  // Nothing could come while we did not listen.
  phase.lastByteAt = state.now;
  emit(state, { kind: "resume-link", link: phase.link });
}
