import type { Address } from "../base/address.ts";
import { isHost, parsePort } from "./host.ts";
import { parseInteger } from "./integers.ts";

/** State of a replica's link, in the words of ROLE. Source: server spec §2.2, §4.2. */
export type ReplicaLinkState =
  "none" | "connect" | "connecting" | "handshake" | "sync" | "connected";

export type RoleReport =
  | {
      readonly kind: "master";
      readonly offset: number;
      readonly replicas: readonly (Address & { readonly offset: number })[];
    }
  | {
      readonly kind: "replica";
      readonly master: Address;
      readonly linkState: ReplicaLinkState;
      /** -1 unless connected. */
      readonly offset: number;
    }
  | { readonly kind: "sentinel"; readonly masterNames: readonly string[] };

const LINK_STATES: readonly ReplicaLinkState[] = [
  "none",
  "connect",
  "connecting",
  "handshake",
  "sync",
  "connected",
];

/**
 * Reads the answer to ROLE as a client library hands it out: nested arrays of texts and numbers.
 * @returns undefined for anything that is no such answer
 */
export function parseRole(reply: unknown): RoleReport | undefined {
  if (!Array.isArray(reply)) return undefined;
  const [kind, ...fields] = reply as readonly unknown[];
  switch (asText(kind) ?? "") {
    case "master":
      return parseMaster(fields);
    case "slave":
      return parseReplica(fields);
    case "sentinel":
      return parseSentinel(fields);
    default:
      return undefined;
  }
}

function parseMaster([offsetField, list]: readonly unknown[]): RoleReport | undefined {
  const offset = asInteger(offsetField);
  if (offset === undefined || !Array.isArray(list)) return undefined;
  const replicas = list.map((entry: unknown) => parseAttachedReplica(entry));
  return replicas.every((replica) => replica !== undefined)
    ? { kind: "master", offset, replicas }
    : undefined;
}

function parseAttachedReplica(entry: unknown): (Address & { offset: number }) | undefined {
  if (!Array.isArray(entry)) return undefined;
  const [host, port, offsetField] = entry as readonly unknown[];
  const address = parseAddress(host, port);
  const offset = asInteger(offsetField);
  return address !== undefined && offset !== undefined ? { ...address, offset } : undefined;
}

function parseReplica([host, port, state, offsetField]: readonly unknown[]):
  RoleReport | undefined {
  const master = parseAddress(host, port);
  const offset = asInteger(offsetField);
  const word = asText(state);
  const linkState = LINK_STATES.find((known) => known === word);
  if (master === undefined || offset === undefined || linkState === undefined) return undefined;
  return { kind: "replica", master, linkState, offset };
}

function parseSentinel([names]: readonly unknown[]): RoleReport | undefined {
  if (!Array.isArray(names)) return undefined;
  const masterNames = names.map((name: unknown) => asText(name));
  return masterNames.every((name) => name !== undefined)
    ? { kind: "sentinel", masterNames }
    : undefined;
}

function parseAddress(hostField: unknown, portField: unknown): Address | undefined {
  const host = asText(hostField);
  const port = parsePort(asText(portField) ?? "");
  return host !== undefined && isHost(host) && port !== undefined ? { host, port } : undefined;
}

function asText(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "bigint") return String(value);
  return value instanceof Uint8Array ? Buffer.from(value).toString("latin1") : undefined;
}

function asInteger(value: unknown): number | undefined {
  const text = asText(value);
  return text === undefined ? undefined : parseInteger(text);
}
