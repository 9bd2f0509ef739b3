import type { FastifyReply, FastifyRequest } from "fastify";
import { binaryText, wordOf } from "./reply-value.ts";

/** A JSON Schema; what OpenAPI 3.1 has too. */
export type Schema = { readonly [keyword: string]: unknown };

/**
 * A route with all that is known of it. The same table serves the requests, refuses those that do not
 * fit, and makes the OpenAPI document.
 */
export interface Route {
  readonly method: "GET" | "POST";
  /** As fastify writes it: `/api/v1/masters/:name`. */
  readonly url: string;
  readonly tag: string;
  readonly summary: string;
  readonly params?: Readonly<Record<string, Schema>>;
  readonly query?: Readonly<Record<string, Schema>>;
  /** Properties of the body; none of them is required. */
  readonly body?: Readonly<Record<string, Schema>>;
  /** By status; the errors that every route has are added. */
  readonly answers: Readonly<Record<number, Answer>>;
  /** Needs the token. */
  readonly isChange?: boolean;
  readonly handle: (request: RouteRequest) => unknown;
}

export interface Answer {
  readonly description: string;
  readonly schema?: Schema;
  /** `application/json` unless it says otherwise. */
  readonly type?: string;
}

/** A request that fits its route's schemas. */
export class RouteRequest {
  readonly fastify: FastifyRequest;
  readonly reply: FastifyReply;

  constructor(request: FastifyRequest, reply: FastifyReply) {
    this.fastify = request;
    this.reply = reply;
  }

  /** A part of the path, as the core knows names: a binary string. */
  param(name: string): string {
    return binaryText(wordOf(valuesOf(this.fastify.params)[name]));
  }

  query(name: string): string | undefined {
    const value = valuesOf(this.fastify.query)[name];
    return value === undefined ? undefined : wordOf(value);
  }

  queryNumber(name: string): number | undefined {
    const value = valuesOf(this.fastify.query)[name];
    return typeof value === "number" ? value : undefined;
  }

  /** Undefined where it is absent or null. */
  body(name: string): unknown {
    return valuesOf(this.fastify.body)[name] ?? undefined;
  }

  header(name: string): string | undefined {
    const value = this.fastify.headers[name];
    return typeof value === "string" ? value : undefined;
  }
}

function valuesOf(part: unknown): Readonly<Record<string, unknown>> {
  return typeof part === "object" && part !== null ? (part as Record<string, unknown>) : {};
}

/** The schemas as fastify wants them. What is not in them is refused. */
export function fastifySchema({ params, query, body }: Route): object {
  return {
    ...(params === undefined ? {} : { params: closed(params, Object.keys(params)) }),
    querystring: closed(query ?? {}, []),
    ...(body === undefined ? {} : { body: closed(body, []) }),
  };
}

export function closed(properties: Readonly<Record<string, Schema>>, required: readonly string[]) {
  return { type: "object", properties, required, additionalProperties: false };
}
