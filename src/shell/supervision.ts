import { spawn } from "node:child_process";

/** The directive `supervised`. */
export type Supervised = "no" | "systemd" | "upstart" | "auto";

/** What INFO shows as `process_supervised`. */
export type Supervision = "no" | "systemd" | "upstart";

const MICROSECONDS_A_MS = 1000;
const READY = "Ready to accept connections";

export interface SupervisorNoticeOptions {
  readonly supervised: Supervised;
  readonly environment: NodeJS.ProcessEnv;
  readonly warn: (line: string) => void;
  /** The program that carries the word; a test puts another in its place. */
  readonly notifier?: string;
}

/**
 * Tells the manager that started this process when it is ready, stopping, and still alive.
 *
 * systemd's word is a datagram on a Unix socket, which Node has none of: `systemd-notify`, a part of
 * systemd, carries it. It comes from another process, so the unit needs `NotifyAccess=all`.
 * upstart's is a stopped process. Without the manager's mark in the environment nothing is told, as in
 * Redis.
 */
export class SupervisorNotice {
  readonly supervision: Supervision;
  readonly #options: SupervisorNoticeOptions;
  #watchdog: NodeJS.Timeout | undefined;

  constructor(options: SupervisorNoticeOptions) {
    this.#options = options;
    this.supervision = supervisionOf(options);
  }

  /** Clients are served from now on. */
  ready(): void {
    switch (this.supervision) {
      case "systemd":
        this.#tell("--ready", `--status=${READY}`);
        this.#feedWatchdog();
        break;
      case "upstart":
        process.kill(process.pid, "SIGSTOP");
        break;
      case "no":
        break;
    }
  }

  /** The process has begun to end, and will not be ready again. */
  stopping(): void {
    clearInterval(this.#watchdog);
    this.#watchdog = undefined;
    // In words of the protocol: `--stopping` is younger than many a systemd-notify.
    if (this.supervision === "systemd") this.#tell("STOPPING=1");
  }

  /** `WatchdogSec=`: systemd ends a process that is silent for that long; half of it is its advice. */
  #feedWatchdog(): void {
    const { WATCHDOG_USEC: microseconds, WATCHDOG_PID: pid } = this.#options.environment;
    const periodMs = Number(microseconds) / MICROSECONDS_A_MS / 2;
    if (!Number.isFinite(periodMs) || periodMs < 1) return;
    if (pid !== undefined && pid !== String(process.pid)) return;
    clearInterval(this.#watchdog);
    this.#watchdog = setInterval(() => this.#tell("WATCHDOG=1"), periodMs).unref();
  }

  #tell(...words: string[]): void {
    const { notifier = "systemd-notify", environment, warn } = this.#options;
    const child = spawn(notifier, words, { stdio: "ignore", env: environment });
    child.on("error", (cause) => warn(`systemd cannot be told: ${notifier}: ${cause.message}`));
    child.on("exit", (status) => {
      if (status !== 0) warn(`systemd cannot be told: ${notifier} ended with status ${status}`);
    });
    child.unref();
  }
}

function supervisionOf({ supervised, environment, warn }: SupervisorNoticeOptions): Supervision {
  const { NOTIFY_SOCKET: socket, UPSTART_JOB: job } = environment;
  switch (supervised) {
    case "no":
      return "no";
    case "auto":
      if (job !== undefined) return "upstart";
      return socket === undefined ? "no" : "systemd";
    case "systemd":
      if (socket !== undefined) return "systemd";
      warn("systemd supervision error: NOTIFY_SOCKET not found!");
      return "no";
    case "upstart":
      if (job !== undefined) return "upstart";
      warn("upstart supervision requested, but UPSTART_JOB not found!");
      return "no";
  }
}
