/** A rehearsal that makes no sense: what, and what was expected. */
export class RehearsalError extends Error {
  override readonly name = "RehearsalError";
}
