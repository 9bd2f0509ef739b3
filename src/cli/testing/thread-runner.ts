import { Worker } from "node:worker_threads";
import type { Runner } from "./runner.ts";
import type { ThreadOrder, ThreadTask } from "./thread-orders.ts";

const LAST_WORDS_CHARACTERS = 2000;

/** A daemon of ours in a thread of this process. The thread is there and warm before it is started. */
export class ThreadRunner implements Runner {
  readonly #task: ThreadTask;
  readonly #argv: readonly string[];
  #worker: Worker | undefined;
  #isStarted = false;
  #gate: Int32Array | undefined;
  #said = "";
  #ended: string | undefined;

  constructor(task: ThreadTask, argv: readonly string[]) {
    this.#task = task;
    this.#argv = argv;
    this.#worker = this.#warm();
  }

  get isRunning(): boolean {
    return this.#isStarted && this.#worker !== undefined;
  }

  start(): void {
    this.#worker ??= this.#warm();
    this.#isStarted = true;
    this.#order({ kind: "start", argv: this.#argv });
  }

  async kill(): Promise<void> {
    const worker = this.#worker;
    this.#forget();
    await worker?.terminate();
  }

  async hang(): Promise<void> {
    const worker = this.#worker;
    if (worker === undefined || this.#gate !== undefined) return;
    const gate = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
    this.#gate = gate;
    worker.ref();
    await new Promise<void>((resolve) => {
      worker.once("message", () => resolve());
      worker.once("exit", () => resolve());
      this.#order({ kind: "hang", gate });
    });
    worker.unref();
  }

  resume(): void {
    if (this.#gate === undefined) return;
    Atomics.store(this.#gate, 0, 1);
    Atomics.notify(this.#gate, 0);
    this.#gate = undefined;
  }

  abandon(): void {
    void this.kill();
  }

  lastWords(): string | undefined {
    return this.#ended;
  }

  #warm(): Worker {
    this.#said = "";
    this.#ended = undefined;
    const worker = new Worker(new URL("./daemon-thread.js", import.meta.url), {
      workerData: this.#task,
      // What the test was started with (loaders, --eval) is nothing for this file.
      execArgv: [],
      stdout: true,
      stderr: true,
    });
    for (const stream of [worker.stdout, worker.stderr]) {
      stream.on("data", (chunk: Buffer) => {
        this.#said = (this.#said + chunk.toString()).slice(-LAST_WORDS_CHARACTERS);
      });
    }
    worker.on("error", (cause: Error) => (this.#said += cause.stack ?? cause.message));
    worker.on("exit", (status) => {
      if (this.#worker !== worker) return;
      this.#forget();
      this.#ended = `ended by itself with status ${status}: ${this.#said}`;
    });
    // A test that forgets to close its set ends all the same.
    worker.unref();
    return worker;
  }

  #forget(): void {
    this.#worker = undefined;
    this.#isStarted = false;
    this.#gate = undefined;
  }

  #order(order: ThreadOrder): void {
    this.#worker?.postMessage(order, []);
  }
}
