/** A set could not be started, or what a test waited for did not happen; the message says what was seen. */
export class ClusterError extends Error {
  override readonly name = "ClusterError";
}
