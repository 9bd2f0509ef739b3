import { createInterface } from "node:readline/promises";
import { EXIT, OperatorError } from "./exit-status.ts";

/**
 * Asks the person before something is changed.
 * @param consequence what will happen, in a sentence or more
 * @throws OperatorError when the answer is no, or nobody is there who could answer
 */
export async function confirmed(
  consequence: string,
  { yes }: { readonly yes: boolean },
): Promise<void> {
  if (yes) return;
  const { stdin, stderr } = process;
  if (!stdin.isTTY) {
    throw new OperatorError(
      `${consequence}\nnothing was done: nobody is there to confirm it; --yes does it without asking`,
      EXIT.notConfirmed,
    );
  }
  stderr.write(`${consequence}\n`);
  const lines = createInterface({ input: stdin, output: stderr });
  try {
    const answer = await lines.question("Go on? [y/N] ");
    if (/^y(?:es)?$/i.test(answer.trim())) return;
  } finally {
    lines.close();
  }
  throw new OperatorError("nothing was done", EXIT.notConfirmed);
}
