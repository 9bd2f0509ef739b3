import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import type { KeyPair } from "../tls/key-pair.ts";
import { EventIds } from "./event-json.ts";
import { EventStreams } from "./event-streams.ts";
import { demandJson, demandOwnSite, RateLimit, SECURITY_HEADERS } from "./guards.ts";
import { HttpError } from "./http-error.ts";
import { MasterVersions } from "./master-versions.ts";
import type { Metrics } from "./metrics/metrics.ts";
import { openApiDocument } from "./openapi.ts";
import { fastifySchema, type Route, RouteRequest } from "./route.ts";
import { changeRoutes } from "./routes/changes.ts";
import { checkRoutes } from "./routes/check.ts";
import { configurationRoutes } from "./routes/configuration.ts";
import { eventRoutes } from "./routes/events.ts";
import { healthRoutes } from "./routes/health.ts";
import { historyRoutes } from "./routes/history.ts";
import { loadBalancerRoutes } from "./routes/load-balancers.ts";
import { masterRoutes } from "./routes/masters.ts";
import { metricsRoutes } from "./routes/metrics.ts";
import { type HttpSource, tellAcceptFault } from "./source.ts";
import { readStaticFiles, type StaticFile } from "./static-files.ts";
import { demandToken } from "./token.ts";

const BODY_BYTES_MAX = 16 * 1024;
const HEADER_BYTES_MAX = 16 * 1024;
/** For a whole request to arrive. */
const REQUEST_WITHIN_MS = 10_000;
const KEEP_ALIVE_MS = 75_000;
const CONNECTIONS_MAX = 2000;

export interface AppOptions {
  readonly source: HttpSource;
  readonly metrics: Metrics;
  readonly tls: KeyPair | undefined;
  readonly isLoopback: boolean;
  /** Of the dashboard; nothing where it was not built. */
  readonly dashboardFolder: URL;
}

export interface App {
  readonly fastify: FastifyInstance;
  readonly streams: EventStreams;
  readonly routes: readonly Route[];
  readonly close: () => Promise<void>;
}

/** The HTTP interface, ready to listen. */
export function createApp(options: AppOptions): App {
  const { source, metrics, tls } = options;
  const ids = new EventIds(source.feed);
  const versions = new MasterVersions(source.feed);
  const unfollow = versions.follow();
  const streams = new EventStreams({ feed: source.feed, ids, runId: source.state.myId });
  const routes = [
    ...masterRoutes(source, { versions, ids }),
    ...eventRoutes(ids, streams),
    ...historyRoutes(source),
    ...configurationRoutes(source),
    ...checkRoutes(source),
    ...changeRoutes(source),
    ...healthRoutes(source),
    ...loadBalancerRoutes(source),
    ...metricsRoutes(metrics),
  ];
  const app = newFastify(tls);
  app.server.maxConnections = CONNECTIONS_MAX;
  app.server.on("error", (cause) => tellAcceptFault(source, cause));
  guard(app, options);
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  app.setErrorHandler((cause: unknown, request, reply) =>
    answerError(source, cause, request, reply),
  );
  app.setNotFoundHandler(() => {
    throw new HttpError(404, "NOT_FOUND", "there is nothing here", "see /api/v1/openapi.json");
  });
  for (const route of routes) addRoute(app, source, route);
  const document = openApiDocument(routes, source.facts.version);
  app.get("/api/v1/openapi.json", () => document);
  addDashboard(app, readStaticFiles(options.dashboardFolder));
  return {
    fastify: app,
    streams,
    routes,
    close: async () => {
      unfollow();
      streams.closeAll();
      await app.close();
    },
  };
}

function newFastify(tls: KeyPair | undefined): FastifyInstance {
  const limits = {
    logger: false,
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: REQUEST_WITHIN_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 600 },
    ajv: { customOptions: { removeAdditional: false, coerceTypes: true, allErrors: false } },
  } as const;
  const node = { maxHeaderSize: HEADER_BYTES_MAX, headersTimeout: REQUEST_WITHIN_MS };
  if (tls === undefined) return fastify({ ...limits, http: node });
  const { certificate, key } = tls;
  const https = { ...node, cert: certificate, key, minVersion: "TLSv1.2" as const };
  // Both are served alike; only the types differ.
  return fastify({ ...limits, https });
}

function guard(app: FastifyInstance, { source, isLoopback, tls }: AppOptions): void {
  const limit = new RateLimit({
    perSecond: () => source.state.settings.extensions["http-rate-limit"],
    nowMs: source.now,
  });
  app.addHook("onRequest", async (request, reply) => {
    reply.headers(SECURITY_HEADERS);
    reply.header("cache-control", "no-store");
    if (tls !== undefined) reply.header("strict-transport-security", "max-age=31536000");
    if (!limit.take(request.ip)) {
      reply.header("retry-after", "1");
      throw new HttpError(429, "TOO_MANY", "too many requests: see vedette http-rate-limit");
    }
    demandOwnSite(request, { isLoopback });
  });
}

function addRoute(app: FastifyInstance, source: HttpSource, route: Route): void {
  const { method, url, isChange } = route;
  const handler = (request: FastifyRequest, reply: FastifyReply) =>
    route.handle(new RouteRequest(request, reply));
  app.route({
    method,
    url,
    schema: fastifySchema(route),
    handler,
    ...(isChange === true
      ? {
          onRequest: async (request: FastifyRequest) => {
            demandToken(source.state, request.headers.authorization);
            demandJson(request);
          },
        }
      : {}),
  });
  // As Patroni has it: OPTIONS answers with the code alone.
  if (route.tag !== "load balancers") return;
  app.route({
    method: "OPTIONS",
    url,
    schema: fastifySchema(route),
    handler: async (request, reply) => {
      await handler(request, reply);
      return reply.send();
    },
  });
}

function addDashboard(app: FastifyInstance, files: ReadonlyMap<string, StaticFile>): void {
  for (const [address, file] of files) {
    app.get(address, (request, reply) => sendFile(file, request, reply));
  }
}

function sendFile(
  file: StaticFile,
  { headers }: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  reply.header("etag", file.etag).header("vary", "accept-encoding");
  const caching = file.isImmutable ? "public, max-age=31536000, immutable" : "no-cache";
  reply.header("cache-control", caching);
  if (headers["if-none-match"] === file.etag) return reply.code(304).send();
  const accepted = headers["accept-encoding"] ?? "";
  for (const [encoding, body] of file.encoded) {
    if (!new RegExp(String.raw`\b${encoding}\b(?!;\s*q=0(?:\.0*)?(?:,|$))`).test(accepted))
      continue;
    return reply.header("content-encoding", encoding).type(file.type).send(body);
  }
  return reply.type(file.type).send(file.body);
}

/** Errors of fastify by their codes; what is none of ours is a bug, and tells nothing to the outside. */
function answerError(
  { log }: HttpSource,
  cause: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  const error = cause instanceof HttpError ? cause : fromFastify(cause);
  if (error.status === 500) {
    log.error("HTTP: a request failed", {
      reason: `${request.method} ${request.routeOptions.url ?? ""}`,
      err: cause,
    });
  }
  if (error.status === 401) reply.header("www-authenticate", "Bearer");
  void reply.code(error.status).send(error.body);
}

function fromFastify(cause: unknown): HttpError {
  if (!(cause instanceof Error)) return new HttpError(500, "INTERNAL", "something went wrong here");
  const status = "statusCode" in cause ? Number(cause.statusCode) : 500;
  if (status === 413) return new HttpError(413, "TOO_LARGE", "the body is over 16 kB");
  if (status === 415) {
    return new HttpError(415, "NOT_JSON", "the body must be application/json");
  }
  if (status >= 400 && status < 500) return new HttpError(status, "INVALID", cause.message);
  return new HttpError(500, "INTERNAL", "something went wrong here; the sentinel's log has more");
}
