import { execFile } from "node:child_process";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/** A program of the group and how it is started; the configuration file follows `args`. */
export interface Program {
  readonly file: string;
  readonly args: readonly string[];
  /** Words behind the configuration file. */
  readonly lastArgs: readonly string[];
  /** What the report calls it. */
  readonly label: string;
  /** Ours, and so with an HTTP interface where it is a sentinel. */
  readonly isOurs: boolean;
}

/** A program that was asked for cannot be run. */
export class ProgramError extends Error {
  override readonly name = "ProgramError";
}

const BUNDLED_SERVER = new URL("../vedette-server.js", import.meta.url);
const VEDETTE_SENTINEL = new URL("../vedette-sentinel.js", import.meta.url);

/**
 * @param choice `bundled`, `redis` (redis-server from the PATH), or the path of a program
 * @throws {ProgramError} when it cannot be run
 */
export async function serverProgram(choice: string): Promise<Program> {
  if (choice === "bundled") return ourOwn(BUNDLED_SERVER, "bundled server");
  return foreign(choice === "redis" ? "redis-server" : choice, []);
}

/**
 * @param choice `vedette`, `redis` (redis-sentinel from the PATH), or the path of a program; one
 *   whose name does not say sentinel (redis-server, valkey-server) is started with `--sentinel`
 * @throws {ProgramError} when it cannot be run
 */
export async function sentinelProgram(choice: string): Promise<Program> {
  if (choice === "vedette") return ourOwn(VEDETTE_SENTINEL, "vedette");
  const file = choice === "redis" ? "redis-sentinel" : choice;
  return foreign(file, basename(file).includes("sentinel") ? [] : ["--sentinel"]);
}

function ourOwn(program: URL, label: string): Program {
  return {
    file: process.execPath,
    args: [fileURLToPath(program)],
    lastArgs: [],
    label,
    isOurs: true,
  };
}

async function foreign(file: string, lastArgs: readonly string[]): Promise<Program> {
  const label = `${basename(file)} ${await versionOf(file)}`.trimEnd();
  return { file, args: [], lastArgs, label, isOurs: false };
}

/** Asking for the version also shows, before anything is started, that the program is there. */
async function versionOf(file: string): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(file, ["--version"], { timeout: 10_000 });
    return /\d+\.\d+\.\d+/.exec(stdout)?.[0] ?? "";
  } catch (error) {
    throw new ProgramError(`cannot run ${file}: ${reasonOf(error)}`, { cause: error });
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const isMissing = "code" in error && error.code === "ENOENT";
  return isMissing ? "there is no such program" : (error.message.split("\n")[0] ?? "");
}
