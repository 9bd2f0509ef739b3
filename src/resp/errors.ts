/**
 * The other side does not speak RESP, or asks for more than a limit allows. What arrived behind the
 * fault has no meaning any more: answer with `errorText` and close.
 */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";
  readonly #reason: string;

  /** @param reason as it stands behind `Protocol error: `, e.g. `too big inline request` */
  constructor(reason: string, options?: ErrorOptions) {
    super(`Protocol error: ${reason}`, options);
    this.#reason = reason;
  }

  /** The error reply without its leading `-` and its line end (server spec §1.1). */
  get errorText(): string {
    return `ERR Protocol error: ${this.#reason.replace(/[\r\n]/g, " ")}`;
  }
}
