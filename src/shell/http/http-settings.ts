import type { GlobalExtensions } from "../../wire/sentinel-conf/extension-settings.ts";

/** What the HTTP interface needs to know before it listens. */
export interface HttpSettings {
  /** 0: no HTTP. */
  readonly port: number;
  /** 0: no agent check. */
  readonly agentCheckPort: number;
  /** `0.0.0.0` and `::` are every address of that kind. */
  readonly bind: string;
  readonly tls: { readonly certFile: string; readonly keyFile: string } | undefined;
}

const LOOPBACK = "127.0.0.1";
const ALL = "*";

/** Undefined where both are off: nothing of HTTP is loaded then. */
export function httpSettings(extensions: GlobalExtensions): HttpSettings | undefined {
  const port = extensions["http-port"];
  const agentCheckPort = extensions["agent-check-port"];
  if (port === 0 && agentCheckPort === 0) return undefined;
  const bind = extensions["http-bind"];
  const certFile = extensions["http-tls-cert-file"];
  const keyFile = extensions["http-tls-key-file"];
  return {
    port,
    agentCheckPort,
    bind: bind === "" ? LOOPBACK : bind === ALL ? "::" : bind,
    tls: certFile === "" && keyFile === "" ? undefined : { certFile, keyFile },
  };
}

/** Whether nobody on another machine can reach it. */
export function isLoopback(bind: string): boolean {
  return bind === "::1" || bind.startsWith("127.");
}
