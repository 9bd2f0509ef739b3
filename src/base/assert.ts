/** An invariant of ours does not hold: the process must not go on (style §6). */
export class InvariantError extends Error {
  override readonly name = "InvariantError";
}

/** @throws {InvariantError} when `condition` is false; stays on in production */
export function assert(condition: boolean, invariant: string): asserts condition {
  if (!condition) throw new InvariantError(invariant);
}

/** Ends an exhaustive switch: a new case does not compile until it has a branch. */
export function unreachable(value: never): never {
  throw new InvariantError(`impossible value ${JSON.stringify(value)}`);
}
