import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import type { LogLevel } from "../sentinel/effect.ts";

/** What `syslog-ident` and `syslog-facility` say. */
export interface SyslogSettings {
  readonly ident: string;
  readonly facility: SyslogFacility;
}

export type SyslogFacility = keyof typeof FACILITIES;

/** RFC 5424 §6.2.1. */
const FACILITIES = {
  user: 1,
  local0: 16,
  local1: 17,
  local2: 18,
  local3: 19,
  local4: 20,
  local5: 21,
  local6: 22,
  local7: 23,
} as const;

/** Redis' levels as severities: debug, info, notice, warning. */
const SEVERITIES: Readonly<Record<LogLevel, number>> = {
  debug: 7,
  verbose: 6,
  notice: 5,
  warning: 4,
};

/** Lines that wait for a logger which does not read are dropped beyond this. */
const WAITING_BYTES_MAX = 1024 * 1024;
/** How long a logger that ended is left alone. */
const RESTART_MS = 1000;
/** How long the end of the process waits for the last lines. */
const LAST_LINES_MS = 250;

/**
 * The system's log. Its door is a datagram socket, which Node has none of, so the lines go through one
 * `logger` (util-linux) that lives as long as the daemon; where it ends or is missing, lines are lost and
 * the daemon is none the worse.
 */
export class Syslog {
  readonly #settings: SyslogSettings;
  readonly #warn: (line: string) => void;
  readonly #program: string;
  #child: ChildProcess | undefined;
  #notBefore = 0;
  #hasWarned = false;

  constructor(settings: SyslogSettings, warn: (line: string) => void, program = "logger") {
    this.#settings = settings;
    this.#warn = warn;
    this.#program = program;
  }

  write(level: LogLevel, line: string): void {
    const input = this.#logger()?.stdin;
    if (input === undefined || input === null || input.writableLength > WAITING_BYTES_MAX) return;
    const priority = FACILITIES[this.#settings.facility] * 8 + SEVERITIES[level];
    input.write(`<${priority}>${line.replaceAll("\n", " ")}\n`);
  }

  /** Resolves when what was written has arrived, or had its time. */
  async finished(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    this.#child = undefined;
    const ended = once(child, "exit");
    child.stdin?.end();
    await Promise.race([ended, pause(LAST_LINES_MS, undefined, { ref: false })]);
  }

  #logger(): ChildProcess | undefined {
    if (this.#child !== undefined || Date.now() < this.#notBefore) return this.#child;
    const words = ["--prio-prefix", `--id=${process.pid}`, "--tag", this.#settings.ident];
    const child = spawn(this.#program, words, {
      stdio: ["pipe", "ignore", "ignore"],
      // A signal to the daemon's group, as from a terminal, is not for it: the last lines come then.
      detached: true,
    });
    const gone = (reason: string): void => {
      if (this.#child !== child) return;
      this.#child = undefined;
      this.#notBefore = Date.now() + RESTART_MS;
      if (!this.#hasWarned) this.#warn(`lines for syslog are lost: ${this.#program}: ${reason}`);
      this.#hasWarned = true;
    };
    this.#child = child;
    child.on("error", (cause) => gone(cause.message));
    child.on("exit", (status) => gone(`ended with status ${status}`));
    child.stdin.on("error", () => undefined);
    child.unref();
    return child;
  }
}
