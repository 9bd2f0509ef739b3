/** What the system calls the reasons a socket cannot be opened for. */
const REASONS: Readonly<Record<string, string>> = {
  EACCES: "Permission denied",
  EADDRINUSE: "Address already in use",
  EADDRNOTAVAIL: "Cannot assign requested address",
  EAFNOSUPPORT: "Address family not supported by protocol",
  EINVAL: "Invalid argument",
  EISDIR: "Is a directory",
  ENOENT: "No such file or directory",
  ENOTDIR: "Not a directory",
  EAI_AGAIN: "Temporary failure in name resolution",
  ENOTFOUND: "Name or service not known",
  EROFS: "Read-only file system",
};

/**
 * The listener cannot be opened. `message` is the line to end with; `warning` says which address and
 * why, as Redis logs it before.
 */
export class ListenError extends Error {
  override readonly name = "ListenError";
  /** The system's word, such as EADDRINUSE. */
  readonly code: string;
  readonly warning: string;

  constructor(options: {
    readonly message: string;
    /** What was tried; the reason is put behind it. */
    readonly attempt: string;
    readonly cause: unknown;
  }) {
    super(options.message, { cause: options.cause });
    this.code = codeOf(options.cause);
    const reason = REASONS[this.code] ?? String(options.cause);
    this.warning = `${options.attempt}: ${reason}`;
  }
}

/** The system's word for what went wrong, or an empty text. */
export function codeOf(error: unknown): string {
  if (typeof error !== "object" || error === null || !("code" in error)) return "";
  return typeof error.code === "string" ? error.code : "";
}
