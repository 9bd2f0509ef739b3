import type { Daemon } from "./daemon.ts";

/** Who is who: turns the addresses and ids in events into the names that the report uses. */
export interface Cast {
  /** `server 2`, or the address when it is none of ours. */
  readonly serverAt: (host: string, port: number) => string;
  /** `sentinel 1`, or the first digits of an unknown id. */
  readonly sentinelWithId: (id: string) => string;
}

const SHOWN_ID_DIGITS = 8;

export function castOf(servers: readonly Daemon[], sentinelIds: ReadonlyMap<string, string>): Cast {
  const byPort = new Map(servers.map((server) => [server.address.port, server.name]));
  return {
    serverAt: (host, port) => byPort.get(port) ?? `${host}:${port}`,
    sentinelWithId: (id) => sentinelIds.get(id) ?? `sentinel ${id.slice(0, SHOWN_ID_DIGITS)}`,
  };
}
