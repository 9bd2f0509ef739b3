import type { Address } from "../base/address.ts";
import { parsePlace } from "./host.ts";
import { parseInteger } from "./integers.ts";

/** What another sentinel holds for a master, as far as a planned switchover must know. */
export interface PeerView {
  readonly address: Address;
  readonly downAfterMs: number;
}

/** @param words of the reply to SENTINEL MASTER: names and values in turn */
export function peerViewIn(words: readonly string[]): PeerView | undefined {
  const fields = new Map<string, string>();
  for (let at = 0; at + 1 < words.length; at += 2) fields.set(words[at] ?? "", words[at + 1] ?? "");
  const address = parsePlace(fields.get("ip") ?? "", fields.get("port") ?? "");
  const downAfterMs = parseInteger(fields.get("down-after-milliseconds") ?? "");
  if (address === undefined || downAfterMs === undefined || downAfterMs <= 0) return undefined;
  return { address, downAfterMs };
}
