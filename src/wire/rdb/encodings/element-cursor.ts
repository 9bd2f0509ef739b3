import { type Bytes, LONG_BYTES } from "../../../base/bytes.ts";

/**
 * Goes through the elements of a packed container. Everything about the container's form is
 * checked on the way, at the latest when `ended` becomes true.
 */
export interface ElementCursor {
  readonly ended: boolean;
  /**
   * The next element; numbers come as their decimal text. Only when not `ended`.
   * @throws {EncodingError} when the container is not what a server writes
   */
  next(): Bytes;
}

/** A packed container, or a value made of them, whose bytes contradict its format. */
export class EncodingError extends Error {
  override readonly name = "EncodingError";
}

/** Bytes of a container as a value of their own, which does not keep the container in memory. */
export function elementBytes(container: Buffer, start: number, end: number): Bytes {
  return end - start > LONG_BYTES
    ? Buffer.from(container.subarray(start, end))
    : container.toString("latin1", start, end);
}
