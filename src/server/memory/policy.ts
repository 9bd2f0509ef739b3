import type { ServerState } from "../state.ts";

/** Whether entries remember how often they are used, and not when. */
export function isLfu({ settings }: ServerState): boolean {
  const { maxMemoryPolicy } = settings;
  return maxMemoryPolicy === "allkeys-lfu" || maxMemoryPolicy === "volatile-lfu";
}
