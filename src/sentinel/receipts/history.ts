import type { MasterName } from "../../base/ids.ts";
import type { SentinelState } from "../state.ts";
import type { Turn } from "../turn.ts";
import type { HistoryEntry, Receipt } from "./receipt.ts";

/** What is remembered of the past: the newest entries, oldest first; the file has more. */
export interface History {
  readonly entries: HistoryEntry[];
  /** Number of the last audit entry. */
  lastAudit: number;
}

/** As many are kept in memory. Each takes some kilobytes. */
export const HISTORY_ENTRIES_MAX = 256;

export function noHistory(): History {
  return { entries: [], lastAudit: 0 };
}

/** Keeps an entry, in memory and on disk. One that is there already is replaced by what it has become. */
export function record(turn: Turn, entry: HistoryEntry): void {
  keep(turn.state.history, entry);
  turn.effects.push({ kind: "record", entry });
}

function keep(history: History, entry: HistoryEntry): void {
  const { entries } = history;
  const at = entries.findLastIndex((each) => isSame(each, entry));
  if (at === -1) entries.push(entry);
  else entries[at] = entry;
  if (entries.length > HISTORY_ENTRIES_MAX) entries.shift();
  if (entry.kind === "audit") history.lastAudit = Math.max(history.lastAudit, numberOf(entry.id));
}

function isSame(a: HistoryEntry, b: HistoryEntry): boolean {
  return a.id === b.id && a.sentinel === b.sentinel;
}

function numberOf(auditId: string): number {
  const number = Number(auditId.slice(auditId.lastIndexOf(",") + 1));
  return Number.isSafeInteger(number) ? number : 0;
}

/**
 * What was kept by an earlier life of this sentinel. A failover that it did not see the end of came
 * about when the configuration says so, and else nobody here knows.
 */
export function takeHistory(
  turn: Turn,
  entries: readonly HistoryEntry[],
  auditsAbove: number | undefined,
): void {
  const { history } = turn.state;
  history.lastAudit = Math.max(history.lastAudit, auditsAbove ?? 0);
  const since = history.entries.splice(0);
  for (const entry of [...entries, ...since]) keep(history, entry);
  for (const entry of entries) {
    if (entry.kind !== "failover" || entry.outcome.result !== "running") continue;
    if (since.some((newer) => isSame(newer, entry))) continue;
    record(turn, {
      ...entry,
      outcome: outcomeOf(turn.state, entry),
      notes: [...entry.notes, RESTARTED],
    });
  }
}

const RESTARTED = "this sentinel was restarted before it was over";

function outcomeOf({ masters, myId }: SentinelState, receipt: Receipt): Receipt["outcome"] {
  const configEpoch = masters.get(receipt.master)?.configEpoch;
  const isInForce = configEpoch === receipt.epoch && receipt.sentinel === myId;
  return isInForce ? { result: "completed" } : { result: "interrupted", reason: RESTARTED };
}

/** The newest first. @param master of all masters when undefined */
export function newestEntries(
  { entries }: History,
  which: { readonly master?: MasterName | undefined; readonly count: number },
): HistoryEntry[] {
  const found: HistoryEntry[] = [];
  for (let at = entries.length - 1; at >= 0 && found.length < which.count; at--) {
    const entry = entries[at];
    if (entry === undefined) continue;
    if (which.master === undefined || entry.master === which.master) found.push(entry);
  }
  return found;
}

/** The failover that made the present configuration, as far as this sentinel kept it. */
export function findReceipt(
  { entries }: History,
  matches: (receipt: Receipt) => boolean,
): Receipt | undefined {
  for (let at = entries.length - 1; at >= 0; at--) {
    const entry = entries[at];
    if (entry?.kind === "failover" && matches(entry)) return entry;
  }
  return undefined;
}
