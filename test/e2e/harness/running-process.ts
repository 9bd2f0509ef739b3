import { type ChildProcess, spawn } from "node:child_process";
import type { Program } from "./programs.ts";

const KEPT_LOG_BYTES = 256 * 1024;
const TERM_GRACE_MS = 5_000;

/** Every child of this test process that lives; nothing of it may outlive us. */
const living = new Set<ChildProcess>();
process.on("exit", killLiving);
for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
  process.once(signal, () => {
    killLiving();
    process.kill(process.pid, signal);
  });
}

function killLiving(): void {
  for (const child of living) child.kill("SIGKILL");
}

export interface ExitStatus {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A real process with its log; ended by its own pid. */
export class RunningProcess {
  readonly name: string;
  readonly pid: number;
  /** Resolves when the process has ended and its output was read to the end. */
  readonly exited: Promise<ExitStatus>;
  readonly #child: ChildProcess;
  #log = "";
  #status: ExitStatus | undefined;

  /** @param name for messages: `master redis-server 127.0.0.1:12345` */
  private constructor(name: string, pid: number, child: ChildProcess) {
    this.name = name;
    this.pid = pid;
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8");
      stream?.on("data", (text: string) => this.#record(text));
    }
    this.exited = new Promise((resolve) => {
      child.once("close", (code, signal) => {
        living.delete(child);
        this.#status = { code, signal };
        resolve(this.#status);
      });
    });
  }

  /** @throws {Error} when the file cannot be executed */
  static async start(
    name: string,
    program: Program,
    options: {
      readonly args: readonly string[];
      readonly cwd: string;
      readonly env?: Readonly<Record<string, string>>;
    },
  ): Promise<RunningProcess> {
    const child = spawn(program.file, [...program.args, ...options.args], {
      cwd: options.cwd,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...options.env },
    });
    await new Promise<void>((resolve, reject) => {
      child.once("spawn", resolve);
      child.once("error", reject);
    });
    if (child.pid === undefined) throw new Error(`${name} has no pid`);
    living.add(child);
    return new RunningProcess(name, child.pid, child);
  }

  /** Undefined while it runs. */
  get status(): ExitStatus | undefined {
    return this.#status;
  }

  /** What it wrote to both outputs, the newest 256 KiB. */
  get log(): string {
    return this.#log;
  }

  logTail(lines: number): string {
    const state = this.#status === undefined ? "running" : `ended ${JSON.stringify(this.#status)}`;
    const tail = this.#log.trimEnd().split("\n").slice(-lines).join("\n    ");
    return `${this.name}, pid ${this.pid}, ${state}:\n    ${tail}`;
  }

  /** SIGKILL (crash), SIGSTOP (hang), SIGCONT, SIGTERM, … */
  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** A crash: gone without a word. */
  async crash(): Promise<ExitStatus> {
    this.signal("SIGKILL");
    return this.exited;
  }

  /** An orderly end, forced when the process does not come to it. */
  async stop(): Promise<ExitStatus> {
    // A stopped process would not see the SIGTERM.
    this.signal("SIGTERM");
    this.signal("SIGCONT");
    const force = setTimeout(() => this.signal("SIGKILL"), TERM_GRACE_MS);
    const status = await this.exited;
    clearTimeout(force);
    return status;
  }

  #record(text: string): void {
    this.#log = (this.#log + text).slice(-KEPT_LOG_BYTES);
  }
}
