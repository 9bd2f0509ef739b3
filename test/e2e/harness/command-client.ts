import { Redis } from "ioredis";
import { clientOptions, type TlsFiles } from "./tls-files.ts";

/**
 * Sends commands to one server and reconnects when asked again after a loss. Commands of a lost
 * connection fail; nothing is retried behind the test's back.
 */
export class CommandClient {
  readonly #host: string;
  readonly #port: number;
  readonly #password: string | undefined;
  readonly #tls: TlsFiles | undefined;
  #redis: Redis | undefined;

  constructor(
    port: number,
    {
      host = "127.0.0.1",
      password,
      tls,
    }: {
      readonly host?: string | undefined;
      readonly password?: string | undefined;
      readonly tls?: TlsFiles | undefined;
    } = {},
  ) {
    this.#host = host;
    this.#port = port;
    this.#password = password;
    this.#tls = tls;
  }

  /** @throws {Error} with the text of an error reply, or of a connection refused or lost */
  async command(...words: readonly (string | number | Buffer)[]): Promise<unknown> {
    const redis = this.#redis ?? (await this.#connect());
    const [name, ...args] = words;
    return redis.call(String(name), ...args);
  }

  /** As `command`; texts in the reply are Buffers, so that no byte is lost. */
  async commandForBytes(...words: readonly (string | number | Buffer)[]): Promise<unknown> {
    const redis = this.#redis ?? (await this.#connect());
    const [name, ...args] = words;
    return redis.callBuffer(String(name), ...args);
  }

  close(): void {
    this.#redis?.disconnect();
    this.#redis = undefined;
  }

  async #connect(): Promise<Redis> {
    const redis = new Redis({
      host: this.#host,
      port: this.#port,
      ...(this.#password === undefined ? {} : { password: this.#password }),
      ...(this.#tls === undefined ? {} : { tls: clientOptions(this.#tls) }),
      lazyConnect: true,
      protocol: 2,
      enableReadyCheck: false,
      enableOfflineQueue: false,
      disableClientInfo: true,
      maxRetriesPerRequest: 0,
      retryStrategy: () => null,
      connectTimeout: 5_000,
      commandTimeout: 10_000,
    });
    // Errors reach the caller by the rejected command; the event would end the test process.
    redis.on("error", () => undefined);
    redis.once("end", () => {
      if (this.#redis === redis) this.#redis = undefined;
    });
    await redis.connect();
    this.#redis = redis;
    return redis;
  }
}
