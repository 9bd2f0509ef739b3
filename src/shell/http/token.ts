import { createHash, timingSafeEqual } from "node:crypto";
import { readSecret } from "../secrets/read-secret.ts";
import { SecretError } from "../secrets/secret-error.ts";
import type { SentinelState } from "../../sentinel/state.ts";
import { HttpError } from "./http-error.ts";

const OFF_HINT =
  "put a secret into a file, add 'vedette http-token-file /path/to/it' to sentinel.conf and restart the sentinel";

/** Whether changes by HTTP are possible at all. */
export function hasToken({ settings: { extensions } }: SentinelState): boolean {
  return extensions["http-token-file"] !== "" || extensions["http-token-env"] !== "";
}

/**
 * Lets through whoever has the token. It is read with each request: changes are rare, and a new token
 * counts at once.
 * @throws {HttpError} 403 where no token is configured, 401 for a wrong one
 */
export function demandToken(state: SentinelState, authorization: string | undefined): void {
  if (!hasToken(state)) {
    throw new HttpError(403, "CHANGES_OFF", "changes by HTTP are off: no token is set", OFF_HINT);
  }
  const expected = readToken(state);
  const [, given = ""] = /^Bearer ([\x21-\x7e]+)$/i.exec(authorization ?? "") ?? [];
  if (given === "" || !isSame(given, expected)) {
    throw new HttpError(
      401,
      "UNAUTHORIZED",
      "a valid token is needed: authorization: Bearer TOKEN",
    );
  }
}

function readToken({ settings: { extensions } }: SentinelState): string {
  const path = extensions["http-token-file"];
  const name = extensions["http-token-env"];
  try {
    const source =
      path === "" ? ({ kind: "environment", name } as const) : ({ kind: "file", path } as const);
    return readSecret("http-token", source).secret;
  } catch (cause) {
    if (!(cause instanceof SecretError)) throw cause;
    throw new HttpError(
      403,
      "CHANGES_OFF",
      "changes by HTTP are off: the token cannot be read",
      OFF_HINT,
    );
  }
}

/** In a time that tells nothing: digests of equal length are compared. */
function isSame(a: string, b: string): boolean {
  return timingSafeEqual(digest(a), digest(b));
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text, "latin1").digest();
}
