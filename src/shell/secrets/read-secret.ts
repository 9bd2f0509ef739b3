import { readFileSync, statSync } from "node:fs";
import type { SecretSource } from "../../wire/conf/secret-source.ts";
import { reasonOf } from "../system-reason.ts";
import { SecretError } from "./secret-error.ts";

/** A password is some hundred bytes at most; what is longer is another file. */
const LONGEST_BYTES = 64 * 1024;
const OF_OTHERS = 0o007;

export interface ReadSecret {
  /** Bytes as a latin1 string, without the line break at the end. */
  readonly secret: string;
  readonly warning: string | undefined;
}

/** @param what for messages: `requirepass` @throws {SecretError} */
export function readSecret(what: string, source: SecretSource): ReadSecret {
  if (source.kind === "file") return readSecretFile(what, source.path);
  const text = process.env[source.name];
  if (text === undefined || text === "") {
    throw new SecretError(`${what}: the environment has no ${source.name}`);
  }
  return { secret: Buffer.from(text).toString("latin1"), warning: undefined };
}

function readSecretFile(what: string, path: string): ReadSecret {
  try {
    const { mode, size } = statSync(path);
    if (size > LONGEST_BYTES) throw new SecretError(`${what}: ${path}: too long for a secret`);
    const secret = readFileSync(path, "latin1").replace(/\r?\n$/, "");
    if (secret === "") throw new SecretError(`${what}: ${path}: it is empty`);
    const isOpen = (mode & OF_OTHERS) !== 0;
    return { secret, warning: isOpen ? `${what}: ${path} can be read by everybody` : undefined };
  } catch (cause) {
    if (cause instanceof SecretError) throw cause;
    throw new SecretError(`${what}: ${path}: ${reasonOf(cause)}`, { cause });
  }
}
