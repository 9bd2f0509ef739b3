/**
 * An RDB that cannot be loaded. `corrupt`: not what a server writes, another transfer may help.
 * `unsupported`: a version, type, module or function we cannot hold; the same dump fails again.
 */
export class RdbError extends Error {
  override readonly name = "RdbError";
  readonly kind: "corrupt" | "unsupported";
  /** Bytes of the RDB read before the fault was seen. */
  readonly offset: number;

  constructor(kind: "corrupt" | "unsupported", fault: string, offset: number) {
    super(`${fault}, at byte ${offset} of the RDB`);
    this.kind = kind;
    this.offset = offset;
  }
}
