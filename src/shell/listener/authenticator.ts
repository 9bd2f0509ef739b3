import { createHash, timingSafeEqual } from "node:crypto";
import { type Bytes, bufferOf } from "../../base/bytes.ts";

export const DEFAULT_USER = "default";

/** Who may come in. ACL users are another implementation of it. */
export interface Authenticator {
  /** The default user has a password or is off: who has not authenticated may do nothing. */
  readonly isRequired: boolean;
  /** Whether the user exists, is enabled and has this password. Takes the same time either way. */
  verify(user: string, password: Bytes): boolean;
}

/** `requirepass`: one user, `default`, with one password or none. */
export class PasswordAuthenticator implements Authenticator {
  readonly #password: () => string;

  /** @param password read at each use; bytes as a latin1 string, empty for none */
  constructor(password: () => string) {
    this.#password = password;
  }

  get isRequired(): boolean {
    return this.#password() !== "";
  }

  verify(user: string, password: Bytes): boolean {
    const expected = this.#password();
    const matches = equalInConstantTime(password, expected) || expected === "";
    return user === DEFAULT_USER && matches;
  }
}

/** Neither where two values differ nor how long they are shows in the time this takes. */
function equalInConstantTime(a: Bytes, b: Bytes): boolean {
  return timingSafeEqual(sha256(a), sha256(b));
}

function sha256(bytes: Bytes): Buffer {
  return createHash("sha256").update(bufferOf(bytes)).digest();
}
