import { formatAddress } from "../../base/address.ts";
import type { Instance, Master, Replica } from "../state.ts";

/**
 * Where instances stand, as the operator says: `vedette zone <master> <host:port>|self <zone>`, a line
 * each. A replica of another zone than the master's is never promoted without an operator: clients and
 * the sentinels of the zone may be what is cut off.
 */

function zoneOf({ place, address }: Instance, master: Master): string | undefined {
  const zones = master.settings.extensions.zone;
  return (zones.get(formatAddress(place)) ?? zones.get(formatAddress(address)))?.[0];
}

/** The zone that a new master should be in: the old one's, else this sentinel's own. */
function homeZone(master: Master): string | undefined {
  return zoneOf(master, master) ?? master.settings.extensions.zone.get("self")?.[0];
}

export type ZoneStanding = "home" | "unknown" | "elsewhere";

/** Where no zones are declared everybody is at home. */
export function zoneStanding(replica: Replica): ZoneStanding {
  const home = homeZone(replica.master);
  if (home === undefined) return "home";
  const zone = zoneOf(replica, replica.master);
  if (zone === undefined) return "unknown";
  return zone === home ? "home" : "elsewhere";
}

/** Why it is not promoted by itself; undefined when its zone is no reason. */
export function zoneReservation(replica: Replica): string | undefined {
  if (zoneStanding(replica) !== "elsewhere") return undefined;
  const { master } = replica;
  return `it is in zone ${zoneOf(replica, master) ?? ""}, its master in ${homeZone(master) ?? ""}`;
}
