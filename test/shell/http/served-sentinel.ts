import { Log } from "../../../src/shell/log.ts";
import { LogOutput } from "../../../src/shell/log-output.ts";
import { type App, createApp } from "../../../src/shell/http/app.ts";
import { Metrics } from "../../../src/shell/http/metrics/metrics.ts";
import type { EndpointFigures } from "../../../src/shell/webhooks/figures.ts";
import type { HttpSource } from "../../../src/shell/http/source.ts";
import { EventFeed } from "../../../src/shell/sentinel/event-feed.ts";
import { clientId } from "../../../src/base/ids.ts";
import { type Reply } from "../../../src/resp/reply.ts";
import type { Effect } from "../../../src/sentinel/effect.ts";
import { WatchedMaster } from "../../sentinel/watched-master.ts";

/** A core with a watched master, and HTTP in front of it: without sockets. */
export class ServedSentinel {
  readonly world: WatchedMaster;
  readonly feed: EventFeed;
  readonly source: HttpSource;
  readonly metrics: Metrics;
  readonly app: App;
  /** Every request that reached the core, in words. */
  readonly asked: string[] = [];
  /** Answers instead of the core's, by the request's words. */
  readonly scripted = new Map<string, Reply>();
  /** What is told of webhooks. */
  webhooks: readonly EndpointFigures[] = [];
  #told = 0;
  #request = 5000;

  constructor(
    options: {
      readonly world?: WatchedMaster;
      readonly dashboardFolder?: URL;
      readonly isLoopback?: boolean;
      readonly keptEvents?: number;
    } = {},
  ) {
    this.world = options.world ?? new WatchedMaster();
    this.feed = new EventFeed({
      now: () => 1_795_000_000_000,
      ...(options.keptEvents === undefined ? {} : { kept: options.keptEvents }),
    });
    this.source = {
      state: this.world.state,
      now: () => this.world.now,
      feed: this.feed,
      ask: (words, _from, onReply) => this.#ask(words, onReply),
      log: new Log({ threshold: "nothing", output: new LogOutput() }),
      facts: { version: "1.2.3", configFile: "/etc/sentinel.conf", startedAtMs: 1_794_000_000_000 },
      counts: () => ({ clients: 3, commands: 17, subscribers: 1 }),
      webhooks: { read: () => this.webhooks },
    };
    this.metrics = new Metrics(this.source);
    this.metrics.follow();
    this.app = createApp({
      source: this.source,
      metrics: this.metrics,
      tls: undefined,
      isLoopback: options.isLoopback ?? true,
      dashboardFolder: options.dashboardFolder ?? new URL("file:///nowhere/"),
    });
    this.tell();
  }

  async get(url: string, headers: Readonly<Record<string, string>> = {}) {
    return this.app.fastify.inject({
      method: "GET",
      url,
      headers: { host: "127.0.0.1", ...headers },
    });
  }

  async getJson(url: string): Promise<Record<string, unknown>> {
    const answer = await this.get(url);
    return answer.json<Record<string, unknown>>();
  }

  async post(
    url: string,
    options: { readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> },
  ) {
    return this.app.fastify.inject({
      method: "POST",
      url,
      headers: { host: "127.0.0.1", "content-type": "application/json", ...options.headers },
      payload: typeof options.body === "string" ? options.body : JSON.stringify(options.body ?? {}),
    });
  }

  /** Events that the core has published since are fed. */
  tell(): void {
    const { effects } = this.world;
    for (; this.#told < effects.length; this.#told++) {
      const effect = effects[this.#told];
      if (effect?.kind === "publish-event") this.feed.publish(effect.event);
    }
  }

  async close(): Promise<void> {
    this.metrics.stop();
    await this.app.close();
  }

  #ask(words: readonly [string, ...string[]], onReply: (reply: Reply) => void): void {
    const text = words.join(" ");
    this.asked.push(text);
    const scripted = this.scripted.get(text);
    if (scripted !== undefined) {
      onReply(scripted);
      return;
    }
    const request = ++this.#request;
    const effects = this.world.give({
      kind: "client-request",
      client: clientId(0),
      request,
      args: words,
    });
    const reply = replyTo(effects, request);
    this.tell();
    if (reply !== undefined) onReply(reply);
  }
}

function replyTo(effects: readonly Effect[], request: number): Reply | undefined {
  const found = effects.find((effect) => effect.kind === "reply" && effect.request === request);
  return found?.kind === "reply" && found.reply.kind === "value" ? found.reply.reply : undefined;
}
