import { setTimeout as pause } from "node:timers/promises";

const DEADLINE_MS = 5_000;
const LOOK_EVERY_MS = 2;

/** Waits for a condition that something outside makes true; fails with its name after a deadline. */
export async function until(name: string, condition: () => boolean): Promise<void> {
  const deadline = performance.now() + DEADLINE_MS;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`not within ${DEADLINE_MS} ms: ${name}`);
    await pause(LOOK_EVERY_MS);
  }
}
