import { DEFAULT_OUTPUT_LIMITS, type OutputLimits } from "./output-limit.ts";

/** Read at each use: a daemon may change its own object while clients are connected. */
export interface ListenerSettings {
  /** `maxclients`; 0 refuses everybody. */
  readonly maxClients: number;
  /** `timeout` in seconds: idle normal clients are closed; 0 never. */
  readonly idleTimeoutSeconds: number;
  /** `tcp-keepalive` in seconds for connections accepted from now on; 0 off. */
  readonly tcpKeepaliveSeconds: number;
  /** `protected-mode`: without a password only this machine may connect. */
  readonly protectedMode: boolean;
  /** `proto-max-bulk-len` in bytes. */
  readonly maxBulkLength: number;
  /** `client-query-buffer-limit` in bytes. */
  readonly queryBufferLimit: number;
  /** `client-output-buffer-limit`. The hard limit of replicas should not be below the backlog. */
  readonly outputLimits: OutputLimits;
}

export const DEFAULT_LISTENER_SETTINGS: ListenerSettings = {
  maxClients: 10_000,
  idleTimeoutSeconds: 0,
  tcpKeepaliveSeconds: 300,
  protectedMode: true,
  maxBulkLength: 512 * 1024 * 1024,
  queryBufferLimit: 1024 * 1024 * 1024,
  outputLimits: DEFAULT_OUTPUT_LIMITS,
};
