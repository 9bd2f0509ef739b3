import { parsePlaceText } from "../place-text.ts";
import { askSentinel } from "../core-client.ts";
import { HttpError } from "../http-error.ts";
import { binaryText } from "../reply-value.ts";
import type { Route, RouteRequest, Schema } from "../route.ts";
import { FLAG, NAME, object, PLACE, TEXT } from "../schemas.ts";
import type { HttpSource } from "../source.ts";
import { masterNamed } from "./masters.ts";

const SECONDS: Schema = { type: ["integer", "null"], minimum: 1 };
const REASON: Schema = { type: ["string", "null"], maxLength: 200 };

/** A switchover may take as long as it was given; the answer follows its end or its beginning. */
const ORDER_WITHIN_MS = 30_000;
const LONGEST_MS = 2_147_483_647;

const MS: Schema = { type: ["integer", "null"], minimum: 1, maximum: LONGEST_MS };

/** What an operator can order. Each is a command of the sentinel, in its words. */
export function changeRoutes(source: HttpSource): readonly Route[] {
  const change = (
    action: string,
    about: { readonly summary: string; readonly body: Readonly<Record<string, Schema>> },
    words: (request: RouteRequest, name: string) => readonly [string, ...string[]],
  ): Route => ({
    method: "POST",
    url: `/api/v1/masters/:name/${action}`,
    tag: "changes",
    isChange: true,
    params: { name: NAME },
    ...about,
    answers: {
      200: { description: "The order is taken", schema: object({ ok: FLAG, message: TEXT }) },
    },
    handle: async (request) => {
      const { name } = masterNamed(source, request.param("name"));
      const order = words(request, name);
      source.log.line("notice", `HTTP: ${order.slice(1).join(" ")}`, {
        addr: request.fastify.ip,
      });
      const told = await askSentinel(source, order, {
        withinMs: ORDER_WITHIN_MS,
        from: { user: "http", address: request.fastify.ip },
      });
      return { ok: true, message: typeof told === "string" ? told : JSON.stringify(told) };
    },
  });
  return [
    change(
      "failover",
      {
        summary: "Fail over now, whether the master is down or not",
        body: { force: { type: ["boolean", "null"] } },
      },
      (request, name) => [
        "SENTINEL",
        "FAILOVER",
        name,
        ...(request.body("force") === true ? ["FORCE"] : []),
      ],
    ),
    change(
      "switchover",
      {
        summary: "Hand over to a replica without losing a write",
        body: { to: { ...PLACE, type: ["string", "null"] }, timeoutMs: MS },
      },
      (request, name) => {
        const timeoutMs = request.body("timeoutMs");
        return [
          "SENTINEL",
          "FAILOVER",
          name,
          "COORDINATED",
          ...targetWords(request.body("to")),
          ...(timeoutMs === undefined ? [] : ["TIMEOUT", JSON.stringify(timeoutMs)]),
        ];
      },
    ),
    change(
      "pause",
      {
        summary: "No automatic failover of this master for a while",
        body: { forSeconds: SECONDS, reason: REASON },
      },
      (request, name) => {
        const forSeconds = request.body("forSeconds");
        return [
          "SENTINEL",
          "PAUSE",
          name,
          ...(forSeconds === undefined ? [] : ["SECONDS", JSON.stringify(forSeconds)]),
          ...reasonWords(request),
        ];
      },
    ),
    change("resume", { summary: "End the pause", body: { reason: REASON } }, (request, name) => [
      "SENTINEL",
      "RESUME",
      name,
      ...reasonWords(request),
    ]),
    change(
      "reset",
      {
        summary: "Forget the replicas and sentinels of this master, and find them anew",
        body: { confirm: { type: ["string", "null"], description: "The master's name again" } },
      },
      (request, name) => {
        if (request.body("confirm") !== request.param("name")) {
          const message =
            "this sentinel is blind until it has found all again: body/confirm must be the master's name";
          throw new HttpError(400, "NOT_CONFIRMED", message);
        }
        return ["SENTINEL", "RESET", exactPattern(name)];
      },
    ),
  ];
}

function reasonWords(request: RouteRequest): readonly string[] {
  const reason = request.body("reason");
  return typeof reason === "string" && reason !== "" ? ["REASON", binaryText(reason)] : [];
}

function targetWords(to: unknown): readonly string[] {
  if (typeof to !== "string") return [];
  const place = parsePlaceText(to);
  if (place === undefined) {
    throw new HttpError(400, "INVALID", `body/to must be host:port, not ${formatShown(to)}`);
  }
  return ["TO", place.host, String(place.port)];
}

function formatShown(text: string): string {
  return JSON.stringify(text.slice(0, 60));
}

/** RESET takes a pattern: the name alone must match. */
function exactPattern(name: string): string {
  return name.replaceAll(/[\\*?[\]^]/g, (sign) => `\\${sign}`);
}
