import { opensslReason } from "./tls-error.ts";

/** What begins the reason of a connection that failed by its encryption. */
export const TLS_FAULT = "TLS: ";

/** What OpenSSL finds wrong with a certificate, and what it tells of a failed handshake. */
const OF_CERTIFICATE = /^(?:CERT_|CRL_|DEPTH_|SELF_SIGNED_|UNABLE_TO_|INVALID_|PATH_LENGTH_)/;
const OF_HANDSHAKE = /^(?:ERR_SSL_|ERR_TLS_)/;

/**
 * Why a connection failed, in words that stay the same from one attempt to the next: OpenSSL's own
 * hold addresses of memory.
 */
export function faultOf(cause: Error): string {
  const code = "code" in cause && typeof cause.code === "string" ? cause.code : "";
  if (OF_CERTIFICATE.test(code)) return `${TLS_FAULT}${cause.message}`;
  if (OF_HANDSHAKE.test(code) || (code === "EPROTO" && cause.message.includes("SSL"))) {
    return `${TLS_FAULT}${opensslReason(cause)}`;
  }
  return cause.message;
}
