import type { Address } from "../../base/address.ts";
import { parsePlace } from "../../wire/host.ts";

/** `host:port`, IPv6 in brackets: as addresses stand in paths and bodies. */
export function parsePlaceText(text: string): Address | undefined {
  const [, ipv6, host, port = ""] = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d+)$/.exec(text) ?? [];
  return parsePlace(ipv6 ?? host ?? "", port);
}
