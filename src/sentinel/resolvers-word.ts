import { after } from "../base/units.ts";
import { canonicalHost, isIpAddress } from "../wire/host.ts";
import { findName, refreshName } from "./host-names.ts";
import type { DataInstance } from "./state.ts";
import { RESOLVE_GAP_MS } from "./tunables.ts";
import type { Turn } from "./turn.ts";

/**
 * Whether a server is known by a name, and the resolver says, or has not said yet, that the name leads to
 * where this sentinel is connected. A name is the operator's word, unlike an address, which is given to
 * the next who comes.
 */
export type Word = "none" | "awaited" | "given";

/** Asks for the name again where that was long ago. */
export function wordOf(turn: Turn, { place, link }: DataInstance): Word {
  if (isIpAddress(place.host)) return "none";
  refreshName(turn, place.host);
  const name = findName(turn.state, place.host);
  if (name === undefined) return "none";
  if (name.question !== undefined || link.phase.phase !== "open") return "awaited";
  // Each attempt to connect asks, unless somebody just did.
  if (name.askedAt < after(link.phase.since, -RESOLVE_GAP_MS)) return "awaited";
  const ip = link.ip === undefined ? undefined : canonicalHost(link.ip);
  return name.standing === "good" && ip !== undefined && name.ips.includes(ip)
    ? "given"
    : "awaited";
}
