import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { loadTls } from "../../../src/shell/tls/tls-material.ts";
import type { ParameterValues } from "../../../src/wire/conf/redis-parameters.ts";
import { CertificateAuthority, EXPIRED } from "./certificates.ts";
import { settingsWith } from "./settings.ts";

const folder = mkdtempSync(join(tmpdir(), "vedette-tls-"));
const authority = new CertificateAuthority(folder);
const server = authority.issue("server");
const other = authority.issue("other");
const locked = authority.issue("locked", { passphrase: "sesame" });
const expired = authority.issue("expired", { validity: EXPIRED });
const junk = join(folder, "junk.pem");
writeFileSync(junk, "no PEM at all\n");
const empty = join(folder, "empty");
mkdirSync(empty);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Lines = Partial<ParameterValues>;

const GOOD: Lines = {
  "tls-cert-file": server.cert,
  "tls-key-file": server.key,
  "tls-ca-cert-file": authority.cert,
};

/** The path of a file in a message, as a test can name it. */
function shown(message: string): string {
  return message.replaceAll(`${folder}/`, "");
}

function refusal(lines: Lines): string {
  try {
    loadTls(settingsWith({ ...GOOD, ...lines }));
  } catch (cause) {
    return shown((cause as Error).message);
  }
  return "none";
}

describe("TLS files and settings", () => {
  it.each<[string, Lines]>([
    ["a pair and an authority", {}],
    ["an encrypted key with its passphrase", lockedWith("sesame")],
    ["no authority where none is needed", { "tls-ca-cert-file": "", "tls-auth-clients": "no" }],
    ["one protocol", { "tls-protocols": "TLSv1.3" }],
    ["protocols with a gap, in any case", { "tls-protocols": "tlsv1.3 TLSV1.1" }],
    ["ciphers of the older protocols", { "tls-ciphers": "DEFAULT:!MEDIUM" }],
    ["suites of TLS 1.3", { "tls-ciphersuites": "TLS_CHACHA20_POLY1305_SHA256" }],
    ["another pair for outgoing links", clientPair(other.cert, other.key)],
    ["half a pair for outgoing links, which counts for nothing", clientPair(other.cert, "")],
    ["an expired certificate", pair(expired.cert, expired.key)],
  ])("takes %s", (_, lines) => {
    expect(refusal(lines)).toBe("none");
  });

  it.each<[string, Lines, string]>([
    ["no certificate", { "tls-cert-file": "" }, "No tls-cert-file configured!"],
    ["no key", { "tls-key-file": "" }, "No tls-key-file configured!"],
    [
      "a certificate that is not there",
      { "tls-cert-file": join(folder, "nope") },
      "Failed to load certificate: nope: No such file or directory",
    ],
    [
      "a certificate that is none",
      { "tls-cert-file": junk },
      "Failed to load certificate: junk.pem: no PEM text in it",
    ],
    [
      "a key that is not there",
      { "tls-key-file": join(folder, "nope") },
      "Failed to load private key: nope: No such file or directory",
    ],
    [
      "a key that is none",
      { "tls-key-file": junk },
      "Failed to load private key: junk.pem: no PEM text of that kind in it",
    ],
    [
      "a key of another certificate",
      { "tls-key-file": other.key },
      "Failed to load private key: other.key: it does not belong to the certificate server.crt",
    ],
    [
      "a client key of another certificate",
      clientPair(other.cert, server.key),
      "Failed to load private key: server.key: it does not belong to the certificate other.crt",
    ],
    [
      "an encrypted key without its passphrase",
      lockedWith(""),
      "Failed to load private key: locked.key: it is encrypted, and the passphrase is missing or wrong",
    ],
    [
      "an encrypted key with a wrong passphrase",
      lockedWith("open"),
      "Failed to load private key: locked.key: it is encrypted, and the passphrase is missing or wrong",
    ],
    [
      "no authority",
      { "tls-ca-cert-file": "" },
      "Either tls-ca-cert-file or tls-ca-cert-dir must be specified when tls-cluster, tls-replication or tls-auth-clients are enabled!",
    ],
    [
      "an authority that is not there",
      { "tls-ca-cert-file": join(folder, "nope") },
      "Failed to load CA certificate(s): nope: No such file or directory",
    ],
    [
      "an authority that is none",
      { "tls-ca-cert-file": junk },
      "Failed to configure CA certificate(s) file/directory: junk.pem: no certificate in it",
    ],
    [
      "a folder of authorities that is not there",
      { "tls-ca-cert-dir": join(folder, "nope") },
      "Failed to configure CA certificate(s) file/directory: nope: No such file or directory",
    ],
    [
      "a folder without authorities",
      { "tls-ca-cert-file": "", "tls-ca-cert-dir": empty },
      "Failed to configure CA certificate(s) file/directory: empty: no certificate in it (openssl rehash gives them their names)",
    ],
    [
      "a protocol that does not exist",
      { "tls-protocols": "TLSv1.2 TLSv9" },
      "Invalid tls-protocols specified. Use a combination of 'TLSv1', 'TLSv1.1', 'TLSv1.2' and 'TLSv1.3'.",
    ],
    ["ciphers that do not exist", { "tls-ciphers": "NOPE" }, "Failed to configure ciphers: NOPE"],
    [
      "suites that do not exist",
      { "tls-ciphersuites": "TLS_NOPE" },
      "Failed to configure ciphersuites: TLS_NOPE",
    ],
    [
      "parameters that are none",
      { "tls-dh-params-file": junk },
      "junk.pem: failed to read DH params.",
    ],
  ])("refuses %s, and says why", (_, lines, message) => {
    expect(refusal(lines)).toBe(message);
  });

  it("finds authorities in a folder by the names that openssl rehash gives them", () => {
    const hashed = join(folder, "hashed");
    mkdirSync(hashed);
    writeFileSync(join(hashed, "0a1b2c3d.0"), authority.pem);
    expect(refusal({ "tls-ca-cert-file": "", "tls-ca-cert-dir": hashed })).toBe("none");
    renameSync(join(hashed, "0a1b2c3d.0"), join(hashed, "authority.crt"));
    expect(refusal({ "tls-ca-cert-file": "", "tls-ca-cert-dir": hashed })).not.toBe("none");
  });

  it("warns of a certificate that has expired", () => {
    const { warnings } = loadTls(settingsWith({ ...GOOD, ...pair(expired.cert, expired.key) }));
    expect(warnings.map(shown)).toEqual([
      expect.stringMatching(/^The certificate expired\.crt has expired: it was valid until /),
    ]);
    expect(loadTls(settingsWith(GOOD)).warnings).toEqual([]);
  });
});

function pair(cert: string, key: string): Lines {
  return { "tls-cert-file": cert, "tls-key-file": key };
}

function lockedWith(passphrase: string): Lines {
  return { ...pair(locked.cert, locked.key), "tls-key-file-pass": passphrase };
}

function clientPair(cert: string, key: string): Lines {
  return { "tls-client-cert-file": cert, "tls-client-key-file": key };
}
