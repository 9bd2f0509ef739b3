const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** How long before each attempt of a delivery, counted from the one before. */
export const SCHEDULE_MS: readonly number[] = [
  0,
  2 * SECOND_MS,
  10 * SECOND_MS,
  30 * SECOND_MS,
  2 * MINUTE_MS,
  10 * MINUTE_MS,
  HOUR_MS,
  6 * HOUR_MS,
  24 * HOUR_MS,
];
const JITTER = 0.2;
/** A receiver may ask for patience, but not for ever. */
const RETRY_AFTER_MAX_MS = 24 * HOUR_MS;

/**
 * @param attempts how many have failed
 * @param chance of [0, 1)
 * @returns undefined when the last one has failed
 */
export function delayMs(attempts: number, chance: number): number | undefined {
  const planned = SCHEDULE_MS[attempts];
  return planned === undefined ? undefined : planned * (1 + JITTER * (2 * chance - 1));
}

/** The header Retry-After, seconds or a date, as milliseconds from now; undefined: none or no sense. */
export function retryAfterMs(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  const ms = /^\d+$/.test(text) ? Number(text) * SECOND_MS : Date.parse(text) - nowMs;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(0, ms), RETRY_AFTER_MAX_MS);
}
