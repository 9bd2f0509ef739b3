import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { Socket } from "node:net";
import { join } from "node:path";
import type { Runner } from "./runner.ts";

const LAST_WORDS_CHARACTERS = 2000;

/**
 * Starts the program, tells its process id, and kills it when nobody holds the other end of the pipe
 * any more: however the test's process ends, no server stays behind.
 */
const KEEPER = `exec 3<&0
"$@" </dev/null >>log 2>&1 3<&- &
program=$!
echo $program
{ cat <&3 >/dev/null; kill -KILL $program; } 2>/dev/null &
exec 3<&-
wait $program`;

/** Another server's or sentinel's program (redis-server, valkey-server) as a process of its own. */
export class ProcessRunner implements Runner {
  readonly #folder: string;
  readonly #command: readonly string[];
  #keeper: ChildProcess | undefined;
  #pid: number | undefined;
  /** Its exit status, when it ended by itself. */
  #ended: string | undefined;

  /** @param command the program and its arguments; it works and logs in the folder */
  constructor(folder: string, command: readonly string[]) {
    this.#folder = folder;
    this.#command = command;
  }

  start(): void {
    const keeper = spawn("/bin/sh", ["-c", KEEPER, "sh", ...this.#command], {
      cwd: this.#folder,
      stdio: ["pipe", "pipe", "ignore"],
      // Ctrl-C at the terminal is for the test, which then ends the others.
      detached: true,
    });
    this.#keeper = keeper;
    this.#ended = undefined;
    keeper.once("error", (cause) => (this.#ended = cause.message));
    keeper.once("exit", (status) => {
      keeper.stdin?.end();
      if (this.#keeper !== keeper) return;
      this.#ended = `status ${status}`;
      // The number may be another process's before long.
      this.#pid = undefined;
    });
    keeper.stdout?.once("data", (line: Buffer) => (this.#pid = Number(line.toString())));
    keeper.unref();
    // Pipes to a child are sockets, which hold a process as the child itself does.
    for (const pipe of [keeper.stdin, keeper.stdout]) if (pipe instanceof Socket) pipe.unref();
  }

  async kill(): Promise<void> {
    const keeper = this.#keeper;
    this.#keeper = undefined;
    if (keeper === undefined || this.#ended !== undefined) return;
    keeper.ref();
    const ended = once(keeper, "exit");
    this.#signal("SIGKILL");
    keeper.stdin?.end();
    await ended;
    this.#pid = undefined;
  }

  async hang(): Promise<void> {
    this.#signal("SIGSTOP");
    await Promise.resolve();
  }

  resume(): void {
    this.#signal("SIGCONT");
  }

  abandon(): void {
    this.#signal("SIGKILL");
  }

  lastWords(): string | undefined {
    if (this.#ended === undefined) return undefined;
    return `ended by itself with ${this.#ended}: ${this.#logTail()}`;
  }

  #logTail(): string {
    try {
      return readFileSync(join(this.#folder, "log"), "utf8").slice(-LAST_WORDS_CHARACTERS);
    } catch {
      return "it has no log";
    }
  }

  #signal(signal: NodeJS.Signals): void {
    if (this.#pid === undefined) return;
    try {
      process.kill(this.#pid, signal);
    } catch {
      // It has ended by itself: what the signal asks for is done.
    }
  }
}
