import { after, type Millis } from "../base/units.ts";
import type { SentinelState } from "./state.ts";
import type { Turn } from "./turn.ts";

/** Addresses that mean something on this machine or this wire only. */
const NEAR = /^(?:127\.|::1$|fe80:|169\.254\.)/i;

/**
 * Chooses the address that hellos announce where announce-ip does not. On a machine with several
 * networks each connection has another one, and peers that get now this and now that move us to and
 * fro (W-34): the first that others can reach stays, as long as a connection that answers has it.
 */
export function noteOwnHost({ state, now }: Turn, localHost: string): void {
  const [host = ""] = localHost.split("%");
  if (host === "" || host === state.ownHost) return;
  const { ownHost } = state;
  const isBetter = ownHost === undefined || (NEAR.test(ownHost) && !NEAR.test(host));
  const isWorse = ownHost !== undefined && !NEAR.test(ownHost) && NEAR.test(host);
  if (isBetter || (!isWorse && !isInUse(state, ownHost, now))) state.ownHost = host;
}

/** Is there a connection with that address on which no answer is overdue? */
function isInUse(
  { links, tunables }: SentinelState,
  host: string | undefined,
  now: Millis,
): boolean {
  for (const { phase, actPingAt } of links.values()) {
    if (phase.phase !== "open" || phase.localHost !== host) continue;
    if (now <= after(actPingAt ?? now, tunables.pingPeriodMs)) return true;
  }
  return false;
}
