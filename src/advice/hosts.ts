import { canonicalHost, isIpAddress } from "../wire/host.ts";

/** Whether the host is, for everybody, the machine that he himself is on. */
export function isLoopback(host: string): boolean {
  const canonical = canonicalHost(host);
  return canonical === "localhost" || canonical === "::1" || canonical.startsWith("127.");
}

/** Addresses that mean all of a machine's, good for listening and for nothing else. */
export function isWildcard(host: string): boolean {
  return ["0.0.0.0", "::", "*", "::*"].includes(canonicalHost(host));
}

export function isName(host: string): boolean {
  return !isIpAddress(host);
}

/** Docker's default bridge: reachable from one machine only. */
export function isOfDockerBridge(host: string): boolean {
  return canonicalHost(host).startsWith("172.17.");
}
