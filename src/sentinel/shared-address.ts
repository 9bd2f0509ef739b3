import { formatAddress } from "../base/address.ts";
import type { Master } from "./state.ts";
import { logLine, type Turn } from "./turn.ts";
import { mayBeAt } from "./whereabouts.ts";

/**
 * Peers ask about a down master by its address alone. Where two names are monitored at one, the
 * answer is about the one whose failover is likely (`findMaster`), and the operator should know (W-26).
 */
export function warnOfSharedAddress(turn: Turn, master: Master): void {
  const { state } = turn;
  const candidates =
    state.names.size === 0 ? state.mastersByPlace.at(master.place) : state.masters.values();
  for (const other of candidates) {
    if (other === master || !mayBeAt(state, other, master.place)) continue;
    logLine(
      turn,
      "warning",
      `${master.name} and ${other.name} are both monitored at ${formatAddress(master.place)}: ` +
        "sentinels ask each other about an address, so their failovers may get in each other's way",
    );
    return;
  }
}
