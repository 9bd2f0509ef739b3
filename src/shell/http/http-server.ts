import { once } from "node:events";
import type { Server } from "node:net";
import type { Server as HttpsServer } from "node:https";
import type { MasterName } from "../../base/ids.ts";
import { FileWatch } from "../file-watch.ts";
import { reasonOf } from "../system-reason.ts";
import { type KeyPair, readKeyPair } from "../tls/key-pair.ts";
import { TlsError } from "../tls/tls-error.ts";
import { createAgentCheck } from "./agent-check.ts";
import { type App, createApp } from "./app.ts";
import { HttpStartError } from "./http-start-error.ts";
import { type HttpSettings, isLoopback } from "./http-settings.ts";
import { Metrics } from "./metrics/metrics.ts";
import type { HttpSource } from "./source.ts";

/** The HTTP interface and the agent check, listening. */
export class HttpServer {
  readonly #source: HttpSource;
  readonly #settings: HttpSettings;
  readonly #metrics: Metrics;
  readonly #dashboardFolder: URL;
  #app: App | undefined;
  #agentCheck: Server | undefined;
  #certificates: FileWatch | undefined;
  #unsubscribe: (() => void) | undefined;

  constructor(options: {
    readonly source: HttpSource;
    readonly settings: HttpSettings;
    readonly dashboardFolder: URL;
  }) {
    this.#source = options.source;
    this.#settings = options.settings;
    this.#dashboardFolder = options.dashboardFolder;
    this.#metrics = new Metrics(options.source);
  }

  /** @throws {HttpStartError} */
  async start(): Promise<void> {
    const { port, agentCheckPort, bind } = this.#settings;
    const { log } = this.#source;
    this.#confirmSwitches();
    try {
      if (port !== 0) {
        this.#metrics.follow();
        this.#app = createApp({
          source: this.#source,
          metrics: this.#metrics,
          tls: this.#readKeyPair(),
          isLoopback: isLoopback(bind),
          dashboardFolder: this.#dashboardFolder,
        });
        await this.#app.fastify.listen({ host: bind, port });
        this.#watchCertificates();
        log.line("notice", `HTTP listens on ${bind}, port ${port}`);
      }
      if (agentCheckPort !== 0) {
        this.#agentCheck = createAgentCheck(this.#source);
        this.#agentCheck.listen(agentCheckPort, bind);
        await once(this.#agentCheck, "listening");
        log.line("notice", `The agent check listens on ${bind}, port ${agentCheckPort}`);
      }
    } catch (cause) {
      await this.stop();
      const what = cause instanceof TlsError ? cause.message : reasonOf(cause);
      throw new HttpStartError(`Failed to listen for HTTP on ${bind}: ${what}`, { cause });
    }
  }

  async stop(): Promise<void> {
    this.#certificates?.stop();
    this.#unsubscribe?.();
    this.#metrics.stop();
    this.#agentCheck?.close();
    await this.#app?.close();
  }

  /**
   * A new master is held back for a while counted from the moment at which a majority is known to stand
   * behind it: that is found out at once, before a load balancer asks.
   */
  #confirmSwitches(): void {
    const confirm = (master: MasterName): void => {
      this.#source.ask(["SENTINEL", "CONFIRM", master, "ALL"], undefined, () => undefined);
    };
    this.#unsubscribe = this.#source.feed.subscribe(({ event }) => {
      const { master } = event.about;
      if (event.name !== "+switch-master" || master === undefined) return;
      // Not inside the step that tells of it.
      setImmediate(() => confirm(master));
    });
  }

  #readKeyPair(): KeyPair | undefined {
    const { tls } = this.#settings;
    return tls === undefined ? undefined : readKeyPair({ ...tls, passphrase: undefined });
  }

  /** New certificates serve from the next connection on. */
  #watchCertificates(): void {
    const { tls } = this.#settings;
    const server = this.#app?.fastify.server;
    if (tls === undefined || server === undefined) return;
    this.#certificates = new FileWatch({
      paths: () => [tls.certFile, tls.keyFile],
      onChange: () => {
        try {
          const pair = this.#readKeyPair();
          if (pair === undefined) return;
          // With TLS the server is one of node:https.
          (server as unknown as HttpsServer).setSecureContext({
            cert: pair.certificate,
            key: pair.key,
            minVersion: "TLSv1.2",
          });
          this.#source.log.line("notice", "HTTP: the certificate was read again");
        } catch (cause) {
          this.#source.log.line("warning", "HTTP: the new certificate cannot be used", {
            reason: cause instanceof Error ? cause.message : String(cause),
          });
        }
      },
    });
    this.#certificates.start();
  }
}
