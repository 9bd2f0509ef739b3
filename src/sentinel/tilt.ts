import { after } from "../base/units.ts";
import type { Chore } from "./state.ts";
import { touchAll } from "./touch-all.ts";
import { publish, type Turn } from "./turn.ts";

/**
 * TILT: the process was stopped, starved or moved in time, so what it believes about others may be
 * stale. It goes on watching but decides nothing until it has seen a quiet period.
 * Source: sentinel spec §1.7, measured as the lateness of a wake-up (design §5).
 */

export const TILT_END: Chore = { kind: "chore", chore: "tilt-end" };
export const WATCHDOG: Chore = { kind: "chore", chore: "watchdog" };

export function enterTilt(turn: Turn, latenessMs: number): void {
  const { state, now } = turn;
  const until = after(now, state.tunables.tiltPeriodMs);
  state.tilt = { mode: "on", since: state.tilt.mode === "on" ? state.tilt.since : now, until };
  state.schedule.set(TILT_END, until);
  const reason = `woken ${Math.round(latenessMs)} ms late, trigger ${state.tunables.tiltTriggerMs} ms`;
  publish(turn, "+tilt", "#tilt mode entered", { reason });
}

/** Everything that was frozen is looked at again. */
export function leaveTilt(turn: Turn): void {
  const { state } = turn;
  state.tilt = { mode: "off" };
  publish(turn, "-tilt", "#tilt mode exited", {});
  for (const master of state.masters.values()) touchAll(turn, master);
}

/** Without a deadline soon, a stall would go unnoticed: one wake-up every half trigger at least. */
export function armWatchdog(turn: Turn): void {
  const { schedule, tunables } = turn.state;
  schedule.set(WATCHDOG, after(turn.now, tunables.tiltTriggerMs / 2));
}
