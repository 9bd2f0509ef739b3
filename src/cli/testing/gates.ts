import { Worker } from "node:worker_threads";
import type { Cut, GateAnswer, GateOrder, NumberedOrder } from "./gate-orders.ts";

interface Waiting {
  readonly resolve: (port: number | undefined) => void;
  readonly reject: (cause: Error) => void;
}

/** The network between the nodes of a set and their clients, which can be cut. */
export class Gates {
  readonly #worker = new Worker(new URL("./gates-thread.js", import.meta.url), {
    // What the test was started with (loaders, --eval) is nothing for this file.
    execArgv: [],
  });
  readonly #waiting = new Map<number, Waiting>();
  #orders = 0;

  constructor() {
    this.#worker.on("message", (answer: GateAnswer) => this.#take(answer));
    this.#worker.on("error", (cause) => this.#giveUp(cause));
    this.#worker.on("exit", () => this.#giveUp(new Error("the set was closed")));
    this.#worker.unref();
  }

  /** @returns the port of the node's door, which leads to where it listens */
  async open(door: {
    readonly node: number;
    readonly port: number;
    readonly target: number;
    readonly source: string | undefined;
  }): Promise<number> {
    return (await this.#order({ kind: "open", ...door })) ?? 0;
  }

  async shut(node: number): Promise<void> {
    await this.#order({ kind: "shut", node });
  }

  async cut(cut: Cut): Promise<void> {
    await this.#order({ kind: "cut", cut });
  }

  async heal(node: number | undefined): Promise<void> {
    await this.#order({ kind: "heal", node });
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #order(order: GateOrder): Promise<number | undefined> {
    return new Promise((resolve, reject) => {
      const id = ++this.#orders;
      this.#waiting.set(id, { resolve, reject });
      // Somebody waits for the answer: until then the process has something to do.
      this.#worker.ref();
      this.#worker.postMessage({ id, order } satisfies NumberedOrder, []);
    });
  }

  #take(answer: GateAnswer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if (this.#waiting.size === 0) this.#worker.unref();
    if ("failure" in answer) waiting?.reject(new Error(answer.failure));
    else waiting?.resolve(answer.port);
  }

  #giveUp(cause: Error): void {
    for (const { reject } of this.#waiting.values()) reject(cause);
    this.#waiting.clear();
  }
}
