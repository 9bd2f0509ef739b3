import type { Address } from "../base/address.ts";
import { isHost, parsePort } from "./host.ts";
import { parseInteger } from "./integers.ts";

/** A replica as its master's INFO shows it. */
export interface AttachedReplica {
  readonly address: Address;
  readonly isOnline: boolean;
  /** How far it has said to have come; up to a second old. */
  readonly offset: number | undefined;
}

/** What a hand-over wants to know of INFO's replication section, and nobody else. */
export interface ReplicationDetails {
  /** False where the server knows no FAILOVER. */
  readonly isHandingOver: boolean;
  readonly attached: readonly AttachedReplica[];
}

const REPLICA_LINE = /^slave\d+:/;
const NO_FAILOVER = "no-failover";

/** @param text a whole INFO, as it came */
export function replicationDetails(text: string): ReplicationDetails {
  let isHandingOver = false;
  const attached: AttachedReplica[] = [];
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith("master_failover_state:")) {
      isHandingOver = line.slice(line.indexOf(":") + 1) !== NO_FAILOVER;
    } else if (REPLICA_LINE.test(line)) {
      const replica = parseReplica(line.slice(line.indexOf(":") + 1));
      if (replica !== undefined) attached.push(replica);
    }
  }
  return { isHandingOver, attached };
}

/** `ip=…,port=…,state=…,offset=…,lag=…`. */
function parseReplica(value: string): AttachedReplica | undefined {
  const fields = new Map<string, string>();
  for (const word of value.split(",")) {
    const at = word.indexOf("=");
    if (at > 0) fields.set(word.slice(0, at), word.slice(at + 1));
  }
  const host = fields.get("ip") ?? "";
  const port = parsePort(fields.get("port") ?? "");
  if (!isHost(host) || port === undefined) return undefined;
  const isOnline = fields.get("state") === "online";
  return { address: { host, port }, isOnline, offset: parseInteger(fields.get("offset") ?? "") };
}
