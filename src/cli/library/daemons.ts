/**
 * The bundled server and the sentinel, each in a thread of the calling process.
 *
 * - `startServer`: a Redis-compatible server on a free port
 * - `startSentinel`: a sentinel with a configuration of its own
 */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { quoted } from "../testing/configuration.ts";
import { freePort, LOOPBACK } from "../testing/loopback.ts";
import { writeConfiguration } from "../testing/node.ts";
import { endWithProcess, isClosed } from "../testing/open-sets.ts";
import { type Answer, ask } from "../testing/question.ts";
import { ThreadRunner } from "../testing/thread-runner.ts";
import { until } from "../testing/until.ts";

export interface DaemonOptions {
  /** A free one of loopback unless it is given. */
  readonly port?: number;
  /** Where it keeps its files; a temporary folder, removed in the end, unless it is given. */
  readonly folder?: string;
  /** More lines of its configuration. */
  readonly lines?: readonly string[];
  /** Its password, for the calls of the handle. */
  readonly password?: string;
  readonly startWithinMs?: number;
}

/** A server or sentinel that runs, until `close` or the end of the process. */
export interface RunningDaemon extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  readonly folder: string;
  /** Sends a command on a connection of its own. @throws {Error} with the text of an error reply */
  command(...words: readonly string[]): Promise<Answer>;
  /** An orderly end: a server with save points saves. */
  close(): Promise<void>;
}

const START_WITHIN_MS = 20_000;
const CLOSE_WITHIN_MS = 5000;

/** A bundled server. It saves nothing by itself unless the lines say so. @throws {ClusterError} */
export function startServer(options: DaemonOptions = {}): Promise<RunningDaemon> {
  return startDaemon("server", ['save ""'], options);
}

/**
 * A sentinel; what it watches is in the lines: `["sentinel monitor mymaster 127.0.0.1 6379 1"]`. In a
 * folder of your own, its `sentinel.conf` of the last time counts if it is there: give the same port then.
 * @throws {ClusterError}
 */
export function startSentinel(options: DaemonOptions): Promise<RunningDaemon> {
  return startDaemon("sentinel", [], options);
}

async function startDaemon(
  kind: "server" | "sentinel",
  usual: readonly string[],
  options: DaemonOptions,
): Promise<RunningDaemon> {
  const port = options.port ?? (await freePort());
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), `vedette-${kind}-`));
  const lines = [
    `port ${port}`,
    `bind ${LOOPBACK}`,
    `dir ${quoted(folder)}`,
    ...(options.password === undefined ? [] : [`requirepass ${quoted(options.password)}`]),
    ...usual,
    ...(options.lines ?? []),
  ];
  const kept = join(folder, "sentinel.conf");
  const isKept = kind === "sentinel" && existsSync(kept);
  const file = isKept ? kept : writeConfiguration(folder, `${kind}.conf`, lines);
  const runner = new ThreadRunner({ kind, folder }, [file, "--logfile", join(folder, "log")]);
  const { password, startWithinMs = START_WITHIN_MS } = options;
  const command = (...words: readonly string[]): Promise<Answer> => ask(port, words, { password });
  const end = async (): Promise<void> => {
    await runner.kill();
    isClosed(runner);
    if (options.folder === undefined) rmSync(folder, { recursive: true, force: true });
  };
  const close = async (): Promise<void> => {
    // The answer to SHUTDOWN is the end of the connection.
    if (runner.isRunning) await command("SHUTDOWN").catch(() => undefined);
    await until({
      name: `the ${kind} ends`,
      withinMs: CLOSE_WITHIN_MS,
      holds: () => Promise.resolve(!runner.isRunning),
      seen: () => Promise.resolve(""),
    }).catch(() => undefined);
    await end();
  };
  endWithProcess(runner);
  runner.start();
  try {
    await until({
      name: `the ${kind} answers`,
      withinMs: startWithinMs,
      holds: async () => {
        const words = runner.lastWords();
        if (words !== undefined) throw new Error(`the ${kind} ${words}`);
        return (await command("PING").catch(() => undefined)) === "PONG";
      },
      seen: () => Promise.resolve(""),
    });
  } catch (cause) {
    await end();
    throw cause;
  }
  return { host: LOOPBACK, port, folder, command, close, [Symbol.asyncDispose]: close };
}
