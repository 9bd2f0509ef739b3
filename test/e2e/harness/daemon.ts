import { CommandClient } from "./command-client.ts";
import type { Program } from "./programs.ts";
import type { TlsFiles } from "./tls-files.ts";
import { RunningProcess } from "./running-process.ts";
import { until } from "./until.ts";

export interface DaemonOptions {
  /** For messages: `master (redis, port 12345)`. */
  readonly title: string;
  readonly program: Program;
  readonly args: readonly string[];
  /** Where it listens; loopback unless it says otherwise. */
  readonly host?: string | undefined;
  readonly port: number;
  readonly dir: string;
  readonly password?: string | undefined;
  /** It listens on encrypted connections only. */
  readonly tls?: TlsFiles | undefined;
}

/**
 * A program that listens on a port of loopback and answers PING; can crash, hang and be started
 * again on the same port and folder.
 */
export class Daemon {
  readonly port: number;
  readonly dir: string;
  readonly #options: DaemonOptions;
  readonly #client: CommandClient;
  #process: RunningProcess | undefined;

  constructor(options: DaemonOptions) {
    this.port = options.port;
    this.dir = options.dir;
    this.#options = options;
    this.#client = new CommandClient(options.port, options);
  }

  /** Resolves when it answers. @throws {Error} with its log when it ends instead */
  async start(): Promise<void> {
    const { title, program, args, dir } = this.#options;
    const started = await RunningProcess.start(title, program, { args, cwd: dir });
    this.#process = started;
    await until({
      name: `${title} answers`,
      look: async () => (started.status === undefined ? this.command("PING") : "ended"),
      holds: (reply) => reply === "PONG" || reply === "ended",
      context: () => started.logTail(30),
    });
    if (started.status !== undefined) throw new Error(`cannot start ${started.logTail(30)}`);
  }

  /** @throws {Error} before the first start */
  get process(): RunningProcess {
    if (this.#process === undefined) throw new Error(`${this.#options.title} was never started`);
    return this.#process;
  }

  logTail(lines: number): string {
    return this.#process?.logTail(lines) ?? `${this.#options.title}: never started`;
  }

  /** An orderly end (SIGTERM), forced when it does not come to it. */
  async stop(): Promise<void> {
    this.#client.close();
    await this.#process?.stop();
  }

  /** SIGKILL. */
  async crash(): Promise<void> {
    this.#client.close();
    await this.process.crash();
  }

  /** @throws {Error} with the text of an error reply, or of a connection refused or lost */
  async command(...words: readonly (string | number | Buffer)[]): Promise<unknown> {
    return this.#client.command(...words);
  }

  /** As `command`; texts in the reply are Buffers, so that no byte is lost. */
  async commandForBytes(...words: readonly (string | number | Buffer)[]): Promise<unknown> {
    return this.#client.commandForBytes(...words);
  }

  /** As `command`, for replies that are one text. */
  async text(...words: readonly (string | number | Buffer)[]): Promise<string> {
    const reply = await this.command(...words);
    if (typeof reply !== "string") throw new Error(`not a text: ${JSON.stringify(reply)}`);
    return reply;
  }

  /** The fields of INFO, or of the sections named. */
  async info(...sections: readonly string[]): Promise<Readonly<Record<string, string>>> {
    const lines = (await this.text("INFO", ...sections)).split("\r\n");
    const fields = lines.flatMap((line) => {
      const colon = line.indexOf(":");
      return colon < 0 ? [] : [[line.slice(0, colon), line.slice(colon + 1)] as const];
    });
    return Object.fromEntries(fields);
  }
}
