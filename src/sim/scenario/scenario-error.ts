/** A scenario that cannot be played: which line, and what was expected there. */
export class ScenarioError extends Error {
  override readonly name = "ScenarioError";
  /** Counted from 1. */
  readonly line: number;

  constructor(line: number, expected: string) {
    super(`line ${line}: ${expected}`);
    this.line = line;
  }
}
