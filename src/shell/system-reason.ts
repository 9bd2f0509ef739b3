import { getSystemErrorMap } from "node:util";

/** Where libc's words, which Redis prints and people know, differ from libuv's. */
const LIBC_WORDS: Readonly<Record<string, string>> = {
  EIO: "Input/output error",
  EISDIR: "Is a directory",
  EPERM: "Operation not permitted",
  EEXIST: "File exists",
  EADDRNOTAVAIL: "Cannot assign requested address",
  EBUSY: "Device or resource busy",
};

/** Why the system refused, as `strerror` says it: `No such file or directory`. */
export function reasonOf(cause: unknown): string {
  const code = codeOf(cause);
  const known = code === undefined ? undefined : (LIBC_WORDS[code] ?? descriptionOf(code));
  if (known !== undefined) return known.charAt(0).toUpperCase() + known.slice(1);
  return cause instanceof Error ? cause.message : String(cause);
}

/** The system's name for the error, such as ENOENT. */
export function codeOf(cause: unknown): string | undefined {
  if (!(cause instanceof Error) || !("code" in cause)) return undefined;
  return typeof cause.code === "string" ? cause.code : undefined;
}

function descriptionOf(code: string): string | undefined {
  for (const [name, description] of getSystemErrorMap().values()) {
    if (name === code) return description;
  }
  return undefined;
}
