import type { HistoryEntry } from "./receipt.ts";

/** The history as it stands in a file: one JSON object a line, appended and never changed. */

export function historyLine(entry: HistoryEntry): string {
  return `${JSON.stringify(entry)}\n`;
}

export interface HistoryRead {
  /** Oldest first; of entries that were written again, what they became last. */
  readonly entries: readonly HistoryEntry[];
  /** Lines that are none: torn by a crash, or of a version that knows better. */
  readonly damaged: number;
}

/**
 * Reads a file; takes any text.
 * @param entriesMax the newest are read, and of the lines before them none
 */
export function readHistory(
  text: string,
  entriesMax: number = Number.POSITIVE_INFINITY,
): HistoryRead {
  // From the end: of an entry the line that stands last holds, in the place of the first.
  const newestFirst = new Map<string, HistoryEntry>();
  let damaged = 0;
  for (let end = text.length; end > 0 && newestFirst.size < entriesMax;) {
    const begin = text.lastIndexOf("\n", end - 1) + 1;
    const line = text.slice(begin, end);
    end = begin - 1;
    if (line === "") continue;
    const entry = readLine(line);
    if (entry === undefined) {
      damaged++;
      continue;
    }
    const key = `${entry.id} ${entry.sentinel}`;
    const latest = newestFirst.get(key) ?? entry;
    newestFirst.delete(key);
    newestFirst.set(key, latest);
  }
  return { entries: [...newestFirst.values()].reverse(), damaged };
}

function readLine(line: string): HistoryEntry | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  return isEntry(value) ? value : undefined;
}

type Fields = Readonly<Record<string, unknown>>;

function isEntry(value: unknown): value is HistoryEntry {
  if (!isObject(value) || !isBase(value)) return false;
  if (value["kind"] === "audit") return isAudit(value);
  return value["kind"] === "failover" && isReceipt(value);
}

function isBase(value: Fields): boolean {
  return isText(value["id"]) && isNumber(value["at"]) && isText(value["sentinel"]);
}

function isAudit({ by, command, answer }: Fields): boolean {
  return isRequester(by) && isText(command) && isText(answer);
}

function isRequester(value: unknown): boolean {
  return isObject(value) && isText(value["user"]) && isText(value["address"]);
}

/** What is shown of a receipt is looked at here, so that nobody has to afterwards. */
function isReceipt(value: Fields): boolean {
  const { outcome, phases, candidates, notes, from: left, to } = value;
  return (
    ["view", "master", "cause", "reason"].every((name) => isText(value[name])) &&
    ["epoch", "totalMs"].every((name) => isNumber(value[name])) &&
    isObject(outcome) &&
    isText(outcome["result"]) &&
    isAddress(left) &&
    isAbsentOr(to, isAddress) &&
    isAbsentOr(value["requestedBy"], isRequester) &&
    isListOf(phases, (phase) => isText(phase["phase"]) && isNumber(phase["ms"])) &&
    isListOf(candidates, isCandidate) &&
    isAbsentOr(value["votes"], isVotes) &&
    isAbsentOr(value["oldMaster"], (it) => isObject(it) && isNumber(it["silentMs"])) &&
    isAbsentOr(value["atRisk"], isAtRisk) &&
    isAbsentOr(value["fork"], isFork) &&
    isAbsentOr(value["returned"], isReturned) &&
    Array.isArray(notes) &&
    notes.every(isText)
  );
}

function isCandidate(value: Fields): boolean {
  return (
    isAddress(value["address"]) &&
    isText(value["verdict"]) &&
    isText(value["reason"]) &&
    isNumber(value["priority"]) &&
    isNumber(value["offset"])
  );
}

function isVotes(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { from: voters } = value;
  return (
    Array.isArray(voters) &&
    ["received", "needed", "voters", "quorum"].every((name) => isNumber(value[name]))
  );
}

function isAtRisk(value: unknown): boolean {
  return isObject(value) && isNumber(value["bytesAtLeast"]) && isText(value["basis"]);
}

function isFork(value: unknown): boolean {
  return isObject(value) && isText(value["replid"]) && isNumber(value["offset"]);
}

function isReturned(value: unknown): boolean {
  return isObject(value) && isNumber(value["at"]) && isText(value["reason"]);
}

function isAddress(value: unknown): boolean {
  return isObject(value) && isText(value["host"]) && isNumber(value["port"]);
}

function isListOf(value: unknown, isItem: (item: Fields) => boolean): boolean {
  return Array.isArray(value) && value.every((item: unknown) => isObject(item) && isItem(item));
}

function isAbsentOr(value: unknown, is: (value: unknown) => boolean): boolean {
  return value === undefined || is(value);
}

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isNumber(value: unknown): value is number {
  return typeof value === "number";
}
