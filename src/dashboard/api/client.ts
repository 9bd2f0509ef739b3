import type { EventItem, EventPage, MasterDetails, MasterList, SentinelInfo } from "./types.ts";

/** The sentinel answered with an error of its own. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  readonly hint: string | undefined;

  constructor(status: number, message: string, hint: string | undefined) {
    super(message);
    this.status = status;
    this.hint = hint;
  }
}

const ANSWER_WITHIN_MS = 8_000;

export async function getSentinel(): Promise<SentinelInfo> {
  return get("/api/v1/sentinel");
}

/** @param changedSince the version of an earlier answer; undefined: all of them */
export async function getMasters(changedSince: number | undefined): Promise<MasterList> {
  return get(
    changedSince === undefined ? "/api/v1/masters" : `/api/v1/masters?changedSince=${changedSince}`,
  );
}

export async function getMaster(name: string): Promise<MasterDetails> {
  return get(`/api/v1/masters/${encodeURIComponent(name)}`);
}

/** The latest events of one master, oldest first. @param count at most 500 */
export async function getEvents(master: string, count: number): Promise<readonly EventItem[]> {
  const query = `master=${encodeURIComponent(master)}&limit=${count}&newest=true`;
  const { events } = await get<EventPage>(`/api/v1/events?${query}`);
  return events;
}

/** Orders a change. @returns the sentinel's answer */
export async function postChange(
  name: string,
  change: string,
  { token, body }: { readonly token: string; readonly body: object },
): Promise<string> {
  const answer = await answered(`/api/v1/masters/${encodeURIComponent(name)}/${change}`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify(body),
    // A switchover is answered when it is over.
    signal: AbortSignal.timeout(10 * ANSWER_WITHIN_MS),
  });
  const { message } = (await answer.json()) as { readonly message?: unknown };
  return typeof message === "string" ? message : "done";
}

async function get<Answer>(path: string): Promise<Answer> {
  const answer = await answered(path, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
  return (await answer.json()) as Answer;
}

async function answered(path: string, request: RequestInit): Promise<Response> {
  const answer = await fetch(path, { ...request, cache: "no-store", credentials: "omit" });
  if (answer.ok) return answer;
  throw await errorOf(answer);
}

async function errorOf(answer: Response): Promise<ApiError> {
  const plain = `the sentinel answered ${answer.status} ${answer.statusText}`.trim();
  try {
    const told = (await answer.json()) as { readonly message?: unknown; readonly hint?: unknown };
    const message = typeof told.message === "string" ? told.message : plain;
    return new ApiError(
      answer.status,
      message,
      typeof told.hint === "string" ? told.hint : undefined,
    );
  } catch {
    return new ApiError(answer.status, plain, undefined);
  }
}
