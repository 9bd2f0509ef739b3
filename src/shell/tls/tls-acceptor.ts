import type { Socket } from "node:net";
import { createServer, type SecureContextOptions, type Server, type TLSSocket } from "node:tls";
import type { TlsSettings } from "../../wire/conf/tls-settings.ts";
import type { Handshakes } from "../listener/tls-door.ts";
import { opensslReason } from "./tls-error.ts";

/** A client that says nothing must not hold a place for ever. */
const HANDSHAKE_TIMEOUT_MS = 15_000;

/**
 * The server's half of handshakes, with one set of certificates. It listens nowhere: connections
 * are handed to it, and live on when another acceptor has taken its place.
 */
export class TlsAcceptor {
  readonly #server: Server;

  constructor(options: {
    readonly context: SecureContextOptions;
    readonly settings: Pick<TlsSettings, "authClients" | "sessionCacheTimeoutSeconds">;
    readonly handshakes: Handshakes;
  }) {
    const { context, settings, handshakes } = options;
    const { authClients } = settings;
    this.#server = createServer({
      ...context,
      requestCert: authClients !== "no",
      rejectUnauthorized: authClients === "yes",
      sessionTimeout: settings.sessionCacheTimeoutSeconds,
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    });
    this.#server.on("secureConnection", (socket) => {
      // With `optional` none is needed, but a wrong one is refused all the same.
      if (authClients === "optional" && isForged(socket)) {
        socket.on("error", () => undefined);
        socket.destroy();
        handshakes.failed(unverified(String(socket.authorizationError)));
      } else {
        handshakes.secured(socket);
      }
    });
    this.#server.on("tlsClientError", (cause, socket) => {
      socket.destroy();
      const refusal: unknown = socket.authorizationError;
      handshakes.failed(typeof refusal === "string" ? unverified(refusal) : opensslReason(cause));
    });
  }

  /** @param raw a connection just accepted, unread */
  accept(raw: Socket): void {
    this.#server.emit("connection", raw);
  }
}

function isForged(socket: TLSSocket): boolean {
  return !socket.authorized && socket.getPeerX509Certificate() !== undefined;
}

/** @param code OpenSSL's, such as CERT_HAS_EXPIRED */
function unverified(code: string): string {
  return `certificate verify failed (${code})`;
}
