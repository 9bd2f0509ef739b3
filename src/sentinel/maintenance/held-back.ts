import { aboutInstance, describeInstance } from "../events.ts";
import { tellWouldFailOver } from "../observe-only.ts";
import type { Master } from "../state.ts";
import { publish, type Turn } from "../turn.ts";
import { observesOnly, whyHeldBack } from "./why-held-back.ts";

/** May no failover begin here by itself? Says so once for each time that the master is down. */
export function isHeldBack(turn: Turn, master: Master): boolean {
  const { maintenance, odown } = master;
  const reason = whyHeldBack(turn, master);
  const before = maintenance.heldBack;
  maintenance.heldBack = odown.down ? reason : undefined;
  if (reason === undefined || !odown.down || before === reason) return reason !== undefined;
  if (observesOnly(turn.state)) {
    tellWouldFailOver(turn, master);
  } else {
    const payload = `${describeInstance(master)} ${reason}`;
    publish(turn, "+vedette-failover-blocked", payload, aboutInstance(master, { reason }));
  }
  return true;
}
