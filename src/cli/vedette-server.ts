#!/usr/bin/env node
import { accessSync, constants, realpathSync, rmSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { bytesOfText } from "../base/bytes.ts";
import { REDIS_VERSION } from "../server/version.ts";
import { COMMANDS } from "../server/commands/table.ts";
import type { AccessControl } from "../shell/listener/access/access-control.ts";
import { loadDeclaredFile } from "../shell/listener/access/declared-access.ts";
import { type CommandNames, renamedCommands } from "../shell/renamed-commands.ts";
import { ListenError } from "../shell/listener/errors.ts";
import { banner } from "../shell/server/banner.ts";
import { BundledServer } from "../shell/server/bundled-server.ts";
import { readConfFile, readIncluded } from "../shell/server/conf-files.ts";
import { readVersion } from "../shell/server/facts.ts";
import { mistakesOfUsers, serverAccess } from "../shell/server/declared-access.ts";
import { SupervisorNotice } from "../shell/supervision.ts";
import { Syslog } from "../shell/syslog.ts";
import { SecretError } from "../shell/secrets/secret-error.ts";
import type { SecretLog } from "../shell/secrets/secrets.ts";
import { ServerSecrets } from "../shell/secrets/server-secrets.ts";
import { reasonOf } from "../shell/system-reason.ts";
import { TlsError } from "../shell/tls/tls-error.ts";
import { type CommandLine, parseCommandLine } from "../wire/conf/command-line.ts";
import type { ConfFile } from "../wire/conf/conf-lines.ts";
import { type ConfigMistake, formatMistake, inFileOrder } from "../wire/conf/config-mistake.ts";
import { parseServerConf, type ServerConfigTable } from "../wire/server-conf/server-config.ts";

const USAGE = `Usage: vedette-server [/path/to/redis.conf] [options] [-]
       vedette-server - (read config from stdin)
       vedette-server -v or --version
       vedette-server -h or --help

Examples:
       vedette-server (run the server with default conf)
       echo 'maxclients 128' | vedette-server -
       vedette-server /etc/redis/6379.conf
       vedette-server --port 7777
       vedette-server --port 7777 --replicaof 127.0.0.1 8888
       vedette-server /etc/myredis.conf --loglevel verbose -
       vedette-server /etc/myredis.conf --loglevel verbose

Sentinel mode:
       vedette-server /etc/sentinel.conf --sentinel
`;

const CONFIGURATION_IS_WRONG = 1;

/** @param argv the words behind the program's name */
export async function main(argv: readonly string[]): Promise<void> {
  const [first] = argv;
  if (argv.includes("--sentinel")) {
    const sentinel = await import("./vedette-sentinel.ts");
    process.exit(await sentinel.main(argv));
  }
  if (argv.length === 1 && (first === "-v" || first === "--version")) {
    const version = `v=${REDIS_VERSION} sha=00000000:0 malloc=v8 bits=64 build=0000000000000000`;
    process.stdout.write(`Redis server ${version} vedette=${readVersion()}\n`);
  } else if (argv.length === 1 && (first === "-h" || first === "--help")) {
    process.stdout.write(USAGE);
  } else {
    await serve(parseCommandLine(argv.map(bytesOfText)));
  }
}

async function serve(commandLine: CommandLine): Promise<void> {
  const { file } = commandLine;
  const config = readConfiguration(commandLine);
  if (config === undefined) {
    process.exitCode = CONFIGURATION_IS_WRONG;
    return;
  }
  const { table, access, names } = config;
  const configFile = file === undefined || file === "-" ? undefined : resolve(file);
  if (!enterFolder(table)) return;
  const secrets = readSecrets(table, (level, line) => setImmediate(() => server.log(level, line)));
  if (secrets === undefined) {
    process.exitCode = CONFIGURATION_IS_WRONG;
    return;
  }
  const warn = (line: string): void => server.log("warning", line);
  const notice = new SupervisorNotice({
    supervised: table.supervised,
    environment: process.env,
    warn: (line) => setImmediate(warn, line),
  });
  const syslog = table["syslog-enabled"]
    ? new Syslog({ ident: table["syslog-ident"], facility: table["syslog-facility"] }, warn)
    : undefined;
  const server = new BundledServer({
    table,
    configFile,
    renamedCommands: names,
    secrets,
    access,
    supervision: notice.supervision,
    syslog,
    onReady: () => notice.ready(),
    onExit: (status) => {
      notice.stopping();
      void (syslog?.finished() ?? Promise.resolve()).then(() => exit(server, table, status));
    },
  });
  announce(table);
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => server.onSignal(signal));
  }
  process.on("SIGHUP", () => server.reload());
  process.on("uncaughtException", (error) => {
    server.log("warning", `A bug: ${error.stack ?? String(error)}`);
    process.exit(1);
  });
  const wrongUsers = loadDeclaredFile(access);
  if (wrongUsers !== undefined) {
    server.log("warning", wrongUsers);
    await exit(server, table, 1);
    return;
  }
  try {
    await server.start();
    writePidFile(server, table);
  } catch (error) {
    if (error instanceof TlsError) {
      server.log("warning", error.message);
      server.log("warning", "Failed to configure TLS. Check logs for more info.");
      await exit(server, table, CONFIGURATION_IS_WRONG);
    }
    if (!(error instanceof ListenError)) throw error;
    server.log("warning", error.warning);
    server.log("warning", error.message);
    await exit(server, table, 1);
  }
}

/** @returns undefined when one cannot be had, which is reported then */
function readSecrets(table: ServerConfigTable, log: SecretLog): ServerSecrets | undefined {
  try {
    return new ServerSecrets(table, { log });
  } catch (error) {
    if (!(error instanceof SecretError)) throw error;
    process.stderr.write(`${error.message}\nA secret is missing.\n`);
    return undefined;
  }
}

interface Configuration {
  readonly table: ServerConfigTable;
  readonly access: AccessControl;
  readonly names: CommandNames;
}

/** @returns undefined when something in it is wrong, which is reported then */
function readConfiguration({ file, text }: CommandLine): Configuration | undefined {
  let confFile: ConfFile | undefined;
  try {
    confFile = file === undefined ? undefined : readConfFile(file);
  } catch (error) {
    const reason = reasonOf(error);
    process.stderr.write(`Fatal error, can't open config file '${file ?? ""}': ${reason}\n`);
    return undefined;
  }
  const result = parseServerConf({ main: confFile, commandLine: text, include: readIncluded });
  if (result.kind === "mistakes") {
    reportMistakes([...result.mistakes, ...mistakesOfUsers(result.userLines)]);
    return undefined;
  }
  const { config } = result;
  const { names, mistakes: renameMistakes } = renamedCommands(config.renamedCommands, COMMANDS);
  const { access, mistakes } = serverAccess(config);
  reportMistakes([...renameMistakes, ...mistakes]);
  if (renameMistakes.length + mistakes.length > 0) return undefined;
  return { table: config.table, access, names };
}

function reportMistakes(mistakes: readonly ConfigMistake[]): void {
  for (const mistake of inFileOrder(mistakes)) {
    process.stderr.write(formatMistake(mistake, { redisVersion: REDIS_VERSION }));
  }
}

/** `dir`, where all files of the server are; without it nothing could be saved. */
function enterFolder(table: ServerConfigTable): boolean {
  try {
    process.chdir(table.dir);
    accessSync(".", constants.R_OK);
    return true;
  } catch (error) {
    process.stderr.write(`Can't chdir to '${table.dir}': ${reasonOf(error)}\n`);
    process.exitCode = CONFIGURATION_IS_WRONG;
    return false;
  }
}

function announce(table: ServerConfigTable): void {
  if (!table["always-show-logo"] && table.logfile !== "") return;
  if (!table["always-show-logo"] && !process.stdout.isTTY) return;
  process.stdout.write(banner({ version: readVersion(), port: table.port || table["tls-port"] }));
}

function writePidFile(server: BundledServer, table: ServerConfigTable): void {
  if (table.pidfile === "") return;
  try {
    writeFileSync(table.pidfile, `${process.pid}\n`);
  } catch (error) {
    server.log("warning", `Failed to write PID file: ${reasonOf(error)}`);
  }
}

async function exit(
  server: BundledServer,
  table: ServerConfigTable,
  status: number,
): Promise<void> {
  if (table.pidfile !== "" && status === 0) rmSync(table.pidfile, { force: true });
  await server.close();
  process.exit(status);
}

/** Whether this file was started, and not imported; npm starts it through a symbolic link. */
function isStarted(): boolean {
  const [, program] = process.argv;
  return program !== undefined && import.meta.url === pathToFileURL(realpathSync(program)).href;
}

if (isStarted()) await main(process.argv.slice(2));
