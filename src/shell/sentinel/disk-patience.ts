import { setTimeout as pause } from "node:timers/promises";

/**
 * A folder on a network, or on a disk that dies, may never answer. What stands in the state folder is good to
 * have; nobody is watched by it, so nobody waits for it for long.
 */
export async function within<Value>(
  work: Promise<Value>,
  patienceMs: number,
): Promise<Value | undefined> {
  return await Promise.race([work, pause(patienceMs, undefined, { ref: false })]);
}
