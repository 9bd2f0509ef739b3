/** A secret that is kept elsewhere cannot be had. The message names the place, never the secret. */
export class SecretError extends Error {
  override readonly name = "SecretError";
}
