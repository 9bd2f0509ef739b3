import { constants } from "node:crypto";
import { createSecureContext, DEFAULT_CIPHERS, type SecureContextOptions } from "node:tls";
import {
  DEFAULT_TLS_PROTOCOLS,
  INVALID_PROTOCOLS,
  parseTlsProtocols,
  TLS_PROTOCOLS,
  type TlsProtocol,
} from "../../wire/conf/tls-protocols.ts";
import type { TlsSettings } from "../../wire/conf/tls-settings.ts";
import { TlsError } from "./tls-error.ts";

const SUITES_OF_TLS_1_3 = "TLS_";
const DEFAULTS = DEFAULT_CIPHERS.split(":");
const SWITCHED_OFF: Readonly<Record<TlsProtocol, number>> = {
  TLSv1: constants.SSL_OP_NO_TLSv1,
  "TLSv1.1": constants.SSL_OP_NO_TLSv1_1,
  "TLSv1.2": constants.SSL_OP_NO_TLSv1_2,
  "TLSv1.3": constants.SSL_OP_NO_TLSv1_3,
};

type CipherSettings = Pick<
  TlsSettings,
  "protocols" | "ciphers" | "ciphersuites" | "preferServerCiphers" | "sessionCaching"
>;

/** Protocols and ciphers for a context. @throws {TlsError} with Redis' words */
export function cipherOptions(settings: CipherSettings): SecureContextOptions {
  const { ciphers, ciphersuites } = settings;
  if (ciphers !== undefined && !isKnown(ciphers)) {
    throw new TlsError(`Failed to configure ciphers: ${ciphers}`);
  }
  if (ciphersuites !== undefined && !isKnown(ciphersuites)) {
    throw new TlsError(`Failed to configure ciphersuites: ${ciphersuites}`);
  }
  const suites = ciphersuites ?? defaults((name) => name.startsWith(SUITES_OF_TLS_1_3));
  const others = ciphers ?? defaults((name) => !name.startsWith(SUITES_OF_TLS_1_3));
  return {
    ...protocolOptions(settings),
    ciphers: `${suites}:${others}`,
    honorCipherOrder: settings.preferServerCiphers,
  };
}

/** Versions from the oldest to the newest, and those between that are left out. */
function protocolOptions({ protocols, sessionCaching }: CipherSettings): SecureContextOptions {
  const allowed = protocols === undefined ? DEFAULT_TLS_PROTOCOLS : parseTlsProtocols(protocols);
  const oldest = allowed?.[0];
  const newest = allowed?.at(-1);
  if (allowed === undefined || oldest === undefined || newest === undefined) {
    throw new TlsError(INVALID_PROTOCOLS);
  }
  let secureOptions = sessionCaching ? 0 : constants.SSL_OP_NO_TICKET;
  for (const protocol of TLS_PROTOCOLS) {
    if (!allowed.includes(protocol)) secureOptions |= SWITCHED_OFF[protocol];
  }
  return { minVersion: oldest, maxVersion: newest, secureOptions };
}

function defaults(wanted: (name: string) => boolean): string {
  return DEFAULTS.filter(wanted).join(":");
}

function isKnown(ciphers: string): boolean {
  try {
    createSecureContext({ ciphers });
    return true;
  } catch {
    return false;
  }
}
