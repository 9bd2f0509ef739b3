import type { FastifyRequest } from "fastify";
import { isIpAddress } from "../../wire/host.ts";
import { HttpError } from "./http-error.ts";

/** What is looked at before a request is: how many there are, and on whose behalf a browser sends it. */

/** As many addresses have a bucket; when more come, all begin anew. */
const ADDRESSES_MAX = 10_000;

interface Bucket {
  tokens: number;
  filledAtMs: number;
}

/** A bucket for each address: a second's worth at once, then as many as flow in. */
export class RateLimit {
  readonly #perSecond: () => number;
  readonly #nowMs: () => number;
  readonly #buckets = new Map<string, Bucket>();

  /** @param options.perSecond asked each time; 0 is no limit */
  constructor(options: { readonly perSecond: () => number; readonly nowMs: () => number }) {
    this.#perSecond = options.perSecond;
    this.#nowMs = options.nowMs;
  }

  /** @returns whether one more may pass */
  take(address: string): boolean {
    const perSecond = this.#perSecond();
    if (perSecond === 0) return true;
    const nowMs = this.#nowMs();
    const bucket = this.#bucketOf(address, { tokens: perSecond, filledAtMs: nowMs });
    const flowedIn = ((nowMs - bucket.filledAtMs) / 1000) * perSecond;
    bucket.tokens = Math.min(perSecond, bucket.tokens + flowedIn);
    bucket.filledAtMs = nowMs;
    if (bucket.tokens < 1) return false;
    bucket.tokens--;
    return true;
  }

  #bucketOf(address: string, full: Bucket): Bucket {
    const known = this.#buckets.get(address);
    if (known !== undefined) return known;
    if (this.#buckets.size >= ADDRESSES_MAX) this.#buckets.clear();
    this.#buckets.set(address, full);
    return full;
  }
}

/**
 * A page of another site must not read or change anything, even one whose name was pointed at this
 * address (DNS rebinding): what listens on loopback only is asked for by an IP address or `localhost`.
 * @throws {HttpError} 403
 */
export function demandOwnSite(request: FastifyRequest, options: { readonly isLoopback: boolean }) {
  const { host = "", origin, "sec-fetch-site": site } = request.headers;
  if (options.isLoopback && !isLocalName(hostOf(host))) {
    throw new HttpError(
      403,
      "FOREIGN_HOST",
      "the HTTP interface listens on loopback only, and was asked for by another name",
      "use http://127.0.0.1 or http://localhost, or set http-bind",
    );
  }
  const isForeign = origin !== undefined && hostOf(afterScheme(origin)) !== hostOf(host);
  const isChange = request.method !== "GET" && request.method !== "HEAD";
  if (isChange && (isForeign || site === "cross-site")) {
    throw new HttpError(403, "FOREIGN_ORIGIN", "a page of another site may not change anything");
  }
}

function afterScheme(origin: string): string {
  return origin.slice(origin.indexOf("//") + 2);
}

/** The name or address in `host:port`, in lower case and without brackets. */
function hostOf(authority: string): string {
  const [, bracketed, plain = ""] = /^(?:\[([^\]]*)\]|([^:]*))/.exec(authority) ?? [];
  return (bracketed ?? plain).toLowerCase();
}

function isLocalName(host: string): boolean {
  return host === "" || host === "localhost" || isIpAddress(host);
}

/** @throws {HttpError} 415: a form of another site cannot send JSON */
export function demandJson({ headers }: FastifyRequest): void {
  const [type = ""] = (headers["content-type"] ?? "").split(";");
  if (type.trim().toLowerCase() === "application/json") return;
  throw new HttpError(
    415,
    "NOT_JSON",
    "a change needs content-type: application/json; the body may be {}",
  );
}

/** Sent with every answer. */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
};
