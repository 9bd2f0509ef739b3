import { X509Certificate } from "node:crypto";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { reasonOf } from "../system-reason.ts";
import { readOrThrow } from "./key-pair.ts";
import { opensslReason, TlsError } from "./tls-error.ts";

export interface AuthorityFiles {
  readonly file: string | undefined;
  /** Holds certificates under the names that `openssl rehash` gives them. */
  readonly folder: string | undefined;
}

/** What OpenSSL looks for in a folder of authorities: the hash of a subject and a number. */
const HASHED_NAME = /^[0-9a-f]{8}\.[0-9]+$/;
const CERTIFICATE = /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[^-]+-----END [A-Z0-9 ]+-----/g;
const FAILED = "Failed to configure CA certificate(s) file/directory";

/** Whom we trust to vouch for others, as PEM texts. @throws {TlsError} naming the file */
export function readAuthorities(files: AuthorityFiles): string[] {
  return authorityPaths(files).flatMap((path) => {
    const texts = readOrThrow("CA certificate(s)", path).toString("latin1").match(CERTIFICATE);
    if (texts === null) throw new TlsError(`${FAILED}: ${path}: no certificate in it`);
    return texts.map((text) => {
      try {
        return new X509Certificate(text).toString();
      } catch (cause) {
        throw new TlsError(`${FAILED}: ${path}: ${opensslReason(cause)}`, { cause });
      }
    });
  });
}

/** The files that are read. @throws {TlsError} when there is no such folder */
export function authorityPaths({ file, folder }: AuthorityFiles): string[] {
  const paths = file === undefined ? [] : [file];
  if (folder === undefined) return paths;
  try {
    const names = readdirSync(folder).filter((name) => HASHED_NAME.test(name));
    return [...paths, ...names.sort().map((name) => join(folder, name))];
  } catch (cause) {
    throw new TlsError(`${FAILED}: ${folder}: ${reasonOf(cause)}`, { cause });
  }
}
