import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { reasonOf } from "../system-reason.ts";
import { opensslReason, TlsError } from "./tls-error.ts";

/** A certificate (with what leads to its authority behind it) and the key that belongs to it. */
export interface KeyPair {
  readonly certificate: Buffer;
  /** PEM, decrypted: OpenSSL must never ask for a passphrase. */
  readonly key: string;
  /** When the certificate stops being valid, as its text has it. */
  readonly validTo: string;
}

export interface KeyPairFiles {
  readonly certFile: string;
  readonly keyFile: string;
  readonly passphrase: string | undefined;
}

/** @throws {TlsError} naming the file; begins with Redis' words */
export function readKeyPair({ certFile, keyFile, passphrase }: KeyPairFiles): KeyPair {
  const certificate = readOrThrow("certificate", certFile);
  const leaf = parse("certificate", certFile, () => new X509Certificate(certificate));
  const pem = readOrThrow("private key", keyFile);
  // Without a passphrase an empty one: an encrypted key must fail, not ask on the terminal.
  const key = parse("private key", keyFile, () =>
    createPrivateKey({ key: pem, passphrase: passphrase ?? "" }),
  );
  if (!matches(leaf, key)) {
    throw new TlsError(
      `Failed to load private key: ${keyFile}: it does not belong to the certificate ${certFile}`,
    );
  }
  return {
    certificate,
    key: key.export({ format: "pem", type: "pkcs8" }).toString(),
    validTo: leaf.validTo,
  };
}

/** Where OpenSSL's words would send an operator the wrong way. */
const PLAIN_WORDS: Readonly<Record<string, string>> = {
  "no start line": "no PEM text in it",
  unsupported: "no PEM text of that kind in it",
  "bad decrypt": "it is encrypted, and the passphrase is missing or wrong",
};

/** A key of another kind than the certificate's is not compared but refused by OpenSSL. */
function matches(certificate: X509Certificate, key: KeyObject): boolean {
  try {
    return certificate.checkPrivateKey(key);
  } catch {
    return false;
  }
}

/** @throws {TlsError} */
export function readOrThrow(what: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new TlsError(`Failed to load ${what}: ${path}: ${reasonOf(cause)}`, { cause });
  }
}

function parse<Parsed>(what: string, path: string, read: () => Parsed): Parsed {
  try {
    return read();
  } catch (cause) {
    const reason = opensslReason(cause);
    const words = PLAIN_WORDS[reason] ?? reason;
    throw new TlsError(`Failed to load ${what}: ${path}: ${words}`, { cause });
  }
}
