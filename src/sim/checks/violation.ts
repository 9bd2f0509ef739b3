/** An invariant does not hold. The run stops here: the journal's end is the story. */
export class Violation extends Error {
  override readonly name = "Violation";
  readonly invariant: string;
  /** The numbers that contradict it. */
  readonly detail: string;

  constructor(invariant: string, detail: string) {
    super(`${invariant}: ${detail}`);
    this.invariant = invariant;
    this.detail = detail;
  }
}

/** @throws {Violation} when `holds` is false */
export function mustHold(holds: boolean, invariant: string, detail: () => string): asserts holds {
  if (!holds) throw new Violation(invariant, detail());
}
