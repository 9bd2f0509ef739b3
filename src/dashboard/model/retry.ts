const FIRST_MS = 500;
const LONGEST_MS = 10_000;

/** How long to wait before the next attempt: soon, then less and less often, never all pages at once. */
export function retryAfterMs(failures: number, chance: number): number {
  const base = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures, 10));
  return Math.round(base * (0.75 + chance / 2));
}
