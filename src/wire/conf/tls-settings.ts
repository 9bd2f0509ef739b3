import type { ParameterValues } from "./redis-parameters.ts";

/** Everything `tls-…` says. Paths are relative to `dir`; empty texts are undefined. */
export interface TlsSettings {
  /** 0: no encrypted listener. */
  readonly port: number;
  /** Whether links to other servers are encrypted. */
  readonly replication: boolean;
  readonly authClients: ParameterValues["tls-auth-clients"];
  readonly certFile: string | undefined;
  readonly keyFile: string | undefined;
  readonly keyFilePass: string | undefined;
  /** Shown to servers that we connect to; without both the pair above is. */
  readonly clientCertFile: string | undefined;
  readonly clientKeyFile: string | undefined;
  readonly clientKeyFilePass: string | undefined;
  readonly dhParamsFile: string | undefined;
  readonly caCertFile: string | undefined;
  readonly caCertDir: string | undefined;
  /** As written: names with blanks between. */
  readonly protocols: string | undefined;
  readonly ciphers: string | undefined;
  readonly ciphersuites: string | undefined;
  readonly preferServerCiphers: boolean;
  readonly sessionCaching: boolean;
  readonly sessionCacheTimeoutSeconds: number;
}

/** @returns undefined where nothing is encrypted: then the other settings are not even looked at */
export function tlsSettings(values: ParameterValues): TlsSettings | undefined {
  const port = values["tls-port"];
  const replication = values["tls-replication"];
  if (port === 0 && !replication && !values["tls-cluster"]) return undefined;
  return {
    port,
    replication,
    authClients: values["tls-auth-clients"],
    certFile: unlessEmpty(values["tls-cert-file"]),
    keyFile: unlessEmpty(values["tls-key-file"]),
    keyFilePass: unlessEmpty(values["tls-key-file-pass"]),
    clientCertFile: unlessEmpty(values["tls-client-cert-file"]),
    clientKeyFile: unlessEmpty(values["tls-client-key-file"]),
    clientKeyFilePass: unlessEmpty(values["tls-client-key-file-pass"]),
    dhParamsFile: unlessEmpty(values["tls-dh-params-file"]),
    caCertFile: unlessEmpty(values["tls-ca-cert-file"]),
    caCertDir: unlessEmpty(values["tls-ca-cert-dir"]),
    protocols: unlessEmpty(values["tls-protocols"]),
    ciphers: unlessEmpty(values["tls-ciphers"]),
    ciphersuites: unlessEmpty(values["tls-ciphersuites"]),
    preferServerCiphers: values["tls-prefer-server-ciphers"],
    sessionCaching: values["tls-session-caching"],
    sessionCacheTimeoutSeconds: values["tls-session-cache-timeout"],
  };
}

/** What a server that we connect to is told of where we listen (sentinel spec §4.1). */
export function announcedPort(values: ParameterValues): number {
  const isSecure = values["tls-replication"] && values["tls-port"] !== 0;
  return isSecure ? values["tls-port"] : values.port;
}

function unlessEmpty(text: string): string | undefined {
  return text === "" ? undefined : text;
}
