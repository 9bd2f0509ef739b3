import type { Branded } from "./brand.ts";

/** Milliseconds of monotonic time; only differences mean anything. */
export type Millis = Branded<number, "Millis">;

/** Milliseconds since 1970 by the wall clock; for display and for data that outlives the process. */
export type UnixMillis = Branded<number, "UnixMillis">;

/** A configuration or election epoch: grows, never shrinks. Exact up to 2^53. */
export type Epoch = Branded<number, "Epoch">;

/** Number of a configuration save; grows by one with each save asked for. */
export type SaveNumber = Branded<number, "SaveNumber">;

export function millis(value: number): Millis {
  return value as Millis;
}

export function unixMillis(value: number): UnixMillis {
  return value as UnixMillis;
}

export function epoch(value: number): Epoch {
  return value as Epoch;
}

export function saveNumber(value: number): SaveNumber {
  return value as SaveNumber;
}

/** The moment `durationMs` after `moment`. */
export function after(moment: Millis, durationMs: number): Millis {
  return millis(moment + durationMs);
}

/** A moment that never comes; what a deadline is when nothing is due. */
export const NEVER: Millis = millis(Number.POSITIVE_INFINITY);

export function earliest(...moments: readonly Millis[]): Millis {
  return millis(Math.min(...moments));
}
