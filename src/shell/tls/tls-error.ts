/** TLS cannot be had with these settings and files. The message is one line: what, where and why. */
export class TlsError extends Error {
  override readonly name = "TlsError";
}

/** OpenSSL's own words for what failed, without its codes; the system's or ours otherwise. */
export function opensslReason(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const { message } = cause;
  if ("reason" in cause && typeof cause.reason === "string") return cause.reason;
  // error:0A00010B:SSL routines:ssl3_get_record:wrong version number:../deps/openssl/…:355:
  const words = /error:[0-9A-F]{8}:(?:[^:]*:){2}([^:\n]+)/.exec(message)?.[1];
  return words ?? message.split("\n", 1)[0] ?? message;
}
