import { performance } from "node:perf_hooks";
import { type Millis, millis, type UnixMillis, unixMillis } from "../base/units.ts";

/** Monotonic time since the process began, for decisions: no clock step moves it (W-24). */
export function monotonicNow(): Millis {
  return millis(performance.now());
}

/** Wall time, for display only. */
export function wallClockNow(): UnixMillis {
  return unixMillis(Date.now());
}
