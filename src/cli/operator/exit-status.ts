/**
 * What the commands end with, one meaning for each number in all of them; scripts rely on it
 * (docs/cli.md). `check` counts its findings the same way.
 */
export const EXIT = {
  /** All is well, or done as asked. */
  well: 0,
  /** It works, but something is not as it should be. */
  degraded: 1,
  /** It does not work, or was refused. */
  failed: 2,
  /** No sentinel answered: address, password, certificate. */
  noAnswer: 3,
  /** Nothing was done, for nobody confirmed it. */
  notConfirmed: 4,
  /** The command line makes no sense. */
  usage: 64,
} as const;

export type ExitStatus = (typeof EXIT)[keyof typeof EXIT];

/** Ends a command with one line for the person, and a status for the script. */
export class OperatorError extends Error {
  override readonly name = "OperatorError";
  readonly status: ExitStatus;

  constructor(message: string, status: ExitStatus, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}

export function usageError(message: string): OperatorError {
  return new OperatorError(message, EXIT.usage);
}

export function worstOf(statuses: readonly ExitStatus[]): ExitStatus {
  return statuses.reduce((worst, status) => (status > worst ? status : worst), EXIT.well);
}
