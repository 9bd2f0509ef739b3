import { array, bulk, error, type Reply } from "../../resp/reply.ts";
import { parseIntegerUpTo } from "../../wire/integers.ts";
import { HISTORY_ENTRIES_MAX, newestEntries } from "../receipts/history.ts";
import type { HistoryEntry } from "../receipts/receipt.ts";
import { planOf } from "../selection/plan.ts";
import type { Turn } from "../turn.ts";
import { NO_SUCH_MASTER } from "./errors.ts";
import { findNamed } from "./queries.ts";

/** SENTINEL HISTORY and PLAN: JSON texts, as docs/history.md has them. */

const USUAL_COUNT = 20;
const SYNTAX = error("ERR syntax error, use SENTINEL HISTORY [<master>|<id>] [COUNT <n>]");
const NOTHING = error("ERR No such master or history entry");

/** The newest first. A master that was removed still has its history, and a name is never an id. */
export function history({ state }: Turn, args: readonly string[]): Reply {
  const words = [...args];
  const count = takeCount(words);
  if (count === undefined || words.length > 1) return SYNTAX;
  const [about] = words;
  const all = newestEntries(state.history, { count: HISTORY_ENTRIES_MAX });
  if (about === undefined) return texts(all.slice(0, count));
  const found = all.filter((entry) => entry.id === about || entry.master === about);
  if (found.length === 0 && findNamed(state, about) === undefined) return NOTHING;
  return texts(found.slice(0, count));
}

/** Takes `COUNT n` from the end. @returns undefined when it is no number */
function takeCount(words: string[]): number | undefined {
  if (words.at(-2)?.toLowerCase() !== "count") return USUAL_COUNT;
  const [, text = ""] = words.splice(-2);
  const count = parseIntegerUpTo(HISTORY_ENTRIES_MAX, text);
  return count === undefined || count < 1 ? undefined : count;
}

function texts(entries: readonly HistoryEntry[]): Reply {
  return array(entries.map((entry) => bulk(JSON.stringify(entry))));
}

/** What a failover would do now. */
export function plan({ state, now }: Turn, name: string): Reply {
  const master = findNamed(state, name);
  return master === undefined ? NO_SUCH_MASTER : bulk(JSON.stringify(planOf(state, master, now)));
}
