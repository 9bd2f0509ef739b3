import { createHmac } from "node:crypto";

/** A secret that signs nothing; the message says why, and nothing of the secret. */
export class SigningSecretError extends Error {
  override readonly name = "SigningSecretError";
}

const PREFIX = "whsec_";
const KEY_BYTES_MIN = 24;
const KEY_BYTES_MAX = 64;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/**
 * The key of a Standard Webhooks secret: `whsec_` and base64 of 24 to 64 bytes.
 * @throws {SigningSecretError}
 */
export function signingKey(secret: string): Buffer {
  const text = secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : undefined;
  if (text === undefined || !BASE64.test(text)) {
    throw new SigningSecretError(`expected ${PREFIX} and base64`);
  }
  const key = Buffer.from(text, "base64");
  if (key.length < KEY_BYTES_MIN || key.length > KEY_BYTES_MAX) {
    throw new SigningSecretError(
      `expected base64 of ${KEY_BYTES_MIN} to ${KEY_BYTES_MAX} bytes, found ${key.length}`,
    );
  }
  return key;
}

/**
 * The three headers of Standard Webhooks 1.0.
 * @param secrets each gives a signature, so that a receiver may check with either meanwhile
 * @param atSeconds since 1970, of this attempt
 * @throws {SigningSecretError}
 */
export function standardHeaders(
  {
    id,
    body,
    atSeconds,
  }: { readonly id: string; readonly body: string; readonly atSeconds: number },
  secrets: readonly string[],
): Readonly<Record<string, string>> {
  const signatures = secrets.map((secret) => {
    const base = `${id}.${atSeconds}.${body}`;
    return `v1,${createHmac("sha256", signingKey(secret)).update(base).digest("base64")}`;
  });
  return {
    "webhook-id": id,
    "webhook-timestamp": String(atSeconds),
    "webhook-signature": signatures.join(" "),
  };
}

/** GitHub's way: over the body alone, with the whole secret as it stands. */
export function hubHeader(body: string, secret: string): Readonly<Record<string, string>> {
  const digest = createHmac("sha256", Buffer.from(secret, "latin1")).update(body).digest("hex");
  return { "x-hub-signature-256": `sha256=${digest}` };
}
