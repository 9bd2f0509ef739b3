import { binaryText } from "../reply-value.ts";
import type { EventIds } from "../event-json.ts";
import type { EventStreams } from "../event-streams.ts";
import { HttpError } from "../http-error.ts";
import type { Route } from "../route.ts";
import { COUNT, EVENT, FLAG, list, NAME, object, TEXT } from "../schemas.ts";

const LIMIT_MAX = 500;
const ID = { type: "string", maxLength: 60 } as const;

/** What has happened, and what happens. */
export function eventRoutes(ids: EventIds, streams: EventStreams): readonly Route[] {
  return [
    {
      method: "GET",
      url: "/api/v1/events",
      tag: "events",
      summary: "Events behind an id, oldest first",
      query: {
        since: ID,
        master: NAME,
        limit: { ...COUNT, minimum: 1, maximum: LIMIT_MAX },
        newest: FLAG,
      },
      answers: {
        200: {
          description: "Events",
          schema: object({ events: list(EVENT), last: TEXT, missed: FLAG }),
        },
      },
      handle: (request) => {
        const { events, missed } = ids.since(request.query("since") ?? ids.first);
        const master = request.query("master");
        const limit = request.queryNumber("limit") ?? LIMIT_MAX;
        const found = events.filter(
          ({ event }) => master === undefined || event.about.master === binaryText(master),
        );
        const isNewest = request.query("newest") === "true";
        const wanted = isNewest ? found.slice(-limit) : found.slice(0, limit);
        const last = isNewest || wanted.length < limit ? undefined : wanted.at(-1);
        return {
          events: wanted.map((fed) => ids.json(fed)),
          last: last === undefined ? ids.last : ids.textOf(last.id),
          missed,
        };
      },
    },
    {
      method: "GET",
      url: "/api/v1/events/stream",
      tag: "events",
      summary: "Server-sent events from now on, or behind an id",
      query: { since: ID, master: NAME },
      answers: { 200: { description: "A stream without end", type: "text/event-stream" } },
      handle: (request) => {
        if (request.fastify.method === "HEAD") {
          throw new HttpError(405, "INVALID", "a stream has no end: GET it");
        }
        const since = request.header("last-event-id") ?? request.query("since");
        const master = request.query("master");
        streams.open(request.reply, {
          since,
          master: master === undefined ? undefined : binaryText(master),
        });
        return request.reply;
      },
    },
  ];
}
