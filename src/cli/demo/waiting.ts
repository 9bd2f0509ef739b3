import { setTimeout as sleep } from "node:timers/promises";

/** A condition did not come true in time; `message` names the condition and the bound. */
export class DeadlineError extends Error {
  override readonly name = "DeadlineError";
}

/** The person watching pressed Ctrl-C, or the process was asked to end. */
export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}

/** Milliseconds of the one clock that every time in the demo is taken from. */
export function clockMs(): number {
  return performance.now();
}

/** @throws AbortError when the signal comes first */
export async function pause(durationMs: number, signal: AbortSignal): Promise<void> {
  await sleep(durationMs, undefined, { signal });
}

/**
 * Asks until the answer is yes.
 * @returns how long it took, in ms
 * @throws {DeadlineError} when it is still no after `withinMs`; AbortError when the signal comes first
 */
export async function until(
  condition: string,
  holds: () => boolean | Promise<boolean>,
  options: {
    readonly everyMs: number;
    readonly withinMs: number;
    readonly signal: AbortSignal;
  },
): Promise<number> {
  const startedAtMs = clockMs();
  while (!(await holds())) {
    if (clockMs() - startedAtMs > options.withinMs) {
      throw new DeadlineError(`${condition}: not within ${options.withinMs} ms`);
    }
    await pause(options.everyMs, options.signal);
  }
  return clockMs() - startedAtMs;
}
