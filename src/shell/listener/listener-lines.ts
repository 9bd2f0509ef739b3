/** Where a daemon listens. */
export interface ListeningPlaces {
  readonly bind: readonly string[];
  /** 0: none. */
  readonly port: number;
  /** 0: none. */
  readonly tlsPort: number;
  /** undefined or empty: none. */
  readonly unixSocket: string | undefined;
}

/** INFO's `listener0`, `listener1`, …: the texts behind them (Redis 7.2). */
export function listenerLines({ bind, port, tlsPort, unixSocket }: ListeningPlaces): string[] {
  const binds = bind.map((address) => `,bind=${address}`).join("");
  const lines: string[] = [];
  if (port !== 0) lines.push(`name=tcp${binds},port=${port}`);
  if (unixSocket !== undefined && unixSocket !== "") lines.push(`name=unix,bind=${unixSocket}`);
  if (tlsPort !== 0) lines.push(`name=tls${binds},port=${tlsPort}`);
  return lines;
}
