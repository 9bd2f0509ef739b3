/** Where an instance listens. `host` is an IP or, with resolve-hostnames, a name; never bracketed. */
export interface Address {
  readonly host: string;
  /** 0..65535; 0 means known but never connected to. */
  readonly port: number;
}

/** `host:port`, with brackets around IPv6: names of replicas, keys, logs. */
export function formatAddress(address: Address): string {
  const host = address.host.includes(":") ? `[${address.host}]` : address.host;
  return `${host}:${address.port}`;
}

/** Hosts compare without case, as Redis compares them; two empty hosts are never the same (W-11). */
export function sameAddress(a: Address, b: Address): boolean {
  return (
    a.port === b.port && a.host !== "" && (a.host === b.host || lower(a.host) === lower(b.host))
  );
}

function lower(text: string): string {
  return text.toLowerCase();
}
