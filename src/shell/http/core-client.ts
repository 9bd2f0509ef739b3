import type { Reply } from "../../resp/reply.ts";
import { HttpError, refusedByCore } from "./http-error.ts";
import { type JsonValue, replyValue } from "./reply-value.ts";
import type { Requester } from "../../sentinel/receipts/receipt.ts";
import type { HttpSource } from "./source.ts";

/** The core answers at once or after a save; what takes longer than this has been lost. */
const ANSWER_WITHIN_MS = 5000;

/**
 * Asks the sentinel as any client of its port does, so that HTTP has no second way to do anything.
 * @param options.withinMs for orders that take their time by themselves
 * @param options.from who orders it
 * @throws {HttpError} with the words of an error reply
 */
export async function askSentinel(
  { ask }: Pick<HttpSource, "ask">,
  words: readonly [string, ...string[]],
  {
    withinMs = ANSWER_WITHIN_MS,
    from,
  }: { readonly withinMs?: number; readonly from?: Requester } = {},
): Promise<JsonValue> {
  const reply = await new Promise<Reply>((resolve, reject) => {
    const late = setTimeout(() => {
      reject(new HttpError(503, "NO_ANSWER", "the sentinel did not answer in time"));
    }, withinMs);
    ask(words, from, (answer) => {
      clearTimeout(late);
      resolve(answer);
    });
  });
  if (reply.kind === "error") throw refusedByCore(reply.text);
  return replyValue(reply);
}
