import { setTimeout as pause } from "node:timers/promises";
import { ClusterError } from "./errors.ts";

const LOOK_EVERY_MS = 15;

/**
 * Asks until the answer is yes.
 * @throws {ClusterError} when it is still no after `withinMs`, with what is seen then
 */
export async function until(condition: {
  readonly name: string;
  readonly withinMs: number;
  readonly holds: () => Promise<boolean>;
  readonly seen: () => Promise<string>;
}): Promise<void> {
  const { name, withinMs, holds, seen } = condition;
  const deadlineMs = performance.now() + withinMs;
  while (!(await holds())) {
    if (performance.now() > deadlineMs) {
      throw new ClusterError(`${name}: not within ${withinMs} ms. ${await seen()}`);
    }
    await pause(LOOK_EVERY_MS);
  }
}
