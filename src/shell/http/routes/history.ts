import type { MasterName } from "../../../base/ids.ts";
import { HISTORY_ENTRIES_MAX, newestEntries } from "../../../sentinel/receipts/history.ts";
import type { HistoryEntry } from "../../../sentinel/receipts/receipt.ts";
import { historyJson } from "../history-json.ts";
import { HttpError } from "../http-error.ts";
import { binaryText, type JsonValue } from "../reply-value.ts";
import type { Route, RouteRequest } from "../route.ts";
import { COUNT, list, NAME, object, RECEIPT } from "../schemas.ts";
import type { HttpSource } from "../source.ts";

const USUAL_LIMIT = 50;
const SHOWN_WITH_MASTER = 10;
const QUERY = { master: NAME, limit: { ...COUNT, minimum: 1, maximum: HISTORY_ENTRIES_MAX } };

/** The receipts of failovers and switchovers, and what operators have ordered. */
export function historyRoutes(source: HttpSource): readonly Route[] {
  const found = (kind: HistoryEntry["kind"], request: RouteRequest) => {
    const master = request.query("master");
    return entries(source, kind, {
      master: master === undefined ? undefined : binaryText(master),
      count: request.queryNumber("limit") ?? USUAL_LIMIT,
    });
  };
  return [
    {
      method: "GET",
      url: "/api/v1/history",
      tag: "history",
      summary: "Receipts, the newest first",
      query: QUERY,
      answers: { 200: { description: "Receipts", schema: object({ receipts: list(RECEIPT) }) } },
      handle: (request) => ({ receipts: found("failover", request) }),
    },
    {
      method: "GET",
      url: "/api/v1/history/:id",
      tag: "history",
      summary: "One receipt",
      params: { id: { type: "string", minLength: 1, maxLength: 600 } },
      answers: { 200: { description: "The receipt", schema: RECEIPT } },
      handle: (request) => oneReceipt(source, request.param("id")),
    },
    {
      method: "GET",
      url: "/api/v1/audit",
      tag: "history",
      summary: "What operators have ordered, the newest first",
      query: QUERY,
      answers: { 200: { description: "Orders", schema: object({ entries: list(RECEIPT) }) } },
      handle: (request) => ({ entries: found("audit", request) }),
    },
  ];
}

function entries(
  { state }: HttpSource,
  kind: HistoryEntry["kind"],
  { master, count }: { readonly master: string | undefined; readonly count: number },
): readonly JsonValue[] {
  const all = newestEntries(state.history, {
    master: master as MasterName | undefined,
    count: HISTORY_ENTRIES_MAX,
  });
  return all
    .filter((entry) => entry.kind === kind)
    .slice(0, count)
    .map(historyJson);
}

function oneReceipt({ state }: HttpSource, id: string): JsonValue {
  const found = state.history.entries.findLast(
    (entry) => entry.kind === "failover" && entry.id === id,
  );
  if (found === undefined) throw new HttpError(404, "NOT_FOUND", "there is no receipt of that id");
  return historyJson(found);
}

/** For the page of a master. */
export function latestReceipts(source: HttpSource, master: string): readonly JsonValue[] {
  return entries(source, "failover", { master, count: SHOWN_WITH_MASTER });
}
