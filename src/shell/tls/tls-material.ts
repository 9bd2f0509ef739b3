import { createHash } from "node:crypto";
import { createSecureContext, type SecureContext, type SecureContextOptions } from "node:tls";
import type { TlsSettings } from "../../wire/conf/tls-settings.ts";
import { type AuthorityFiles, authorityPaths, readAuthorities } from "./authorities.ts";
import { cipherOptions } from "./cipher-options.ts";
import { type KeyPair, type KeyPairFiles, readKeyPair, readOrThrow } from "./key-pair.ts";
import { opensslReason, TlsError } from "./tls-error.ts";

/** What was read from the files, ready for handshakes. */
export interface TlsMaterial {
  /** For connections that come in. */
  readonly server: SecureContextOptions;
  /** For connections that we make. */
  readonly client: SecureContext;
  /** Of everything that was read: equal for equal files. */
  readonly digest: string;
  /** What an operator should know though it works. */
  readonly warnings: readonly string[];
}

const DH_PARAMETERS = /-----BEGIN (?:X9\.42 )?DH PARAMETERS-----/;

/**
 * Reads certificates, keys and authorities and tries them out, as Redis does at its start.
 * @throws {TlsError} with Redis' words for what is missing or does not fit
 */
export function loadTls(settings: TlsSettings): TlsMaterial {
  const own = readKeyPair(ownFiles(settings));
  const clientFiles = clientPairFiles(settings);
  const shown = clientFiles === undefined ? own : readKeyPair(clientFiles);
  const authorities = readAuthorities(authorityFiles(settings));
  if (authorities.length === 0 && needsAuthorities(settings)) {
    throw new TlsError(
      settings.caCertFile === undefined && settings.caCertDir === undefined
        ? "Either tls-ca-cert-file or tls-ca-cert-dir must be specified when tls-cluster, tls-replication or tls-auth-clients are enabled!"
        : `Failed to configure CA certificate(s) file/directory: ${settings.caCertDir ?? ""}: no certificate in it (openssl rehash gives them their names)`,
    );
  }
  const dhParameters = readDhParameters(settings.dhParamsFile);
  const ciphers = cipherOptions(settings);
  const server = {
    ...ciphers,
    ca: authorities,
    cert: own.certificate,
    key: own.key,
    ...(dhParameters === undefined ? {} : { dhparam: dhParameters }),
  };
  tryOut(server);
  return {
    server,
    client: tryOut({ ...ciphers, ca: authorities, cert: shown.certificate, key: shown.key }),
    digest: digestOf([own, shown], authorities, dhParameters),
    warnings: [
      ...expiryWarnings(settings.certFile, own),
      ...(shown === own ? [] : expiryWarnings(settings.clientCertFile, shown)),
    ],
  };
}

/** The files and folders that `loadTls` reads with these settings, as far as they exist. */
export function tlsPaths(settings: TlsSettings): string[] {
  const { certFile, keyFile, clientCertFile, clientKeyFile, dhParamsFile, caCertDir } = settings;
  return [
    certFile,
    keyFile,
    clientCertFile,
    clientKeyFile,
    dhParamsFile,
    caCertDir,
    ...authorityPathsOrNone(authorityFiles(settings)),
  ].filter((path) => path !== undefined);
}

function ownFiles({ certFile, keyFile, keyFilePass }: TlsSettings): KeyPairFiles {
  if (certFile === undefined) throw new TlsError("No tls-cert-file configured!");
  if (keyFile === undefined) throw new TlsError("No tls-key-file configured!");
  return { certFile, keyFile, passphrase: keyFilePass };
}

/** Half a pair counts for nothing, as in Redis. */
function clientPairFiles(settings: TlsSettings): KeyPairFiles | undefined {
  const { clientCertFile, clientKeyFile, clientKeyFilePass } = settings;
  if (clientCertFile === undefined || clientKeyFile === undefined) return undefined;
  return { certFile: clientCertFile, keyFile: clientKeyFile, passphrase: clientKeyFilePass };
}

function authorityFiles({ caCertFile, caCertDir }: TlsSettings): AuthorityFiles {
  return { file: caCertFile, folder: caCertDir };
}

function authorityPathsOrNone(files: AuthorityFiles): string[] {
  try {
    return authorityPaths(files);
  } catch {
    return files.file === undefined ? [] : [files.file];
  }
}

/** Without an authority nobody's certificate could be told from a forged one. */
function needsAuthorities({ authClients, replication }: TlsSettings): boolean {
  return replication || authClients !== "no";
}

function readDhParameters(path: string | undefined): Buffer | undefined {
  if (path === undefined) return undefined;
  const text = readOrThrow("DH params", path);
  if (DH_PARAMETERS.test(text.toString("latin1"))) return text;
  throw new TlsError(`${path}: failed to read DH params.`);
}

function tryOut(options: SecureContextOptions): SecureContext {
  try {
    return createSecureContext(options);
  } catch (cause) {
    throw new TlsError(`Failed to configure TLS: ${opensslReason(cause)}`, { cause });
  }
}

function expiryWarnings(path: string | undefined, { validTo }: KeyPair): string[] {
  if (Date.parse(validTo) > Date.now()) return [];
  return [`The certificate ${path ?? ""} has expired: it was valid until ${validTo}`];
}

function digestOf(
  pairs: readonly KeyPair[],
  authorities: readonly string[],
  dhParameters: Buffer | undefined,
): string {
  const hash = createHash("sha256");
  for (const { certificate, key } of pairs) hash.update(certificate).update(key);
  for (const text of authorities) hash.update(text);
  return hash.update(dhParameters ?? "").digest("hex");
}
