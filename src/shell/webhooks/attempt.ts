import { lookup as systemLookup } from "node:dns";
import type { Agent, request as httpRequest } from "node:http";
import { isIP, type LookupFunction } from "node:net";
import { isPublic } from "./address-rule.ts";

/** How one try went. */
export type Outcome =
  | { readonly kind: "delivered"; readonly status: number }
  /** Not now; another try may go better. */
  | {
      readonly kind: "failed";
      readonly reason: string;
      readonly status?: number;
      readonly retryAfter?: string | undefined;
    }
  /** The receiver wants nothing more, ever (410). */
  | { readonly kind: "gone"; readonly status: number };

export interface Attempt {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface ReceiverOptions {
  readonly allowPrivate: boolean;
  readonly timeoutMs?: number;
  readonly lookUp?: typeof systemLookup;
}

const TIMEOUT_MS = 10_000;
const GONE = 410;
/** An answer is not read; what comes beyond this ends the connection. */
const ANSWER_BYTES_MAX = 64 * 1024;
const PRIVATE = "a private address: allow-private yes allows it";

/**
 * Sends to one receiver. A name is looked up, judged, and connected to in one go: what the name means a
 * moment later changes nothing. Redirects are not followed.
 */
export class Receiver {
  readonly #options: ReceiverOptions;
  readonly #transports = new Map<string, Promise<Transport>>();

  constructor(options: ReceiverOptions) {
    this.#options = options;
  }

  /** Rejects only where no request can be made of it. */
  async attempt({ url, headers, body }: Attempt): Promise<Outcome> {
    const target = new URL(url);
    const host = target.hostname.replace(/^\[|\]$/g, "");
    if (isIP(host) !== 0 && !this.#mayUse(host)) {
      return { kind: "failed", reason: PRIVATE };
    }
    const transport = await this.#transport(target.protocol);
    return new Promise((resolve) => {
      const request = transport.request(target, {
        method: "POST",
        agent: transport.agent,
        lookup: this.#lookUp,
        headers: {
          "content-type": "application/json",
          "user-agent": "vedette",
          ...headers,
          "content-length": String(Buffer.byteLength(body)),
        },
      });
      const { timeoutMs = TIMEOUT_MS } = this.#options;
      // For the whole answer: one that never ends would keep the only connection.
      const deadline = setTimeout(() => {
        resolve({ kind: "failed", reason: `no answer within ${timeoutMs} ms` });
        request.destroy();
      }, timeoutMs);
      request.on("close", () => clearTimeout(deadline));
      request.on("error", (cause) => resolve({ kind: "failed", reason: cause.message }));
      request.on("response", (response) => {
        let bytes = 0;
        response.on("data", (chunk: Buffer) => {
          bytes += chunk.length;
          if (bytes > ANSWER_BYTES_MAX) response.destroy();
        });
        response.on("error", () => undefined);
        resolve(outcomeOf(response.statusCode ?? 0, response.headers["retry-after"]));
      });
      request.end(body);
    });
  }

  close(): void {
    for (const transport of this.#transports.values()) {
      void transport.then(({ agent }) => agent.destroy());
    }
  }

  #transport(protocol: string): Promise<Transport> {
    const known = this.#transports.get(protocol);
    if (known !== undefined) return known;
    const loaded = loadTransport(protocol);
    this.#transports.set(protocol, loaded);
    return loaded;
  }

  #mayUse(address: string): boolean {
    return this.#options.allowPrivate || isPublic(address);
  }

  /** One private address among several spoils the name: which one is taken is not ours to say. */
  readonly #lookUp: LookupFunction = (host, options, answer) => {
    const { lookUp = systemLookup } = this.#options;
    lookUp(host, { ...options, all: true }, (fault, found) => {
      if (fault !== null) return answer(fault, "", 0);
      const [first] = found;
      if (first === undefined) return answer(new Error(`${host} has no address`), "", 0);
      if (!found.every(({ address }) => this.#mayUse(address))) {
        return answer(new Error(`${host} is ${PRIVATE}`), "", 0);
      }
      return options.all === true ? answer(null, found) : answer(null, first.address, first.family);
    });
  };
}

interface Transport {
  readonly request: typeof httpRequest;
  readonly agent: Agent;
}

/** HTTP is loaded where something is to be sent, and nowhere else. */
async function loadTransport(protocol: string): Promise<Transport> {
  const { Agent: SomeAgent, request } = await (protocol === "https:"
    ? import("node:https")
    : import("node:http"));
  const agent = new SomeAgent({
    keepAlive: true,
    maxSockets: 1,
    maxFreeSockets: 1,
    timeout: 60_000,
  });
  return { request, agent };
}

function outcomeOf(status: number, retryAfter: string | undefined): Outcome {
  if (status >= 200 && status < 300) return { kind: "delivered", status };
  if (status === GONE) return { kind: "gone", status };
  const isRedirect = status >= 300 && status < 400;
  const reason = isRedirect ? `status ${status}: redirects are not followed` : `status ${status}`;
  return { kind: "failed", reason, status, retryAfter };
}
