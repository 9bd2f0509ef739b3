import type { Address } from "../../base/address.ts";

/** The name under which the sentinels watch the group. */
export const MASTER_NAME = "mymaster";

/** Sentinels that must agree that the master is down: two of three. */
export const QUORUM = 2;

/**
 * Bounds each phase of a failover, and twice this is the wait after a failed attempt. Short, so
 * that somebody who kills several processes at once need not wait for minutes.
 */
const FAILOVER_TIMEOUT_MS = 10_000;

/** A server that saves nothing by itself: what it holds after a restart comes from its master. */
export function serverConfiguration(options: {
  readonly address: Address;
  readonly folder: string;
  readonly master: Address | undefined;
}): string {
  const { address, folder, master } = options;
  const lines = [
    `port ${address.port}`,
    `bind ${address.host}`,
    `dir ${JSON.stringify(folder)}`,
    `save ""`,
    "appendonly no",
    // Redis waits 5 s for further replicas before a diskless transfer unless told otherwise.
    "repl-diskless-sync-delay 0",
  ];
  if (master !== undefined) lines.push(`replicaof ${master.host} ${master.port}`);
  return `${lines.join("\n")}\n`;
}

export interface SentinelHttp {
  readonly port: number;
  readonly tokenFile: string;
}

export function sentinelConfiguration(options: {
  readonly address: Address;
  readonly folder: string;
  readonly master: Address;
  readonly downAfterMs: number;
  readonly http: SentinelHttp | undefined;
}): string {
  const { address, folder, master, downAfterMs, http } = options;
  return [
    `port ${address.port}`,
    `bind ${address.host}`,
    `dir ${JSON.stringify(folder)}`,
    `sentinel monitor ${MASTER_NAME} ${master.host} ${master.port} ${QUORUM}`,
    `sentinel down-after-milliseconds ${MASTER_NAME} ${downAfterMs}`,
    `sentinel failover-timeout ${MASTER_NAME} ${FAILOVER_TIMEOUT_MS}`,
    ...(http === undefined
      ? []
      : [
          `vedette http-port ${http.port}`,
          `vedette http-token-file ${JSON.stringify(http.tokenFile)}`,
        ]),
    "",
  ].join("\n");
}
