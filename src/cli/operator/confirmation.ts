import { createInterface } from "node:readline/promises";
import { EXIT, OperatorError } from "./exit-status.ts";
import { printable } from "./printed.ts";

/**
 * Asks the person before something is changed.
 * @param consequence what will happen, a line each; names in it may come from servers
 * @throws OperatorError when the answer is no, or nobody is there who could answer
 */
export async function confirmed(
  consequence: readonly string[],
  { yes }: { readonly yes: boolean },
): Promise<void> {
  if (yes) return;
  const { stdin, stderr } = process;
  const text = consequence.map(printable).join("\n");
  if (!stdin.isTTY) {
    throw new OperatorError(
      `${text}\nnothing was done: nobody is there to confirm it; --yes does it without asking`,
      EXIT.notConfirmed,
    );
  }
  stderr.write(`${text}\n`);
  const lines = createInterface({ input: stdin, output: stderr });
  try {
    const answer = await lines.question("Go on? [y/N] ");
    if (/^y(?:es)?$/i.test(answer.trim())) return;
  } finally {
    lines.close();
  }
  throw new OperatorError("nothing was done", EXIT.notConfirmed);
}
