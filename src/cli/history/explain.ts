import { EXIT, type ExitStatus, OperatorError } from "../operator/exit-status.ts";
import { jsonText, printable } from "../operator/printed.ts";
import { withSentinels } from "../operator/run-command.ts";
import type { ExplainOptions } from "./command.ts";
import { historyOf, receiptsIn } from "./receipts.ts";
import { storyOf } from "./story.ts";
import type { Receipt } from "../../sentinel/receipts/receipt.ts";

/** @returns the exit status: 0, or 2 when there is no such receipt */
export async function runExplain(options: ExplainOptions): Promise<ExitStatus> {
  return withSentinels("explain", options, async ({ set, console }) => {
    const receipts = receiptsIn(await historyOf(set, undefined));
    const receipt = chosenReceipt(receipts, options.id);
    if (options.json) console.out(jsonText(receipt));
    else for (const line of storyOf(receipt)) console.out(printable(line));
    return EXIT.well;
  });
}

/** @throws OperatorError for an id of none, or of several */
export function chosenReceipt(receipts: readonly Receipt[], id: string | undefined): Receipt {
  const exact = receipts.find((receipt) => receipt.id === id);
  const found = receipts.filter((receipt) => id === undefined || receipt.id.startsWith(id));
  const [first] = found;
  const chosen =
    exact ?? (id === undefined ? found.at(-1) : found.length === 1 ? first : undefined);
  if (chosen !== undefined) return chosen;
  const known = receipts.slice(-5).map((receipt) => receipt.id);
  const problem = found.length > 1 ? `${id} begins several receipts` : `no receipt ${id ?? ""}`;
  throw new OperatorError(`${problem}; the newest are: ${known.join(", ") || "none"}`, EXIT.failed);
}
