import type { Output } from "../../resp/buffered-writer.ts";

/**
 * A connection that has become a replica's: it gets bytes instead of replies. Its requests still
 * come to the daemon; replies to them are dropped.
 */
export interface ReplicaStream {
  /** Sends bytes in order; Buffers are kept by reference until the kernel has them. */
  write(output: Output): void;
  /** Bytes written here that the kernel has not taken yet. */
  readonly unsentBytes: number;
  /** Called when the kernel has taken everything, after it could not for a while. */
  onDrain: (() => void) | undefined;
  /** Closes the connection when it lags too far behind; to be called when more is held for it. */
  checkLimits(): void;
  /** Bytes the daemon holds elsewhere for this replica: they count for the output limits. */
  heldBytes: (() => number) | undefined;
}
