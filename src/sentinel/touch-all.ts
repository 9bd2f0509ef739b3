import type { Master } from "./state.ts";
import { touch, type Turn } from "./turn.ts";

/** Has everything of a master looked at again before the step ends. */
export function touchAll(turn: Turn, master: Master): void {
  touch(turn, master);
  touch(turn, master.link);
  for (const replica of master.replicas.values()) {
    touch(turn, replica);
    touch(turn, replica.link);
  }
  for (const sentinel of master.sentinels.values()) {
    touch(turn, sentinel);
    touch(turn, sentinel.link);
  }
}
