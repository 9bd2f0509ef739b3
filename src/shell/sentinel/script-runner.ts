import { type ChildProcess, spawn } from "node:child_process";
import { constants } from "node:os";
import { displayText } from "../../base/bytes.ts";
import type { Effect } from "../../sentinel/effect.ts";
import type { Input } from "../../sentinel/input.ts";
import { codeOf, reasonOf } from "../system-reason.ts";

type RunScript = Extract<Effect, { readonly kind: "run-script" }>;

/** What a shell exits with, and Redis' child, when the program cannot be executed. */
const NOT_EXECUTABLE = 2;
/** No process could be made: nothing is wrong with the script. */
const NO_PROCESS: ReadonlySet<string> = new Set(["EAGAIN", "ENOMEM", "EMFILE", "ENFILE"]);

/**
 * Runs the operator's scripts: no shell, a process group of its own, nothing on its standard input,
 * the sentinel's own output and environment, and none of its descriptors. Making a process takes a
 * moment, so it is done one at a time, between two turns of the loop: no failover waits for it.
 */
export class ScriptRunner {
  readonly #report: (input: Input) => void;
  readonly #children = new Map<number, ChildProcess>();
  readonly #waiting: RunScript[] = [];

  constructor(report: (input: Input) => void) {
    this.#report = report;
  }

  run(script: RunScript): void {
    this.#waiting.push(script);
    if (this.#waiting.length === 1) setImmediate(() => this.#startNext());
  }

  /** What it has started itself goes with it. */
  kill(job: number): void {
    const pid = this.#children.get(job)?.pid;
    if (pid === undefined) return;
    try {
      process.kill(-pid, "SIGKILL");
    } catch {
      // It has just ended, which is reported anyway.
    }
  }

  #startNext(): void {
    const [script] = this.#waiting;
    if (script === undefined) return;
    this.#start(script);
    this.#waiting.shift();
    if (this.#waiting.length > 0) setImmediate(() => this.#startNext());
  }

  #start({ job, argv }: RunScript): void {
    const [program, ...args] = argv.map(displayText);
    let child: ChildProcess;
    try {
      child = spawn(program ?? "", args, {
        detached: true,
        stdio: ["ignore", "inherit", "inherit"],
      });
    } catch (cause) {
      this.#failed(job, cause);
      return;
    }
    child.on("error", (cause) => {
      if (child.pid === undefined) this.#failed(job, cause);
    });
    const { pid } = child;
    if (pid === undefined) return;
    // It may outlive the sentinel: a half-done reconfiguration of clients is worse than a late one.
    child.unref();
    this.#children.set(job, child);
    child.on("exit", (exitCode, signal) => {
      this.#children.delete(job);
      const number = signal === null ? 0 : constants.signals[signal];
      this.#report({ kind: "script-ended", job, exitCode: exitCode ?? 0, signal: number });
    });
    this.#report({ kind: "script-started", job, pid });
  }

  #failed(job: number, cause: unknown): void {
    if (NO_PROCESS.has(codeOf(cause) ?? "")) {
      this.#report({ kind: "script-failed", job, reason: reasonOf(cause) });
    } else {
      this.#report({ kind: "script-ended", job, exitCode: NOT_EXECUTABLE, signal: 0 });
    }
  }
}
