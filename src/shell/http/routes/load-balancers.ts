import { HttpError } from "../http-error.ts";
import { askHealth, HEALTH_KINDS, type HealthKind, parseLag } from "../load-balancer.ts";
import { parsePlaceText } from "../place-text.ts";
import type { Route, RouteRequest } from "../route.ts";
import { COUNT, FLAG, list, NAME, object, orNull, PLACE, TEXT } from "../schemas.ts";
import type { HttpSource } from "../source.ts";

const MEANINGS: Readonly<Record<HealthKind, string>> = {
  master: "Is there a master that the majority and the server itself confirm; is it this address?",
  replica: "Is there a replica to read from; is this address one?",
  "read-only": "As replica, and the master too",
  quorum: "Does a majority of sentinels stand behind what this one says?",
  "failover-ready": "Could a failover be agreed on now, and is there a replica to promote?",
};

const ANSWER = object({
  ok: FLAG,
  name: TEXT,
  kind: TEXT,
  address: orNull(TEXT),
  role: orNull(TEXT),
  reason: orNull(TEXT),
  lagBytes: orNull(COUNT),
  configEpoch: COUNT,
  sentinels: object({ behind: COUNT, needed: COUNT, total: COUNT }),
  replicas: list(
    object({
      address: TEXT,
      ok: FLAG,
      reason: orNull(TEXT),
      lagBytes: orNull(COUNT),
      inDowntime: FLAG,
    }),
  ),
});

/** `/master/NAME`, `/master/NAME/HOST:PORT` and the like: 200 or 503. */
export function loadBalancerRoutes(source: HttpSource): readonly Route[] {
  return HEALTH_KINDS.flatMap((kind) => [
    healthRoute(source, kind, { url: `/${kind}/:name`, params: { name: NAME } }),
    healthRoute(source, kind, {
      url: `/${kind}/:name/:address`,
      params: { name: NAME, address: PLACE },
    }),
  ]);
}

function healthRoute(
  source: HttpSource,
  kind: HealthKind,
  where: Pick<Route, "url"> & { readonly params: NonNullable<Route["params"]> },
): Route {
  const takesLag = kind === "replica" || kind === "read-only";
  return {
    method: "GET",
    ...where,
    tag: "load balancers",
    summary: MEANINGS[kind],
    ...(takesLag
      ? { query: { lag: { type: "string", maxLength: 20, description: "10MB, 64kB, 1000" } } }
      : {}),
    answers: {
      200: { description: "Yes", schema: ANSWER },
      503: { description: "No", schema: ANSWER },
    },
    handle: async (request) => {
      const answer = await askHealth(source, {
        kind,
        name: request.param("name"),
        address: addressOf(request),
        lagBytesMax: lagOf(request),
      });
      request.reply.code(answer.ok ? 200 : 503);
      return answer;
    },
  };
}

function addressOf(request: RouteRequest) {
  const text = request.param("address");
  if (text === "") return undefined;
  const place = parsePlaceText(text);
  if (place === undefined) {
    throw new HttpError(400, "INVALID", "the address must be HOST:PORT, IPv6 in brackets");
  }
  return place;
}

function lagOf(request: RouteRequest): number | undefined {
  const text = request.query("lag");
  if (text === undefined) return undefined;
  const bytes = parseLag(text);
  if (bytes === undefined) {
    throw new HttpError(
      400,
      "INVALID",
      "querystring/lag must be a number of bytes, kB, MB, GB or TB: 10MB",
    );
  }
  return bytes;
}
