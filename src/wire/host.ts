import type { Address } from "../base/address.ts";

/**
 * Hosts as they appear in the texts Redis speaks: an IPv4 or IPv6 address without brackets, or a
 * host name.
 */

/** What no host contains: it would break an event's payload, a hello or a configuration line. */
const NOT_IN_A_HOST = /[^!-~]|[,"'\\#]/;
const LONGEST_HOST = 255;
const PORTS = /^(?:0|[1-9][0-9]{0,4})$/;
const LARGEST_PORT = 65535;
const ZERO = 48;
const DOT = 46;
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

/** Four parts of 0 to 255 without leading zeros, in one pass: every host of every hello comes here. */
function isIpv4(text: string): boolean {
  let parts = 1;
  let digits = 0;
  let part = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === DOT) {
      if (digits === 0) return false;
      parts++;
      digits = 0;
      part = 0;
    } else {
      const digit = code - ZERO;
      if (digit < 0 || digit > 9 || (digits > 0 && part === 0)) return false;
      part = 10 * part + digit;
      digits++;
      if (part > 255) return false;
    }
  }
  return parts === 4 && digits > 0;
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

const LONGEST_NAME = 253;
/** Letters, digits, hyphens, and the underscores that some names have all the same. */
const NAME_LABEL = /^[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?$/;
const ONLY_DIGITS = /^[0-9]+$/;

/**
 * A name that may be looked up. One that ends in a number would be a mistyped IPv4 address, which
 * resolvers read in surprising ways (`127.1`, `0x7f.1`).
 */
export function isHostName(text: string): boolean {
  if (text.length === 0 || text.length > LONGEST_NAME) return false;
  const labels = (text.endsWith(".") ? text.slice(0, -1) : text).split(".");
  const last = labels.at(-1) ?? "";
  return labels.every((label) => NAME_LABEL.test(label)) && !ONLY_DIGITS.test(last);
}

/** Whether the address means something on one machine only: it names an interface (`fe80::1%eth0`). */
export function hasZone(host: string): boolean {
  return host.includes("%");
}

/**
 * One spelling for each literal address, so that texts compare: `::ffff:10.0.0.1` is `10.0.0.1`,
 * IPv6 is lower case without leading zeros and with its longest run of zeros as `::`.
 * @param host a literal address or a name; a name is returned in lower case
 */
export function canonicalHost(host: string): string {
  const lower = host.toLowerCase();
  if (!lower.includes(":") || !isIpAddress(lower)) return lower;
  const [address = "", zone] = lower.split("%");
  const groups = groupsOf(address);
  const text = isMapped(groups) ? dotted(groups.slice(6)) : compress(groups);
  return zone === undefined ? text : `${text}%${zone}`;
}

function groupsOf(address: string): number[] {
  const [head = "", tail] = address.split("::");
  const front = numbersOf(head);
  if (tail === undefined) return front;
  const back = numbersOf(tail);
  const missing = IPV6_GROUPS - front.length - back.length;
  return [...front, ...Array.from({ length: missing }, () => 0), ...back];
}

function numbersOf(half: string): number[] {
  if (half === "") return [];
  return half.split(":").flatMap((group) => {
    if (!group.includes(".")) return [Number.parseInt(group, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = group.split(".").map(Number);
    return [a * 256 + b, c * 256 + d];
  });
}

function isMapped(groups: readonly number[]): boolean {
  return groups[5] === 0xffff && groups.slice(0, 5).every((group) => group === 0);
}

function dotted([high = 0, low = 0]: readonly number[]): string {
  return [high >> 8, high & 255, low >> 8, low & 255].join(".");
}

function compress(groups: readonly number[]): string {
  let best = { at: 0, length: 0 };
  for (let at = 0; at < groups.length; at++) {
    let length = 0;
    while (groups[at + length] === 0) length++;
    if (length > best.length) best = { at, length };
  }
  const hex = groups.map((group) => group.toString(16));
  if (best.length < 2) return hex.join(":");
  return `${hex.slice(0, best.at).join(":")}::${hex.slice(best.at + best.length).join(":")}`;
}

/** Where somebody says that an instance is: a literal address or a name, and a port above 0. */
export function parsePlace(host: string, portText: string): Address | undefined {
  const port = parsePort(portText);
  if (port === undefined || port === 0) return undefined;
  return isIpAddress(host) || isHostName(host) ? { host, port } : undefined;
}
