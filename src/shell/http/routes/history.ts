import { askSentinel } from "../core-client.ts";
import { HttpError } from "../http-error.ts";
import { type JsonValue, wordOf } from "../reply-value.ts";
import type { Route } from "../route.ts";
import { COUNT, list, NAME, object, RECEIPT } from "../schemas.ts";
import type { HttpSource } from "../source.ts";

const USUAL_LIMIT = 50;
const SHOWN_WITH_MASTER = 10;

/** The receipts of failovers and switchovers, as SENTINEL HISTORY has them. */
export function historyRoutes(source: HttpSource): readonly Route[] {
  return [
    {
      method: "GET",
      url: "/api/v1/history",
      tag: "history",
      summary: "Receipts, the newest first",
      query: { master: NAME, limit: { ...COUNT, minimum: 1, maximum: 1000 } },
      answers: { 200: { description: "Receipts", schema: object({ receipts: list(RECEIPT) }) } },
      handle: async (request) => ({
        receipts: await receipts(source, {
          master: request.query("master"),
          limit: request.queryNumber("limit") ?? USUAL_LIMIT,
        }),
      }),
    },
    {
      method: "GET",
      url: "/api/v1/history/:id",
      tag: "history",
      summary: "One receipt",
      params: { id: { type: "string", minLength: 1, maxLength: 200 } },
      answers: { 200: { description: "The receipt", schema: RECEIPT } },
      handle: async (request) => oneReceipt(source, request.param("id")),
    },
  ];
}

async function receipts(
  source: HttpSource,
  { master, limit }: { readonly master: string | undefined; readonly limit: number },
): Promise<readonly JsonValue[]> {
  const about = master === undefined ? [] : [master];
  const told = await askSentinel(source, ["SENTINEL", "HISTORY", ...about]);
  return Array.isArray(told) ? (told as readonly JsonValue[]).slice(0, limit) : [];
}

async function oneReceipt(source: HttpSource, id: string): Promise<JsonValue> {
  const all = await receipts(source, { master: undefined, limit: Number.POSITIVE_INFINITY });
  const found = all.find((receipt) => hasId(receipt, id));
  if (found === undefined) throw new HttpError(404, "NOT_FOUND", "there is no receipt of that id");
  return found;
}

function hasId(receipt: JsonValue, id: string): boolean {
  return (
    typeof receipt === "object" &&
    receipt !== null &&
    "id" in receipt &&
    wordOf(receipt["id"]) === id
  );
}

/** For the page of a master; none where the sentinel keeps none. */
export async function latestReceipts(
  source: HttpSource,
  master: string,
): Promise<readonly JsonValue[]> {
  try {
    return await receipts(source, { master, limit: SHOWN_WITH_MASTER });
  } catch (cause) {
    if (cause instanceof HttpError) return [];
    throw cause;
  }
}
