/** One thing wrong in a configuration; all of them are reported, not only the first. */
export interface ConfigMistake {
  /** Path of the file, or COMMAND_LINE. */
  readonly file: string;
  /** Counted from 1; lines of the command line go on where the file ends, as Redis counts them. */
  readonly line: number;
  /** The line without the blanks around it. */
  readonly text: string;
  /** What the line sets, in lower case: `port`, `sentinel monitor`. */
  readonly directive: string;
  /** Redis' own text wherever it has one. */
  readonly message: string;
  /** What should stand there, where the message does not say it. */
  readonly expected: string | undefined;
}

export const COMMAND_LINE = "command line";

/**
 * A mistake as Redis reports it on stderr before it exits with status 1 (sentinel spec §9.1), and
 * one more line that says where and what was expected.
 * @param redisVersion the version announced to clients
 */
export function formatMistake(
  mistake: ConfigMistake,
  { redisVersion }: { readonly redisVersion: string },
): string {
  const where = `${mistake.file}, line ${mistake.line}, ${mistake.directive}`;
  return [
    "",
    `*** FATAL CONFIG FILE ERROR (Redis ${redisVersion}) ***`,
    `Reading the configuration file, at line ${mistake.line}`,
    `>>> '${mistake.text}'`,
    mistake.message,
    mistake.expected === undefined ? `(${where})` : `(${where}: expected ${mistake.expected})`,
    "",
  ].join("\n");
}

/** By file in the order they were read, the command line last, and by line within each. */
export function inFileOrder(mistakes: readonly ConfigMistake[]): ConfigMistake[] {
  const files = [...new Set(mistakes.map(({ file }) => file))];
  const place = (file: string) => (file === COMMAND_LINE ? files.length : files.indexOf(file));
  return [...mistakes].sort((a, b) => place(a.file) - place(b.file) || a.line - b.line);
}
