import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Log } from "../../../src/shell/log.ts";
import { LogOutput } from "../../../src/shell/log-output.ts";
import { readConfiguration } from "../../../src/shell/sentinel/configuration.ts";
import { SentinelDaemon } from "../../../src/shell/sentinel/daemon.ts";
import { MemoryLogFile } from "../memory-log-file.ts";
import { TestClient } from "../listener/test-client.ts";

/** A whole sentinel in this process: real sockets, a real file, its log kept. */
export class DaemonUnderTest {
  readonly dir: string;
  readonly path: string;
  readonly port: number;
  /** How often a client's SHUTDOWN asked for the end. */
  shutdowns = 0;
  readonly fatal: { readonly status: number; readonly cause: unknown }[] = [];
  readonly #log = new MemoryLogFile();
  readonly #clients: TestClient[] = [];
  #daemon: SentinelDaemon | undefined;

  private constructor(port: number, lines: readonly string[]) {
    this.dir = mkdtempSync(join(tmpdir(), "vedette-sentinel-"));
    this.path = join(this.dir, "sentinel.conf");
    this.port = port;
    const all = [`port ${port}`, "bind 127.0.0.1", `dir ${this.dir}`, ...lines];
    writeFileSync(this.path, all.map((line) => `${line}\n`).join(""));
  }

  static async start(...lines: readonly string[]): Promise<DaemonUnderTest> {
    const daemon = new DaemonUnderTest(await freePort(), lines);
    await daemon.#start();
    return daemon;
  }

  get config(): string {
    return readFileSync(this.path, "latin1");
  }

  get logged(): Record<string, unknown>[] {
    return this.#log.lines;
  }

  async client(): Promise<TestClient> {
    const client = await TestClient.connect({ port: this.port });
    this.#clients.push(client);
    return client;
  }

  async stop(): Promise<void> {
    for (const client of this.#clients) client.destroy();
    await this.#daemon?.stop();
    rmSync(this.dir, { recursive: true, force: true });
  }

  async #start(): Promise<void> {
    const configuration = readConfiguration({ file: this.path, text: "" });
    if (configuration.kind === "refused") throw new Error(configuration.text);
    const output = new LogOutput(1, this.#log.file);
    this.#daemon = new SentinelDaemon({
      config: configuration.config,
      access: configuration.access,
      renamed: configuration.renamed,
      path: this.path,
      log: new Log({ threshold: "debug", output }),
      onShutdown: () => {
        this.shutdowns++;
      },
      onFatal: (status, cause) => this.fatal.push({ status, cause }),
    });
    await this.#daemon.start();
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
