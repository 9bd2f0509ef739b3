import { BlockList, isIPv4, isIPv6 } from "node:net";

/** What is not the public internet: this machine, this network, and what nobody routes. */
const RESERVED: readonly (readonly [string, number, "ipv4" | "ipv6"])[] = [
  ["0.0.0.0", 8, "ipv4"],
  ["10.0.0.0", 8, "ipv4"],
  ["100.64.0.0", 10, "ipv4"],
  ["127.0.0.0", 8, "ipv4"],
  ["169.254.0.0", 16, "ipv4"],
  ["172.16.0.0", 12, "ipv4"],
  ["192.0.0.0", 24, "ipv4"],
  ["192.0.2.0", 24, "ipv4"],
  ["192.168.0.0", 16, "ipv4"],
  ["198.18.0.0", 15, "ipv4"],
  ["198.51.100.0", 24, "ipv4"],
  ["203.0.113.0", 24, "ipv4"],
  ["224.0.0.0", 4, "ipv4"],
  ["240.0.0.0", 4, "ipv4"],
  // The unspecified and the loopback address, and all that carry an IPv4 address in their last bytes.
  ["::", 96, "ipv6"],
  ["::ffff:0:0:0", 96, "ipv6"],
  ["64:ff9b::", 96, "ipv6"],
  ["64:ff9b:1::", 48, "ipv6"],
  ["100::", 64, "ipv6"],
  ["2001::", 32, "ipv6"],
  ["2001:db8::", 32, "ipv6"],
  ["2002::", 16, "ipv6"],
  ["fc00::", 7, "ipv6"],
  ["fe80::", 10, "ipv6"],
  ["fec0::", 10, "ipv6"],
  ["ff00::", 8, "ipv6"],
];

const reserved = new BlockList();
for (const [network, bits, family] of RESERVED) reserved.addSubnet(network, bits, family);

/** Whether an address is one of the public internet: a receiver elsewhere must be allowed by name. */
export function isPublic(address: string): boolean {
  if (isIPv4(address)) return !reserved.check(address, "ipv4");
  const [withoutZone = ""] = address.split("%");
  if (!isIPv6(withoutZone)) return false;
  // An IPv4 address in IPv6's clothes is judged as what it is: the list does so by itself.
  return !reserved.check(withoutZone, "ipv6");
}
