import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DataServer } from "./data-server.ts";
import { freePort } from "./ports.ts";
import type { Kind, Program } from "./programs.ts";
import { Proxy } from "./proxy.ts";
import { RawConnection } from "./raw-connection.ts";
import { RunningProcess } from "./running-process.ts";
import { SentinelProcess } from "./sentinel-process.ts";
import type { TlsFiles } from "./tls-files.ts";
import { type Condition, until } from "./until.ts";

const LOG_LINES = 25;

/**
 * Everything one test starts: processes, proxies, sockets, folders. `cleanUp` ends and removes all
 * of it, whatever became of the test:
 *
 *     const lab = new Lab();
 *     afterEach(() => lab.cleanUp());
 */
export class Lab {
  readonly #dataServers: DataServer[] = [];
  readonly #sentinels: SentinelProcess[] = [];
  readonly #others: RunningProcess[] = [];
  readonly #proxies: Proxy[] = [];
  readonly #sockets: RawConnection[] = [];
  #dir: string | undefined;

  /** A started server on a free port with a folder of its own. */
  async dataServer(
    name: string,
    options: {
      readonly kind: Kind;
      readonly settings?: Readonly<Record<string, string>>;
      readonly password?: string;
      readonly tls?: TlsFiles;
    },
  ): Promise<DataServer> {
    const port = await freePort();
    const server = new DataServer({ ...options, name, port, dir: this.folder(`${name}-${port}`) });
    this.#dataServers.push(server);
    await server.start();
    return server;
  }

  /** A started sentinel on a free port. @param config lines beyond `port`, `bind` and `dir` */
  async sentinel(
    name: string,
    options: {
      readonly kind: Kind;
      readonly config: readonly string[];
      readonly tls?: TlsFiles;
    },
  ): Promise<SentinelProcess> {
    const port = await freePort();
    const dir = this.folder(`${name}-${port}`);
    const sentinel = new SentinelProcess({ ...options, name, port, dir });
    this.#sentinels.push(sentinel);
    await sentinel.start();
    return sentinel;
  }

  /** Ends a sentinel and starts the other kind in its place, on the same port and the same file. */
  async replaceSentinel(old: SentinelProcess, kind: Kind): Promise<SentinelProcess> {
    await old.stop();
    const { name, port, dir } = old;
    const sentinel = new SentinelProcess({ kind, name, port, dir, config: "kept" });
    this.#sentinels.push(sentinel);
    await sentinel.start();
    return sentinel;
  }

  /** Any other program, such as redis-cli or `vedette demo`. */
  async run(name: string, program: Program, args: readonly string[]): Promise<RunningProcess> {
    const started = await RunningProcess.start(name, program, { args, cwd: this.folder(name) });
    this.#others.push(started);
    return started;
  }

  async proxyTo(target: { readonly port: number }): Promise<Proxy> {
    const proxy = await Proxy.start({ listen: await freePort(), target: target.port });
    this.#proxies.push(proxy);
    return proxy;
  }

  async rawConnection(target: { readonly port: number }): Promise<RawConnection> {
    const socket = await RawConnection.open(target.port);
    this.#sockets.push(socket);
    return socket;
  }

  /** A new folder, removed with the rest. */
  folder(name: string): string {
    this.#dir ??= mkdtempSync(join(tmpdir(), "vedette-e2e-"));
    const folder = join(this.#dir, name);
    mkdirSync(folder, { recursive: true });
    return folder;
  }

  /** As `until`; a failure tells the end of every process's log. */
  async until<Seen>(condition: Condition<Seen>): Promise<Seen> {
    return until({ context: () => this.logs(), ...condition });
  }

  logs(): string {
    const all = [...this.#dataServers, ...this.#sentinels, ...this.#others];
    return all.map((one) => one.logTail(LOG_LINES)).join("\n");
  }

  async cleanUp(): Promise<void> {
    for (const proxy of this.#proxies.splice(0)) proxy.close();
    for (const socket of this.#sockets.splice(0)) socket.close();
    await Promise.all([
      ...this.#sentinels.splice(0).map((sentinel) => sentinel.stop()),
      ...this.#dataServers.splice(0).map((server) => server.stop()),
      ...this.#others.splice(0).map((process) => process.stop()),
    ]);
    if (this.#dir !== undefined) rmSync(this.#dir, { recursive: true, force: true });
    this.#dir = undefined;
  }
}
