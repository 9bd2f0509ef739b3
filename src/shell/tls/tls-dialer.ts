import type { Socket } from "node:net";

/** Where an encrypted connection goes, and from where. */
export interface TlsTarget {
  readonly host: string;
  readonly port: number;
  readonly localAddress?: string | undefined;
  readonly noDelay: boolean;
}

/** Begins encrypted connections; `secureConnect` or `error` follows. */
export interface TlsDialer {
  connect(target: TlsTarget): Socket;
}
