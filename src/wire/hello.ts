import type { Address } from "../base/address.ts";
import { type MasterName, masterName, parseRunId, type RunId } from "../base/ids.ts";
import type { Epoch } from "../base/units.ts";
import { parseEpoch } from "./epochs.ts";
import { hasZone, isHostName, isIpAddress, parsePort } from "./host.ts";

/** The channel that carries hellos, on data servers and between sentinels. */
export const HELLO_CHANNEL = "__sentinel__:hello";

/** What a sentinel says of itself and of one master it watches. Source: sentinel spec §4.1. */
export interface HelloContent {
  readonly sentinelId: RunId;
  readonly sentinelAddress: Address;
  readonly currentEpoch: Epoch;
  readonly masterName: MasterName;
  readonly masterAddress: Address;
  readonly configEpoch: Epoch;
}

export type HelloMessage =
  | ({ readonly kind: "hello" } & HelloContent)
  /** Not a hello that may be acted on; the reason is a phrase for the log. */
  | { readonly kind: "ignored"; readonly reason: string };

const TOKENS = 8;

/**
 * Reads a payload of the hello channel. Anyone who may publish can send one, so ids must be 40 hex
 * digits, hosts must be literal addresses or names and epochs must be able to grow (W-07, W-09, W-10).
 */
export function parseHello(payload: string): HelloMessage {
  const tokens = payload.split(",", TOKENS + 1);
  if (tokens.length !== TOKENS) return ignored("not 8 tokens");
  const [host = "", port = "", id = "", current = "", name = "", ...master] = tokens;
  const [masterHost = "", masterPort = "", config = ""] = master;

  const sentinelAddress = parseAddress(host, port);
  if (sentinelAddress === undefined) return ignored("bad sentinel address");
  const sentinelId = parseRunId(id);
  if (sentinelId === undefined) return ignored("sentinel id is not 40 hex digits");
  const currentEpoch = parseEpoch(current);
  if (currentEpoch === undefined) return ignored("bad current epoch");
  const masterAddress = parseAddress(masterHost, masterPort);
  if (masterAddress === undefined) return ignored("bad master address");
  const configEpoch = parseEpoch(config);
  if (configEpoch === undefined) return ignored("bad config epoch");
  return {
    kind: "hello",
    sentinelId,
    sentinelAddress,
    currentEpoch,
    masterName: masterName(name),
    masterAddress,
    configEpoch,
  };
}

function parseAddress(host: string, portText: string): Address | undefined {
  const port = parsePort(portText);
  // An address with a zone means something on the sender's machine alone.
  if (!isIpAddress(host) && !isHostName(host)) return undefined;
  return hasZone(host) || port === undefined ? undefined : { host, port };
}

function ignored(reason: string): HelloMessage {
  return { kind: "ignored", reason };
}

/** The payload: 8 tokens between commas, IPv6 without brackets. */
export function formatHello(hello: HelloContent): string {
  return [
    hello.sentinelAddress.host,
    hello.sentinelAddress.port,
    hello.sentinelId,
    hello.currentEpoch,
    hello.masterName,
    hello.masterAddress.host,
    hello.masterAddress.port,
    hello.configEpoch,
  ].join(",");
}
