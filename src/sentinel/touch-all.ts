import type { Master } from "./state.ts";
import { touch, type Turn } from "./turn.ts";

/**
 * Has everything of a master looked at again before the step ends, the master last: it may act at
 * once on what its replicas and sentinels are judged to be.
 */
export function touchAll(turn: Turn, master: Master): void {
  for (const replica of master.replicas.values()) {
    touch(turn, replica);
    touch(turn, replica.link);
  }
  for (const sentinel of master.sentinels.values()) {
    touch(turn, sentinel);
    touch(turn, sentinel.link);
  }
  touch(turn, master.link);
  // A deadline of its own may have touched it before them.
  turn.touched.delete(master);
  touch(turn, master);
}
