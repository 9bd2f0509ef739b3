import { HISTORY_ENTRIES_MAX } from "../../sentinel/receipts/history.ts";
import type { HistoryEntry, Receipt } from "../../sentinel/receipts/receipt.ts";
import { readHistory } from "../../sentinel/receipts/history-text.ts";
import { type Conversation, isRefusal } from "../operator/conversation.ts";
import { EXIT, OperatorError } from "../operator/exit-status.ts";

/**
 * What all vedettes of the set remember, oldest first. Of one failover the account of the sentinel that
 * led it is taken: the others only saw its result.
 * @throws OperatorError when there is no vedette
 */
export async function historyOf(
  set: { readonly conversations: readonly Pick<Conversation, "askAll">[] },
  master: string | undefined,
): Promise<HistoryEntry[]> {
  const about = master === undefined ? [] : [master];
  // All of it: what is not wanted is among the newest too.
  const question = ["SENTINEL", "HISTORY", ...about, "COUNT", String(HISTORY_ENTRIES_MAX)];
  const answers = await Promise.all(set.conversations.map((each) => each.askAll([question])));
  const told = answers.flat();
  const refusals = told.filter(isRefusal);
  if (refusals.length === told.length) {
    const refusal = refusals.find(({ message }) => !/unknown|no such sub/i.test(message));
    throw new OperatorError(
      refusal?.message ?? "none of the sentinels keeps a history: only vedettes do",
      EXIT.failed,
    );
  }
  return mergedEntries(told.flatMap((answer) => entriesIn(answer)));
}

/** An array of JSON texts, or one text of lines. */
export function entriesIn(answer: unknown): HistoryEntry[] {
  const texts = Array.isArray(answer) ? answer : [answer];
  const lines = texts.filter((each) => typeof each === "string").join("\n");
  return [...readHistory(lines).entries];
}

export function mergedEntries(entries: readonly HistoryEntry[]): HistoryEntry[] {
  const byId = new Map<string, HistoryEntry>();
  for (const entry of entries) {
    // An order is told to one sentinel; a failover has one id everywhere.
    const key = entry.kind === "audit" ? `${entry.id} ${entry.sentinel}` : entry.id;
    const held = byId.get(key);
    if (held === undefined || rank(entry) > rank(held)) byId.set(key, entry);
  }
  return [...byId.values()].sort((a, b) => a.at - b.at);
}

function rank(entry: HistoryEntry): number {
  return entry.kind === "failover" && entry.view === "leader" ? 1 : 0;
}

export function receiptsIn(entries: readonly HistoryEntry[]): Receipt[] {
  return entries.filter((entry) => entry.kind === "failover");
}
