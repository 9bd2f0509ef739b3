import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { type Address } from "../../base/address.ts";
import type { Program } from "./programs.ts";
import { clockMs } from "./waiting.ts";

/** How a process ended. */
export interface Exit {
  readonly atMs: number;
  /** `SIGKILL`, `exit status 1`, or why it could not be started. */
  readonly reason: string;
  /** True when the demo itself ended it. */
  readonly expected: boolean;
}

export interface DaemonOptions {
  readonly kind: "server" | "sentinel";
  /** `server 2`, `sentinel 1`: what the report calls it, whatever role it has by now. */
  readonly name: string;
  readonly address: Address;
  readonly program: Program;
  readonly configFile: string;
  readonly logFile: string;
  readonly onExit: (daemon: Daemon, exit: Exit) => void;
}

const STOP_WITHIN_MS = 3000;
const LOG_TAIL_LINES = 4;

/** One server or sentinel of the group: a real process that is started, killed, started again. */
export class Daemon {
  readonly kind: "server" | "sentinel";
  readonly name: string;
  readonly address: Address;
  readonly #options: DaemonOptions;
  #child: ChildProcess | undefined;
  #ended: Promise<void> = Promise.resolve();
  #expectsExit = false;
  #startedAtMs: number | undefined;

  constructor(options: DaemonOptions) {
    this.kind = options.kind;
    this.name = options.name;
    this.address = options.address;
    this.#options = options;
  }

  get isRunning(): boolean {
    return this.#child !== undefined;
  }

  /** When the process, or the last one before it, was started; undefined before the first. */
  get startedAtMs(): number | undefined {
    return this.#startedAtMs;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /**
   * Starts the process, in a group of its own: Ctrl-C at the terminal is for the demo, which then
   * ends the others in order.
   */
  start(): void {
    const { program, configFile, logFile } = this.#options;
    const log = openSync(logFile, "a");
    const child = spawn(program.file, [...program.args, configFile, ...program.lastArgs], {
      cwd: dirname(configFile),
      detached: true,
      stdio: ["ignore", log, log],
    });
    closeSync(log);
    this.#child = child;
    this.#startedAtMs = clockMs();
    this.#expectsExit = false;
    this.#ended = new Promise((resolve) => {
      const ended = (reason: string): void => {
        if (this.#child !== child) return;
        this.#child = undefined;
        resolve();
        this.#options.onExit(this, { atMs: clockMs(), reason, expected: this.#expectsExit });
      };
      child.once("error", (error) => {
        ended(error.message);
      });
      child.once("exit", (code, signal) => {
        ended(signal ?? `exit status ${code}`);
      });
    });
  }

  /** Kills the process as a crash would: no warning, no last words. */
  crash(): void {
    this.#expectsExit = true;
    this.#child?.kill("SIGKILL");
  }

  /** Ends the process: politely, then, should it hang, without asking. */
  async stop(): Promise<void> {
    this.#expectsExit = true;
    this.#child?.kill("SIGTERM");
    // A paused process hears of it only when it goes on.
    this.#child?.kill("SIGCONT");
    const force = setTimeout(() => this.#child?.kill("SIGKILL"), STOP_WITHIN_MS);
    await this.#ended;
    clearTimeout(force);
  }

  /** The end of its log, for a process that did not come up. */
  lastWords(): string {
    const lines = readFileSync(this.#options.logFile, "utf8").trimEnd().split("\n");
    return lines.slice(-LOG_TAIL_LINES).join("\n");
  }
}
