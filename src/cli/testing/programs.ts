import { basename, join } from "node:path";
import { type Program, sentinelProgram, serverProgram } from "../demo/programs.ts";
import type { CompleteOptions } from "./options.ts";
import { ProcessRunner } from "./process-runner.ts";
import type { Runner } from "./runner.ts";
import { ThreadRunner } from "./thread-runner.ts";

export type NewRunner = (folder: string, configFile: string) => Runner;

/** How servers and sentinels of a set are run: ours in threads, others as processes. */
export interface Programs {
  readonly server: NewRunner;
  readonly sentinel: NewRunner;
}

/** @throws {ProgramError} when a program that was asked for cannot be run */
export async function findPrograms({ server, sentinel }: CompleteOptions): Promise<Programs> {
  return {
    server: server === "bundled" ? inThread("server") : asProcess(await serverProgram(server)),
    sentinel:
      sentinel === "vedette" ? inThread("sentinel") : asProcess(await sentinelProgram(sentinel)),
  };
}

function inThread(kind: "server" | "sentinel"): NewRunner {
  return (folder, file) =>
    new ThreadRunner({ kind, folder }, [file, "--logfile", join(folder, "log")]);
}

function asProcess({ file, args, lastArgs }: Program): NewRunner {
  return (folder, configFile) =>
    new ProcessRunner(folder, [file, ...args, basename(configFile), ...lastArgs]);
}
