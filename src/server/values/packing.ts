/** Up to which size a container is told as compact: the `*-max-listpack-*` settings. */
export interface PackedLimits {
  readonly entries: number;
  /** Of the longest field, value or member. */
  readonly bytes: number;
}

/**
 * What OBJECT ENCODING says of a hash or sorted set. Redis converts a compact container that grows
 * beyond a limit, and never back; here only the name changes.
 */
export class Packing {
  #packed = true;
  /** The longest element there ever was. */
  #longest = 0;

  get isPacked(): boolean {
    return this.#packed;
  }

  note(bytes: number): void {
    if (bytes > this.#longest) this.#longest = bytes;
  }

  /** @param size entries now; to be called after each change that may have added some */
  check(size: number, limits: PackedLimits): void {
    if (size > limits.entries || this.#longest > limits.bytes) this.#packed = false;
  }

  copy(): Packing {
    const copied = new Packing();
    copied.#packed = this.#packed;
    copied.#longest = this.#longest;
    return copied;
  }
}
