/**
 * Hosts as they appear in the texts Redis speaks: an IPv4 or IPv6 address without brackets, or a
 * host name.
 */

/** What no host contains: it would break an event's payload, a hello or a configuration line. */
const NOT_IN_A_HOST = /[^!-~]|[,"'\\#]/;
const LONGEST_HOST = 255;
const PORTS = /^(?:0|[1-9][0-9]{0,4})$/;
const LARGEST_PORT = 65535;
const IPV4_PART = /^(?:0|[1-9][0-9]{0,2})$/;
const IPV6_GROUP = /^[0-9a-fA-F]{1,4}$/;
const IPV6_ZONE = /^[A-Za-z0-9._-]+$/;
const IPV6_GROUPS = 8;

/** An address or a name that may be stored, announced and written down. */
export function isHost(text: string): boolean {
  return text !== "" && text.length <= LONGEST_HOST && !NOT_IN_A_HOST.test(text);
}

/** @returns 0..65535, or undefined for anything else */
export function parsePort(text: string): number | undefined {
  if (!PORTS.test(text)) return undefined;
  const port = Number(text);
  return port <= LARGEST_PORT ? port : undefined;
}

/** Whether the text is a literal address, which needs no resolving. */
export function isIpAddress(text: string): boolean {
  return isIpv4(text) || isIpv6(text);
}

function isIpv4(text: string): boolean {
  const parts = text.split(".");
  return parts.length === 4 && parts.every((part) => IPV4_PART.test(part) && Number(part) <= 255);
}

function isIpv6(text: string): boolean {
  const [address = "", zone, ...more] = text.split("%");
  if (more.length > 0 || (zone !== undefined && !IPV6_ZONE.test(zone))) return false;
  const halves = address.split("::");
  if (halves.length > 2) return false;
  const counts = halves.map((half, index) =>
    countGroups(half, { maybeIpv4: index === halves.length - 1 }),
  );
  const total = counts.reduce((sum, count) => sum + count, 0);
  return halves.length === 2 ? total < IPV6_GROUPS : total === IPV6_GROUPS;
}

/** @returns the number of 16-bit groups, NaN when one of them is none */
function countGroups(half: string, { maybeIpv4 }: { readonly maybeIpv4: boolean }): number {
  if (half === "") return 0;
  const groups = half.split(":");
  const last = groups.at(-1) ?? "";
  const endsInIpv4 = maybeIpv4 && isIpv4(last);
  const plain = endsInIpv4 ? groups.slice(0, -1) : groups;
  if (!plain.every((group) => IPV6_GROUP.test(group))) return Number.NaN;
  return plain.length + (endsInIpv4 ? 2 : 0);
}
