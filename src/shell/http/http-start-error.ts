/** The HTTP interface was asked for and cannot be had: the daemon does not start, as with its own port. */
export class HttpStartError extends Error {
  override readonly name = "HttpStartError";
}
