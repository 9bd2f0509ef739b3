import type { Address } from "../base/address.ts";

const SERVER_PORT = 6379;
/** So many have their networks between those of the sentinels and of the clients. */
const FEW_GROUPS = 6;

/** The host name of a node, where hosts have names. */
export function hostNameOf(nodeName: string): string {
  return `${nodeName}.test`;
}

/** Where a server is in the beginning. */
export function serverAddress(group: number, index: number): Address {
  const net = group < FEW_GROUPS ? `10.0.${2 + group}` : `10.1.${group}`;
  return { host: `${net}.${index + 1}`, port: SERVER_PORT };
}
