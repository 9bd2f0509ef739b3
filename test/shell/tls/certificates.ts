import { generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  bitString,
  der,
  integer,
  objectId,
  octetString,
  sequence,
  set,
  time,
  TRUE,
  utf8,
} from "./der.ts";

const ECDSA_WITH_SHA256 = sequence(objectId("1.2.840.10045.4.3.2"));
const DAY_MS = 86_400_000;

export interface IssuedFiles {
  readonly cert: string;
  readonly key: string;
}

export interface Validity {
  readonly from: Date;
  readonly until: Date;
}

/** Valid while the test runs, and not much longer. */
const NOW: Validity = {
  from: new Date(Date.now() - DAY_MS),
  until: new Date(Date.now() + DAY_MS),
};
export const EXPIRED: Validity = {
  from: new Date(Date.now() - 3 * DAY_MS),
  until: new Date(Date.now() - 2 * DAY_MS),
};

/** An authority made for one test, which issues certificates into a folder. */
export class CertificateAuthority {
  /** Path of its own certificate. */
  readonly cert: string;
  /** Its own certificate. */
  readonly pem: string;
  readonly #folder: string;
  readonly #name: string;
  readonly #key: KeyObject;

  constructor(folder: string, name = "authority") {
    const { privateKey, publicKey } = newKeys();
    this.#folder = folder;
    this.#name = name;
    this.#key = privateKey;
    this.pem = certificate({
      subject: name,
      publicKey,
      issuer: name,
      issuerKey: privateKey,
      isAuthority: true,
      validity: NOW,
    });
    this.cert = join(folder, `${name}.crt`);
    writeFileSync(this.cert, this.pem);
  }

  /** A new key with a certificate, in files of that name. */
  issue(
    name: string,
    options: { readonly validity?: Validity; readonly passphrase?: string } = {},
  ): IssuedFiles {
    const { cert, key } = this.make(name, options);
    const files = {
      cert: join(this.#folder, `${name}.crt`),
      key: join(this.#folder, `${name}.key`),
    };
    writeFileSync(files.cert, cert);
    writeFileSync(files.key, key);
    return files;
  }

  /** The same as texts. */
  make(
    name: string,
    {
      validity = NOW,
      passphrase,
    }: { readonly validity?: Validity; readonly passphrase?: string } = {},
  ): { readonly cert: string; readonly key: string } {
    const { privateKey, publicKey } = newKeys();
    const cert = certificate({
      subject: name,
      publicKey,
      issuer: this.#name,
      issuerKey: this.#key,
      isAuthority: false,
      validity,
    });
    const locked = passphrase === undefined ? {} : { cipher: "aes-256-cbc", passphrase };
    const key = privateKey.export({ format: "pem", type: "pkcs8", ...locked }).toString();
    return { cert, key };
  }
}

function newKeys(): { readonly privateKey: KeyObject; readonly publicKey: KeyObject } {
  return generateKeyPairSync("ec", { namedCurve: "P-256" });
}

/** @returns PEM. Source: RFC 5280 §4.1 */
function certificate(content: {
  readonly subject: string;
  readonly publicKey: KeyObject;
  readonly issuer: string;
  readonly issuerKey: KeyObject;
  readonly isAuthority: boolean;
  readonly validity: Validity;
}): string {
  const { validity, isAuthority } = content;
  const basicConstraints = sequence(
    objectId("2.5.29.19"),
    TRUE,
    octetString(isAuthority ? sequence(TRUE) : sequence()),
  );
  const body = sequence(
    der(0xa0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    ECDSA_WITH_SHA256,
    commonName(content.issuer),
    sequence(time(validity.from), time(validity.until)),
    commonName(content.subject),
    content.publicKey.export({ format: "der", type: "spki" }),
    der(0xa3, sequence(basicConstraints)),
  );
  const signature = sign("sha256", body, content.issuerKey);
  const whole = sequence(body, ECDSA_WITH_SHA256, bitString(signature));
  const lines = whole.toString("base64").match(/.{1,64}/g) ?? [];
  return ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n");
}

function commonName(name: string): Buffer {
  return sequence(set(sequence(objectId("2.5.4.3"), utf8(name))));
}
