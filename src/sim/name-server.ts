import type { Node } from "./node.ts";

/** What becomes of a question about a name. */
export type NameAnswer =
  | { readonly kind: "ips"; readonly ips: readonly string[] }
  | { readonly kind: "gone" }
  /** No answer at all. */
  | { readonly kind: "silence" };

/** Names to addresses, and whatever a name server can do wrong. */
export class NameServer {
  readonly #records = new Map<string, NameAnswer>();
  /** No question is answered while this is set. */
  isStalled = false;
  /** From question to answer, in ms. */
  delayMs = 1;

  /** What the name stands for from now on; a wrong address is a lie that nobody notices. */
  set(name: string, answer: NameAnswer): void {
    this.#records.set(name, answer);
  }

  /** For whoever does not wait, as redis-server does not: the first address, if there is one. */
  firstIp(name: string): string | undefined {
    const answer = this.#answerTo(name);
    return answer.kind === "ips" ? answer.ips[0] : undefined;
  }

  /** Answers in the node's process, unless that dies first. */
  ask(node: Node, name: string, answered: (answer: NameAnswer) => void): void {
    node.timer(this.delayMs, () => {
      const answer = this.#answerTo(name);
      if (answer.kind !== "silence") answered(answer);
    });
  }

  #answerTo(name: string): NameAnswer {
    if (this.isStalled) return { kind: "silence" };
    return this.#records.get(name) ?? { kind: "gone" };
  }
}
