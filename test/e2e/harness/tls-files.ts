import { readFileSync } from "node:fs";
import type { ConnectionOptions } from "node:tls";

/** What one side of an encrypted connection needs: paths of PEM files. */
export interface TlsFiles {
  /** Whom it trusts. */
  readonly authority: string;
  readonly cert: string;
  readonly key: string;
}

/** As settings of a server or a sentinel that speaks nothing else, in either direction. */
export function tlsSettings(
  port: number,
  { authority, cert, key }: TlsFiles,
): Readonly<Record<string, string>> {
  return {
    port: "0",
    "tls-port": String(port),
    "tls-replication": "yes",
    "tls-cert-file": cert,
    "tls-key-file": key,
    "tls-ca-cert-file": authority,
  };
}

/** The same as lines of a configuration file. */
export function tlsLines(port: number, files: TlsFiles): string[] {
  return Object.entries(tlsSettings(port, files)).map(([name, value]) => `${name} ${value}`);
}

/** For a client; names in certificates do not matter, as for Redis. */
export function clientOptions({ authority, cert, key }: TlsFiles): ConnectionOptions {
  return {
    ca: readFileSync(authority),
    cert: readFileSync(cert),
    key: readFileSync(key),
    checkServerIdentity: () => undefined,
  };
}

/** For redis-cli. */
export function cliArguments({ authority, cert, key }: TlsFiles): string[] {
  return ["--tls", "--cacert", authority, "--cert", cert, "--key", key];
}
