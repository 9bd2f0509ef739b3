import type { Reply } from "../resp/reply.ts";
import type { EndHandler } from "./connection.ts";
import type { Network } from "./network.ts";
import { Node } from "./node.ts";
import { askSentinel } from "./sentinel-query.ts";

const PATIENCE_MS = 5_000;

/** Somebody with redis-cli, on a machine that nothing happens to. */
export class Operator extends Node {
  readonly #network: Network;

  constructor(options: ConstructorParameters<typeof Node>[0], network: Network) {
    super(options);
    this.#network = network;
  }

  protected onStart(): void {}

  protected onCrash(): void {}

  accept(): EndHandler {
    throw new Error("nobody connects to the operator");
  }

  /** Sends a command to a sentinel; the answer comes later, or undefined when none does. */
  command(
    sentinel: Node,
    args: readonly [string, ...string[]],
    answer: (reply: Reply | undefined) => void,
  ): void {
    const question = { sentinel: sentinel.address, args, timeoutMs: PATIENCE_MS };
    askSentinel(this, this.#network, question, answer);
  }
}
