#!/usr/bin/env node
import { once } from "node:events";
import { realpathSync, rmSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { bytesOfText } from "../base/bytes.ts";
import { REDIS_VERSION } from "../server/version.ts";
import type { AccessControl } from "../shell/listener/access/access-control.ts";
import { loadDeclaredFile } from "../shell/listener/access/declared-access.ts";
import { HttpStartError } from "../shell/http/http-start-error.ts";
import { ListenError } from "../shell/listener/errors.ts";
import { Log } from "../shell/log.ts";
import { LogOutput } from "../shell/log-output.ts";
import type { CommandNames } from "../shell/renamed-commands.ts";
import { readConfiguration } from "../shell/sentinel/configuration.ts";
import { SentinelDaemon } from "../shell/sentinel/daemon.ts";
import { damagedPath, lastGoodPath } from "../shell/sentinel/last-good.ts";
import { readVersion } from "../shell/server/facts.ts";
import { SupervisorNotice } from "../shell/supervision.ts";
import { Syslog } from "../shell/syslog.ts";
import { reasonOf } from "../shell/system-reason.ts";
import { SecretError } from "../shell/secrets/secret-error.ts";
import { SentinelSecrets } from "../shell/secrets/sentinel-secrets.ts";
import { Tls } from "../shell/tls/tls.ts";
import { TlsError } from "../shell/tls/tls-error.ts";
import { parseCommandLine } from "../wire/conf/command-line.ts";
import type { DaemonSettings } from "../wire/sentinel-conf/daemon-settings.ts";
import type { SentinelConfig } from "../wire/sentinel-conf/sentinel-config.ts";

const USAGE = `Usage: vedette-sentinel /path/to/sentinel.conf [options]
       vedette-sentinel -v or --version
       vedette-sentinel -h or --help

Each option is a directive of the configuration file, and is written to it:
       vedette-sentinel /etc/sentinel.conf --port 26380 --loglevel verbose
       vedette-sentinel /etc/sentinel.conf --sentinel monitor mymaster 10.0.0.1 6379 2
`;

const ENDED_WELL = 0;
const CANNOT_START = 1;
const BROKEN = 1;

/**
 * The daemon `vedette-sentinel`, with the command line of redis-sentinel.
 * @param argv the words behind the program's name
 * @returns the exit status, when the daemon has ended or could not start
 */
export async function main(argv: readonly string[]): Promise<number> {
  const [first] = argv;
  if (argv.length === 1 && (first === "-v" || first === "--version")) {
    const version = `v=${REDIS_VERSION} sha=00000000:0 malloc=v8 bits=64 build=0000000000000000`;
    process.stdout.write(`Redis server ${version} vedette=${readVersion()}\n`);
    return ENDED_WELL;
  }
  if (argv.length === 1 && (first === "-h" || first === "--help")) {
    process.stdout.write(USAGE);
    return ENDED_WELL;
  }
  const configuration = readConfiguration(parseCommandLine(argv.map(bytesOfText)));
  if (configuration.kind === "refused") return refuse(configuration.text);
  const { config, access, renamed, path, isRestored } = configuration;
  const { daemon } = config;
  try {
    process.chdir(daemon.dir);
  } catch (cause) {
    return refuse(`Can't chdir to '${daemon.dir}': ${reasonOf(cause)}\n`);
  }
  let output: LogOutput;
  try {
    output = daemon.logFile === undefined ? new LogOutput() : LogOutput.toFile(daemon.logFile);
  } catch (cause) {
    return refuse(`Can't open the log file: ${reasonOf(cause)}\n`);
  }
  const wrongUsers = loadDeclaredFile(access);
  if (wrongUsers !== undefined) return refuse(`${wrongUsers}\n`);
  const log = new Log({ threshold: daemon.logLevel, output });
  if (daemon.syslog !== undefined) {
    log.syslog = new Syslog(daemon.syslog, (line) => log.line("warning", line));
  }
  return serve({ config, access, renamed, path, isRestored, log, output });
}

function refuse(text: string): number {
  process.stderr.write(text);
  return CANNOT_START;
}

async function serve(given: {
  readonly config: SentinelConfig;
  readonly access: AccessControl;
  readonly renamed: CommandNames;
  readonly path: string;
  readonly isRestored: boolean;
  readonly log: Log;
  readonly output: LogOutput;
}): Promise<number> {
  const { config, path, isRestored, log, output } = given;
  const ending = new AbortController();
  const ended = once(ending.signal, "abort");
  const end = (): void => ending.abort();
  let secrets: SentinelSecrets;
  let tls: Tls | undefined;
  try {
    const told = { log: (level: "notice" | "warning", line: string) => log.line(level, line) };
    secrets = new SentinelSecrets(config, told);
    const settings = config.daemon.tls;
    if (settings !== undefined) tls = new Tls(secrets.completed(settings), told);
  } catch (cause) {
    if (!(cause instanceof TlsError) && !(cause instanceof SecretError)) throw cause;
    const what = cause instanceof TlsError ? "Failed to configure TLS." : "A secret is missing.";
    if (config.daemon.logFile !== undefined) log.error(cause.message);
    await output.finished();
    return refuse(`${cause.message}\n${what}\n`);
  }
  const notice = new SupervisorNotice({
    supervised: config.daemon.supervised,
    environment: process.env,
    warn: (line) => log.line("warning", line),
  });
  const { supervision } = notice;
  const sentinel = new SentinelDaemon({
    ...given,
    tls,
    secrets,
    supervision,
    onShutdown: end,
    onFatal: die,
  });

  function die(status: number, cause: unknown): void {
    if (cause instanceof Error) log.fatal("a bug: this sentinel ends", { err: cause });
    output.flushNow();
    process.exit(status);
  }
  process.on("uncaughtException", (cause) => die(BROKEN, cause));
  // A terminal that closes ends nobody's supervisor.
  process.on("SIGHUP", () => {
    secrets.reload();
    tls?.reload();
  });
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => {
      log.line("warning", `Received ${signal} scheduling shutdown...`);
      end();
    });
  }

  log.line("notice", `vedette-sentinel ${readVersion()} starts`);
  if (isRestored) {
    log.error(
      "The configuration file was damaged: started from the last good copy. No votes until all other sentinels have been heard",
      { reason: `${lastGoodPath(path)}; the damaged file is ${damagedPath(path)}` },
    );
  }
  try {
    await sentinel.start();
  } catch (cause) {
    if (!(cause instanceof ListenError) && !(cause instanceof HttpStartError)) throw cause;
    const line =
      cause instanceof ListenError ? `${cause.warning}. ${cause.message}` : cause.message;
    if (config.daemon.logFile !== undefined) log.error(line);
    await output.finished();
    return refuse(`${line}\n`);
  }
  const pidFile = writePidFile(config.daemon, log);
  notice.ready();
  await ended;
  log.line("warning", "User requested shutdown...");
  notice.stopping();
  await sentinel.stop();
  if (pidFile !== undefined) rmSync(pidFile, { force: true });
  log.line("warning", "Sentinel is now ready to exit, bye bye...");
  await Promise.all([output.finished(), log.syslog?.finished()]);
  return ENDED_WELL;
}

/** @returns the path to remove in the end; without one there is none, or it cannot be written */
function writePidFile({ pidFile }: DaemonSettings, log: Log): string | undefined {
  if (pidFile === undefined) return undefined;
  try {
    writeFileSync(pidFile, `${process.pid}\n`);
    return resolve(pidFile);
  } catch (cause) {
    log.line("warning", "Failed to write PID file", { reason: `${pidFile}: ${reasonOf(cause)}` });
    return undefined;
  }
}

/** Whether this file was started, and not imported; npm starts it through a symbolic link. */
function isStarted(): boolean {
  const [, program] = process.argv;
  return program !== undefined && import.meta.url === pathToFileURL(realpathSync(program)).href;
}

if (isStarted()) process.exit(await main(process.argv.slice(2)));
