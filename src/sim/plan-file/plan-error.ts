/** A plan that makes no sense: where, and what was expected there. */
export class PlanError extends Error {
  override readonly name = "PlanError";

  /** @param place like `faults[3].with.node` */
  constructor(place: string, expected: string) {
    super(`${place}: ${expected}`);
  }
}
