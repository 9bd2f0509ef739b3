import { type Address, formatAddress } from "../base/address.ts";
import { canonicalHost, isIpAddress } from "../wire/host.ts";
import { findName, lastGoodIp, presentIp } from "./host-names.ts";
import type { Instance, SentinelState } from "./state.ts";

/**
 * Places, and what is shown of them. A *place* is where an instance was said to be: a literal
 * address or a name. Its *address* is what everybody is told: the name where announce-hostnames is
 * set, else the IP.
 */

/** What is shown of a place (spec §0, address text). A name that has no IP yet is shown itself. */
export function shownAddress(state: SentinelState, place: Address): Address {
  if (state.settings.announceHostnames) return place;
  const ip = findName(state, place.host)?.ip;
  return ip === undefined ? place : { host: ip, port: place.port };
}

/** SENTINEL CONFIG SET announce-hostnames: everything is shown in the other way from now on. */
export function setAnnounceHostnames(state: SentinelState, isOn: boolean): void {
  state.settings.announceHostnames = isOn;
  for (const master of state.masters.values()) {
    const { replicas, sentinels } = master;
    for (const instance of [master, ...replicas.values(), ...sentinels.values()]) {
      setPlace(state, instance, instance.place);
    }
  }
}

export function setPlace(state: SentinelState, instance: Instance, place: Address): void {
  if (instance.kind === "master") state.mastersByPlace.remove(instance);
  instance.place = place;
  if (instance.kind === "master") state.mastersByPlace.add(instance);
  instance.address = shownAddress(state, place);
}

/**
 * Is the instance where that address says? A name is compared with a literal address by the IP in
 * use. Two names are two places, whatever they lead to: what is known of one may be out of date, and
 * the IP of a container that has moved is soon another's.
 */
export function isAt(state: SentinelState, { place }: Instance, told: Address): boolean {
  if (place.port !== told.port) return false;
  return areNames(place, told) ? sameText(place, told) : mayBeAt(state, { place }, told);
}

function areNames(place: Address, told: Address): boolean {
  return !isIpAddress(place.host) && !isIpAddress(told.host);
}

/** As `isAt`, where it is better to leave things as they are: an alias counts as the name. */
export function mayBeAt(
  state: SentinelState,
  { place }: Pick<Instance, "place">,
  told: Address,
): boolean {
  if (sameText(place, told)) return true;
  if (place.port !== told.port || state.names.size === 0) return false;
  const ip = presentIp(state, place.host);
  return ip !== undefined && presentIps(state, told.host).includes(ip);
}

/**
 * As `mayBeAt`, for a peer's question about an address: it may mean the IP by which it still knows a
 * name that has been taken back.
 */
export function wasAt(state: SentinelState, instance: Instance, told: Address): boolean {
  const { place } = instance;
  if (mayBeAt(state, instance, told)) return true;
  if (place.port !== told.port || state.names.size === 0) return false;
  const ip = lastGoodIp(state, place.host);
  return ip !== undefined && ip === lastGoodIp(state, told.host);
}

function sameText(a: Address, b: Address): boolean {
  if (a.port !== b.port) return false;
  return a.host === b.host || canonicalHost(a.host) === canonicalHost(b.host);
}

function presentIps(state: SentinelState, host: string): readonly string[] {
  const name = findName(state, host);
  if (name === undefined) return isIpAddress(host) ? [canonicalHost(host)] : [];
  if (name.standing === "gone" || name.ip === undefined) return [];
  return [name.ip, ...name.ips];
}

/**
 * Of the instances at an address the one of which that was last heard: the resolver's newer word
 * counts more, and a place that is that address itself counts most.
 */
export function latestAt<Kind extends Instance>(
  state: SentinelState,
  instances: readonly Kind[],
  told: Address,
): Kind | undefined {
  let latest: Kind | undefined;
  let since = Number.NEGATIVE_INFINITY;
  for (const instance of instances) {
    if (!isAt(state, instance, told)) continue;
    const { host } = instance.place;
    const isItself = canonicalHost(host) === canonicalHost(told.host);
    const heardAt = isItself ? Number.MAX_VALUE : (findName(state, host)?.askedAt ?? 0);
    if (heardAt <= since) continue;
    latest = instance;
    since = heardAt;
  }
  return latest;
}

/** A name outlives the IP of a container: of two ways to say the same place it is the better. */
export function betterPlace(known: Address, told: Address): Address {
  return isIpAddress(known.host) && !isIpAddress(told.host) ? told : known;
}

/** Has the name been taken back, so that another may answer at the IP that is still in use? */
export function isNameGone(state: SentinelState, { place }: Instance): boolean {
  return findName(state, place.host)?.standing === "gone";
}

/** What a replica at that place is called for good (spec §1.5). */
export function replicaName(state: SentinelState, place: Address): string {
  return formatAddress(shownAddress(state, place));
}
