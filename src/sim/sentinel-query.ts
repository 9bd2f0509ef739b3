import type { Address } from "../base/address.ts";
import type { Reply } from "../resp/reply.ts";
import type { Network } from "./network.ts";
import type { Node } from "./node.ts";

/**
 * Asks a sentinel over a connection of its own, as a client library does.
 * @param answer gets undefined when the sentinel cannot be reached or does not answer in time
 */
export function askSentinel(
  from: Node,
  network: Network,
  question: {
    readonly sentinel: Address;
    readonly args: readonly [string, ...string[]];
    readonly timeoutMs: number;
  },
  answer: (reply: Reply | undefined) => void,
): void {
  let isOver = false;
  const finish = (reply: Reply | undefined) => {
    if (isOver) return;
    isOver = true;
    end.close();
    answer(reply);
  };
  const end = network.connect(from, question.sentinel, {
    opened: () => end.send({ kind: "sentinel-command", args: question.args }),
    received: (message) => finish(message.kind === "reply" ? message.reply : undefined),
    lost: () => finish(undefined),
  });
  from.timer(question.timeoutMs, () => finish(undefined));
}
